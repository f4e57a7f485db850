"""Pennypot: a penny in every public pound, decided by the people of the place."""

__version__ = "0.1.0"
