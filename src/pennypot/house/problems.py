"""The error for whoever looks after the installation: what is wrong, and what to do about it."""


class Problem(Exception):
    """Something that the operator must put right; the message says what and how."""
