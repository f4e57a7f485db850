"""The sentences on papers, said by a round's rules. Call them with the paper's language switched on."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.voting.papers.contents import PaperRound
from pennypot.apps.voting.papers.typeset import plain
from pennypot.house.money import pounds


def money_said(a_round: PaperRound) -> str:
    """Say what the vote is about."""
    return ngettext(
        "%(money)s to give out, %(count)s project to choose from. Voting closes on %(closes)s.",
        "%(money)s to give out, %(count)s projects to choose from. Voting closes on %(closes)s.",
        len(a_round.on_ballot),
    ) % {"money": pounds(a_round.budget_pence), "count": len(a_round.on_ballot), "closes": a_round.closes}


def rule_said(a_round: PaperRound) -> str:
    """Say in one sentence what a valid ballot is."""
    if a_round.form == "approve":
        return _most_projects(a_round.max_choices or len(a_round.on_ballot))
    if a_round.form == "rank":
        return _("Put projects in order: your first choice, your second, and so on. You may stop at any point.")
    if a_round.form == "points":
        return _("You have %(points)s points. Give as many as you like to any project, %(points)s in all.") % {
            "points": a_round.points
        }
    return _("Choose as many projects as you like, as long as their costs together are %(money)s or less.") % {
        "money": pounds(a_round.budget_pence)
    }


def _most_projects(count: int) -> str:
    return ngettext(
        "You may choose %(count)s project.", "You may choose up to %(count)s projects.", count
    ) % {"count": count}  # fmt: skip


def how_to_use_the_booklet(a_round: PaperRound) -> list[str]:
    """Say the steps, at the front of the booklet."""
    return [
        _("Read about the projects. Each has a number, and the same number stands on the ballot and on the website."),
        rule_said(a_round),
        _("Vote on the web at %(web)s, or on the paper ballot.") % {"web": a_round.web},
        _("You have one vote. If a paper vote of yours is opened, it counts and your web vote no longer does."),
    ]


def how_to_fill_in(a_round: PaperRound, style: str) -> list[str]:
    """Say how to fill in the ballot, at its top."""
    listed = {
        "approve": _("Put a cross or a tick in the box beside each project that you choose."),
        "knapsack": _("Put a cross or a tick in the box beside each project that you choose."),
        "rank": _("Write 1 in the box of your first choice, 2 in the box of your second, and so on."),
        "points": _("Write the number of points in the box beside the project."),
    }
    card = {
        "approve": _("Write the number of each project that you choose, one on a line. The booklet has the numbers."),
        "knapsack": _(
            "Write the number and the cost of each project that you choose, one on a line. Both are in the booklet."
        ),
        "rank": _("Write the number of your first choice on the first line, and so on. The booklet has the numbers."),
        "points": _("Write the number of the project and how many points it gets. The booklet has the numbers."),
    }
    return [
        (listed if style == "list" else card)[a_round.form],
        rule_said(a_round),
        _("If you make a mistake, cross it out clearly or ask for a new ballot."),
        _("Do not write your name. A ballot that says who you are cannot be counted."),
    ]


def line_said(form: str, number: int) -> str:
    """Name a line of the card."""
    if form == "rank":
        return _("Choice %(number)s") % {"number": number}
    return _("Project")


def after_filling_in(a_round: PaperRound) -> list[str]:
    """Say where the ballot goes."""
    return [
        _("Put this ballot alone in the inner envelope, and that one in the outer envelope with your slip."),
        _("It has to arrive before voting closes on %(closes)s.") % {"closes": a_round.closes},
    ]


def after_the_vote(a_round: PaperRound) -> list[str]:
    """Say what happens next, and what is not protected."""
    return [
        _("Three people hold the keys. Two of them together open the ballots after the close; nobody can before."),
        _("The count is published with everything needed to count again, and each project gets an explanation."),
        _("Each paper ballot is typed in by two officers who do not see each other's work. Both have to agree."),
        _("What is not protected is said plainly on %(web)s.") % {"web": a_round.web},
    ]


def vote_heading(a_round: PaperRound) -> str:
    """Head of the letter with a code."""
    return _("You decide: %(money)s for %(place)s") % {
        "money": pounds(a_round.budget_pence),
        "place": plain(a_round.place),
    }


def code_opening(a_round: PaperRound) -> list[str]:
    """First words of the letter with a code."""
    return [
        _("Residents choose which projects are paid for in “%(round)s”. With this letter you can vote.")
        % {"round": plain(a_round.title)},
    ]


def code_body(a_round: PaperRound) -> list[str]:
    """What the letter with a code says below the code."""
    return [
        _("Voting closes on %(closes)s. Until then you can change your vote: use the same code again.")
        % {"closes": a_round.closes},
        rule_said(a_round),
        _("Nobody can see what you chose: your code and your choice are never kept together."),
        _("No web? Ask the place team for a paper ballot, or come to a voting desk and bring this letter."),
    ]


def audit_opening(a_round: PaperRound) -> list[str]:
    """First words of the audit letter."""
    return [
        _("Our roll says that you took part in the vote “%(round)s”. We ask some people, drawn by lot, if so.")
        % {"round": plain(a_round.title)},
    ]


def audit_body(answer_to: str) -> list[str]:
    """What the person is asked to do."""
    answer = plain(answer_to)
    return [
        _("If this is right, you need not do anything."),
        _("If you did not vote, please tell us within two weeks: somebody else may have used your vote.")
        + (" " + _("Write or call: %(answer_to)s") % {"answer_to": answer} if answer else ""),
        _("We ask whether you voted, never what you chose."),
    ]
