"""What the pages of a result show, made of what was written down when it was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from pennypot.apps.rounds import result_words
from pennypot.apps.rounds.models import Outcome, Result, Round
from pennypot.apps.rounds.result_pictures import Band, choices_funded, pot
from pennypot.apps.rounds.turnout_words import turnout_said
from pennypot.house.money import pounds

# So many winners are named in the text to pass on.
NAMED_TO_SHARE = 3


@dataclass(frozen=True)
class Row:
    """One project as the page shows it."""

    number: int
    title: str
    funded: bool
    order: int | None
    said: list[str]
    near: int
    support: str
    cost_pence: int
    awarded_pence: int
    area: str
    category: str

    @property
    def colour(self) -> str:
        """The colour of its bar."""
        return "leaf" if self.funded else "slate"


@dataclass(frozen=True)
class Shown:
    """All of a result's projects, and their names by id."""

    rows: list[Row]
    names: dict[str, str]

    def name(self, project: str) -> str:
        """Return the title that belongs to a project's id."""
        return self.names.get(project, project)


def shown(result: Result, outcomes: Sequence[Outcome]) -> Shown:
    """Put every project into words."""
    names = {str(one.proposal.number): one.proposal.title for one in outcomes}
    return Shown([_row(one, names, _pointed(outcomes)) for one in outcomes], names)


def row_of(one: Outcome, outcomes: Sequence[Outcome]) -> Row:
    """Put one project into words; the others are asked for their names only."""
    return _row(one, {str(other.proposal.number): other.proposal.title for other in outcomes}, _pointed(outcomes))


def _pointed(outcomes: Sequence[Outcome]) -> bool:
    return "points" in (outcomes[0].explanation if outcomes else {})


def _row(one: Outcome, names: dict[str, str], pointed: bool) -> Row:
    told = one.explanation
    return Row(
        number=one.proposal.number or 0,
        title=one.proposal.title,
        funded=one.funded,
        order=one.order_won,
        said=result_words.why(told, lambda project: names.get(project, project), pointed=pointed),
        near=1000 if one.funded else told["near"],
        support=result_words.support_said(told),
        cost_pence=told["cost_pence"],
        awarded_pence=one.awarded_pence,
        area=one.proposal.area.name if one.proposal.area else "",
        category=one.proposal.category.name if one.proposal.category else "",
    )


def result_context(round: Round, result: Result, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Everything on the page of a result."""
    found = shown(result, outcomes)
    won = [row for row in found.rows if row.funded]
    summary = result.summary
    bands = [Band(row.order or 0, row.title, row.awarded_pence, f"#project-{row.number}") for row in won]
    bars = choices_funded(summary["by_number"])
    return {
        "round": round,
        "result": result,
        "summary": summary,
        "headline": result_words.headline(summary),
        "share": result_words.share_of(summary),
        "paragraph": result_words.paragraph(summary),
        "rows": found.rows,
        "won": won,
        "lost": [row for row in found.rows if not row.funded],
        "bands": bands,
        "picture": pot(bands, summary["budget_pence"]) if bands else "",
        "checks": result_words.checks_said(result.fairness, found.name),
        "ties": [result_words.tie_said(one, found.name) for one in result.ties],
        "ties_decided": sum(one["matters"] for one in result.ties),
        "compared": compared(result, found),
        "bars": bars,
        "most_voters": max((bar.voters for bar in bars), default=0),
        "turnout": turnout_said(result.turnout),
        "files": file_names(round),
        "shared": result_words.shared_text(
            summary, round.title, round.place.name, [row.title for row in won[:NAMED_TO_SHARE]]
        ),
        "lots_of_voters": any(row.said[1:] for row in found.rows),
        "not_looked_for": any(one.explanation.get("without", ()) is None for one in outcomes),
    }


@dataclass(frozen=True)
class Column:
    """One rule beside the others."""

    said: str
    is_ours: bool
    winners: frozenset[str]
    cost_pence: int
    nothing: str
    fair: bool


def compared(result: Result, found: Shown) -> dict[str, Any]:
    """Put the rules side by side, with the projects that they do not agree on."""
    columns = [
        Column(
            result_words.rule_said(one["card"]),
            number == 0,
            frozenset(one["winners"]),
            one["cost_pence"],
            result_words.whole(one["voters_with_nothing"]),
            one["fair"],
        )
        for number, one in enumerate(result.compared)
    ]
    rows = []
    for row in found.rows:
        marks = [str(row.number) in column.winners for column in columns]
        if len(set(marks)) > 1:
            rows.append({"row": row, "marks": marks})
    return {"columns": columns, "rows": rows, "agree": len(found.rows) - len(rows)}


def fate_elsewhere(result: Result, project: str) -> dict[str, list[str]]:
    """Say what other rules would have done with one project: names of rules by ``funded`` and ``not_funded``."""
    fate: dict[str, list[str]] = {"funded": [], "not_funded": []}
    for one in result.compared[1:]:
        fate["funded" if project in one["winners"] else "not_funded"].append(result_words.rule_said(one["card"]))
    return {key: list(dict.fromkeys(names)) for key, names in fate.items()}


def file_names(round: Round) -> dict[str, str]:
    """Names of the files that a result is taken away as, and the one command that recounts them."""
    stem = slugify(f"{round.place.slug}-{round.slug}")
    ballots, certificate = f"{stem}-ballots.pb", f"{stem}-certificate.json"
    return {
        "ballots": ballots,
        "certificate": certificate,
        "projects": f"{stem}-projects.csv",
        "verify": f"python3 verify.py evidence-{round.slug}.zip",
        "recount": f"pennypot recount {certificate} {ballots}",
        "explain": f"pennypot explain {ballots} --card {certificate} --project",
    }


HEADER = ("number", "title", "area", "category", "funded", "order", "cost", "awarded", "votes", "points",
          "votes_more", "cost_less", "why")  # fmt: skip

# Of these, the amounts in pence.
MONEY = frozenset({"cost", "awarded", "cost_less"})


def csv_rows(result: Result, outcomes: Sequence[Outcome]) -> list[tuple[Any, ...]]:
    """One row a project, for a spreadsheet."""
    found = shown(result, outcomes)
    rows = []
    for one, row in zip(outcomes, found.rows, strict=True):
        told = one.explanation
        rows.append(
            (row.number, row.title, row.area, row.category, row.funded, row.order, told["cost_pence"],
             row.awarded_pence, told["votes"], told.get("points"), told.get("votes_more"),
             told.get("cost_less_pence"), " ".join(row.said))
        )  # fmt: skip
    return rows


def next_to(outcomes: Sequence[Outcome], number: int) -> tuple[Outcome, Outcome | None]:
    """Return a project and the one that stands after it on the page.

    Raises
    ------
    LookupError
        It was not on the ballot.
    """
    for at, one in enumerate(outcomes):
        if one.proposal.number == number:
            return one, outcomes[at + 1] if at + 1 < len(outcomes) else None
    raise LookupError(number)


def needed_said(outcome: Outcome) -> list[tuple[str, str]]:
    """The figures of one project as pairs of a name and a value."""
    told = outcome.explanation
    pairs = [(_("Support"), result_words.support_said(told)), (_("Cost"), pounds(told["cost_pence"]))]
    if "held_pence" in told:
        pairs.append((_("What its supporters had left in the end"), pounds(told["held_pence"])))
    if told.get("cost_to_win_pence"):
        pairs.append((_("The most it could have cost to win"), pounds(told["cost_to_win_pence"])))
    if told.get("votes_more"):
        pairs.append((_("More votes that it would have needed"), result_words.whole(told["votes_more"])))
    if outcome.funded:
        pairs.append((_("It gets"), pounds(outcome.awarded_pence)))
    return pairs
