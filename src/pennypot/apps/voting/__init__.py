"""Voting: roll, ballots, log, receipts, paper."""
