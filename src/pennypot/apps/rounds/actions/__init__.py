"""What can be done in a round. Each verb checks, changes in one transaction and writes one deed."""
