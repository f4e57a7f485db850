"""The papers of a round, each in a language and in large print: booklet, ballots, letters, sheets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.voting.papers import typeset, words
from pennypot.apps.voting.papers.contents import AuditLetter, CodeLetter, PaperRound, Project, Sheet
from pennypot.apps.voting.papers.typeset import plain
from pennypot.house.kept import Kept
from pennypot.house.money import pounds

MOST_IN_ONE_COLUMN = 14

Made = tuple[str, dict[str, Any], dict[str, bytes]]  # template, data, pictures


def booklet(a_round: PaperRound, *, language: str = "en", large: bool = False) -> Made:
    """Every project with its number, cost, area, summary and picture."""
    with translation.override(language):
        pictures: dict[str, bytes] = {}
        data = _basics(a_round, _("Ballot booklet"), language, large)
        data |= {
            "title": plain(a_round.title),
            "money-said": words.money_said(a_round),
            "about": plain(a_round.about),
            "how-title": _("How to vote"),
            "projects-title": _("The projects"),
            "how": words.how_to_use_the_booklet(a_round),
            "groups": _groups(a_round.projects, lambda one: _in_booklet(one, pictures)),
            "after-title": _("After the vote"),
            "after": words.after_the_vote(a_round),
        }
    return "booklet", data, pictures


def ballot(a_round: PaperRound, *, language: str = "en", large: bool = False, style: str = "") -> Made:
    """The ballot paper: a ``list`` of projects with boxes, or a ``card`` to write numbers of the booklet on."""
    style = style or a_round.style
    with translation.override(language):
        data = _basics(a_round, _("Ballot paper"), language, large)
        data |= {
            "title": plain(a_round.title),
            "style": style,
            "boxes": {"rank": "write", "points": "points" if style == "card" else "write"}.get(a_round.form, "tick"),
            "how": words.how_to_fill_in(a_round, style),
            "groups": _groups(a_round.on_ballot, _on_ballot) if style == "list" else [],
            "wide": len(a_round.on_ballot) <= MOST_IN_ONE_COLUMN,
            "lines": a_round.lines,
            "line-words": [words.line_said(a_round.form, number) for number in range(1, a_round.lines + 1)],
            "points-word": _("points"),
            "adds-up": a_round.form == "knapsack",
            "add-words": _("If you like, add up the costs here:"),
            "batch-word": _("Batch"),
            "ballot-word": _("Ballot"),
            "officers-word": _("Officers write here:"),
            "after": words.after_filling_in(a_round),
        }
    return "ballot", data, {}


def code_letters(
    a_round: PaperRound, letters: Sequence[CodeLetter], *, language: str = "en", large: bool = False, sender: str = ""
) -> Made:
    """Letters with posted codes, one a page, for window envelopes."""
    with translation.override(language):
        data = _basics(a_round, _("Letters with voting codes"), language, large)
        data |= {
            "sender": plain(sender),
            "foot": _("This letter is for one person only. Please do not give your code away."),
            "heading": words.vote_heading(a_round),
            "opening": words.code_opening(a_round),
            "body": words.code_body(a_round),
            "code-words": _("Your voting code"),
            "address-words": _("Point a phone at the picture, or open this page and type the code:"),
            "web": a_round.web,
            "qr-words": _("A QR code that opens the voting page with this letter's code."),
            "slip-words": _(
                "Voting on paper? Cut this strip off and put it in the outer envelope, not with your ballot."
            ),
            "letters": [
                {
                    "address": _address(one.address),
                    "code": one.code,
                    "slip": one.code,
                    "qr": typeset.qr_svg(one.link),
                    "facts": [],
                }
                for one in letters
            ],
        }
    return "letters", data, {}


def audit_letters(
    a_round: PaperRound,
    letters: Sequence[AuditLetter],
    *,
    language: str = "en",
    large: bool = False,
    sender: str = "",
    answer_to: str = "",
) -> Made:
    """Letters of the roll audit: did you vote? They name no choice, because nobody knows it."""
    with translation.override(language):
        data = _basics(a_round, _("Letters of the roll audit"), language, large)
        data |= {
            "sender": plain(sender),
            "foot": _("Nobody can see what you chose, and nobody will ask you."),
            "heading": _("Did you vote?"),
            "opening": words.audit_opening(a_round),
            "body": words.audit_body(answer_to),
            "code-words": "",
            "address-words": "",
            "web": "",
            "qr-words": "",
            "slip-words": _("Your number in the roll, for your answer:"),
            "letters": [
                {
                    "address": _address(one.address),
                    "code": "",
                    "slip": one.reference,
                    "qr": "",
                    "facts": [[_("How the vote came"), plain(one.channel)], [_("On the roll since"), plain(one.day)]],
                }
                for one in letters
            ],
        }
    return "letters", data, {}


def sheet(content: Sheet, *, language: str = "en", large: bool = False) -> Made:
    """A page of facts: the cover of a batch, the result at a glance."""
    with translation.override(language):
        title = plain(content.title)
        data = typeset.basics(
            language, large=large, title=title, author=plain(content.place), foot=plain(content.foot),
            page_words=_("page {page} of {pages}"),
        )  # fmt: skip
    data |= {
        "place": plain(content.place),
        "label": plain(content.label),
        "opening": [plain(one) for one in content.opening],
        "after": [plain(one) for one in content.after],
        "signatures": [plain(one) for one in content.signatures],
        "tables": [
            {
                "name": plain(one.name),
                "heads": [plain(head) for head in one.heads],
                "rows": [[plain(cell) for cell in row] for row in one.rows],
                "right": list(one.right),
                "widths": ["wide" if number == one.wide else "auto" for number in range(len(one.heads))],
            }
            for one in content.tables
        ],
    }
    return "sheet", data, {}


def pdf(made: Made) -> bytes:
    """Set a paper as a tagged PDF."""
    return typeset.pdf(*made)


# Booklets with pictures are megabytes; of a round there are a few, by language and size.
_kept: Kept[bytes] = Kept(most=4)


def kept_pdf(made: Made) -> bytes:
    """Set a paper that everybody may have: once for what is in it, however often it is asked for."""
    template, data, pictures = made
    key = hashlib.sha256(json.dumps([template, data, sorted(pictures)], sort_keys=True).encode())
    for name in sorted(pictures):
        key.update(hashlib.sha256(pictures[name]).digest())
    return _kept.get(key.digest(), lambda: pdf(made))


def _basics(a_round: PaperRound, kind: str, language: str, large: bool) -> dict[str, Any]:
    place, title = plain(a_round.place), plain(a_round.title)
    foot = f"{place} · {title} · {kind}"
    data = typeset.basics(
        language, large=large, title=f"{kind}: {title}", author=place, foot=foot, page_words=_("page {page} of {pages}")
    )
    return data | {"place": place, "label": plain(a_round.label)}


def _groups(projects: Sequence[Project], said: Any) -> list[dict[str, Any]]:
    """Put projects under the names of their pots, in the order in which the ballot has them."""
    order = {name: number for number, name in reversed(list(enumerate(one.group for one in projects)))}
    ordered = sorted(projects, key=lambda one: order[one.group])
    return [
        {"name": plain(name), "projects": [said(one) for one in some]}
        for name, some in groupby(ordered, key=lambda one: one.group)
    ]


def _on_ballot(project: Project) -> dict[str, Any]:
    return {
        "number": project.number,
        "title": plain(project.title),
        "cost": pounds(project.cost_pence),
        "where": plain(project.where),
    }


def _in_booklet(project: Project, pictures: dict[str, bytes]) -> dict[str, Any]:
    name = ""
    if project.picture:
        name = str(project.number)
        pictures[name] = project.picture
    return _on_ballot(project) | {
        "summary": plain(project.summary),
        "category": plain(project.category),
        "withdrawn": _("Withdrawn: it can no longer be chosen") if project.withdrawn else "",
        "picture": name,
        "picture-alt": plain(project.picture_alt) or _("Picture of project %(number)s") % {"number": project.number},
    }


def _address(rows: Sequence[str]) -> list[str]:
    """The window shows seven lines at most."""
    return [plain(row)[:60] for row in rows if row.strip()][:7]


def letters_said(count: int) -> str:
    """Say how many letters: "500 letters"."""
    return ngettext("%(count)s letter", "%(count)s letters", count) % {"count": count}
