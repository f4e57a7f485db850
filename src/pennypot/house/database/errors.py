"""The one error that the embedded database raises, in words for the person at the keyboard."""


class DatabaseProblem(Exception):
    """The embedded database cannot do what was asked; the message says why and what to do."""
