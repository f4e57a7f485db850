"""What goes on a paper: plain data, without tables."""

from __future__ import annotations

from dataclasses import dataclass, field

# From this many projects on, ticking takes several sheets: the ballot becomes one card to write numbers on.
MOST_LISTED = 60
# Lines to write on where the round sets no number of choices.
USUAL_LINES = 20
MOST_LINES = 60


@dataclass(frozen=True)
class Project:
    """One project of the ballot.

    Parameters
    ----------
    number
        The proposal's number: the same on the site, in the booklet and on the ballot.
    group
        The pot it is counted in; empty where the round has one pot.
    picture
        A PNG, JPEG or WebP, or nothing.
    """

    number: int
    title: str
    cost_pence: int
    summary: str = ""
    where: str = ""
    category: str = ""
    group: str = ""
    withdrawn: bool = False
    picture: bytes | None = field(default=None, repr=False)
    picture_alt: str = ""


@dataclass(frozen=True)
class PaperRound:
    """A round as its papers say it.

    Parameters
    ----------
    form
        ``knapsack``, ``approve``, ``rank`` or ``points``.
    closes
        When voting closes, as it is said in the place ("3 May 2027 at 09:00").
    web
        Address where people vote on the web.
    """

    place: str
    title: str
    form: str
    budget_pence: int
    closes: str
    web: str
    projects: tuple[Project, ...] = ()
    max_choices: int | None = None
    points: int | None = None
    label: str = ""
    about: str = ""

    @property
    def on_ballot(self) -> tuple[Project, ...]:
        """The projects that can still be chosen."""
        return tuple(one for one in self.projects if not one.withdrawn)

    @property
    def style(self) -> str:
        """How a ballot lists the projects where nobody chose: ``list``, or ``card`` where there are many."""
        return "list" if len(self.on_ballot) <= MOST_LISTED else "card"

    @property
    def lines(self) -> int:
        """Lines to write on, on a card."""
        wanted = self.max_choices or min(self.points or USUAL_LINES, USUAL_LINES)
        return max(1, min(wanted, MOST_LINES, len(self.on_ballot)))


@dataclass(frozen=True)
class CodeLetter:
    """A letter with a posted code. The code exists here and on the paper; the database has only its keyed hash.

    Parameters
    ----------
    code
        As it is printed, in groups.
    link
        What the QR picture holds.
    address
        Lines shown in the envelope's window, or none.
    """

    code: str = field(repr=False)
    link: str = field(repr=False)
    address: tuple[str, ...] = ()


@dataclass(frozen=True)
class AuditLetter:
    """A letter that asks one person of the roll whether they did vote.

    Parameters
    ----------
    reference
        Number of the roll entry.
    channel
        How the vote came, in words.
    day
        The day in words.
    """

    reference: str
    channel: str
    day: str
    address: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table on a sheet; numbers stand at the right in the columns named."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    wide: int = 0


@dataclass(frozen=True)
class Sheet:
    """One page or a few: a heading, sentences, tables and lines to sign on."""

    place: str
    title: str
    opening: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    after: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    label: str = ""
    foot: str = ""
