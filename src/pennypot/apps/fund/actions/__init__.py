"""What can be done with the one per cent. Each verb checks, changes in one transaction and writes one deed."""
