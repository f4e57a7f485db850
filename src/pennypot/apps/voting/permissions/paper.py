"""Who may work at a desk, with envelopes and with paper ballots."""
