"""Answers to "may this person do this?": yes, or no with the reason that the person sees."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Yes:
    """The person may do it."""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class No:
    """The person may not do it, and why.

    Parameters
    ----------
    reason
        One plain sentence, shown on the page.
    what_to_do
        What would help ("Sign in", "Set up a second step"), shown as the next step.
    where
        Address of the page that helps, if there is one.
    """

    reason: str | Promise
    what_to_do: str | Promise = ""
    where: str = ""

    def __bool__(self) -> bool:
        return False


Answer = Yes | No


class Refused(Exception):
    """Raised by an action when its permission says no; the 403 page shows the answer."""

    def __init__(self, answer: No) -> None:
        super().__init__(str(answer.reason))
        self.answer = answer


class Invalid(Exception):
    """Raised by an action when what was typed cannot be done; forms show it beside the field.

    Parameters
    ----------
    message
        What is wrong and what to do about it, in plain words.
    field
        Name of the form field it belongs to; empty for the whole form.
    """

    def __init__(self, message: str | Promise, field: str = "") -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


def require(answer: Answer) -> None:
    """Raise `Refused` unless the answer is yes."""
    if isinstance(answer, No):
        raise Refused(answer)
