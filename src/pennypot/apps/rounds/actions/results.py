"""Publishing a result: it is recounted and explained once, written down, and the money goes to the projects."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.fund.actions.books import Move, accounts, open_ledger, post
from pennypot.apps.fund.models import Account, Entry
from pennypot.apps.people.models import Person
from pennypot.apps.rounds import turnout as turnout_table
from pennypot.apps.rounds.explaining import Reading, Unfit, read
from pennypot.apps.rounds.models import Outcome, Proposal, Result, Round
from pennypot.apps.rounds.permissions.results import may_publish_result
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

# Told to whoever watches the count: parts done, parts in all, one sentence.
Progress = Callable[[int, int, str | Promise], None]
WHAT = {
    "recounting": gettext_lazy("Counting again, to be sure"),
    "explaining": gettext_lazy("Finding out what each project lacked"),
    "comparing": gettext_lazy("Counting by other rules, to compare"),
}


def publish(
    round: Round,
    *,
    pb: str,
    certificate: dict[str, Any],
    turnout: Mapping[str, Any],
    evidence_path: Path | None = None,
    by: Person | None = None,
    progress: Progress | None = None,
) -> Result:
    """Publish the result of a round. A second call with the same ballots changes nothing.

    Everything that the pages say is worked out here, which may take minutes with tens of thousands of voters: call it
    from a job. Nothing is locked meanwhile; the writing at the end is one transaction.

    Parameters
    ----------
    pb
        The ballots as a Pabulib file, amounts in pounds, project ids numbers of proposals, nothing about voters.
    certificate
        Of those ballots, by `pennypot.count.certificate`.
    turnout
        Who voted, as counted: see `rounds.turnout.published`. What is kept has no small numbers.
    evidence_path
        The ZIP with everything, if it is made already; it is copied.
    by
        Who had it counted; None for the count's own job.
    progress
        Called with parts done, parts in all and a sentence.

    Raises
    ------
    Refused
        The person may not, or voting is not over.
    Invalid
        The certificate does not hold, the ballots are not this round's, another result was published already, or the
        pot has not so much money.
    """
    require(may_publish_result(by, round))
    sha256 = hashlib.sha256(pb.encode()).hexdigest()
    known = _published_before(round, sha256)
    if known is not None:
        return known
    reading = _read(pb, certificate, progress)
    proposals = _proposals(round, reading)
    evidence = _kept(evidence_path, round) if evidence_path else ""
    with transaction.atomic():
        round = Round.objects.select_for_update(of=("self",), no_key=True).select_related("place").get(pk=round.pk)
        known = _published_before(round, sha256)
        if known is not None:
            return known
        result = Result.objects.create(
            round=round,
            pb=pb,
            pb_sha256=sha256,
            certificate=certificate,
            evidence=evidence,
            turnout=turnout_table.published(turnout),
            summary=reading.summary,
            compared=reading.compared,
            fairness=reading.fairness,
            ties=reading.ties,
            entry=_award(round, reading, proposals, by),
            published_by=by,
        )
        Outcome.objects.bulk_create([_outcome(result, proposals[key], one) for key, one in reading.outcomes.items()])
        deeds.record(
            "rounds.result.published",
            actor=by,
            about=round,
            place=round.place,
            after={
                "funded": reading.summary["funded"],
                "pence": reading.summary["spent_pence"],
                "certificate": certificate["certificate_sha256"],
            },
        )
    return result


def _published_before(round: Round, sha256: str) -> Result | None:
    known = Result.objects.defer("pb").filter(round=round).first()
    if known is not None and known.pb_sha256 != sha256:
        raise Invalid(_("Another result of this round was published already. It stays."))
    return known


def _read(pb: str, certificate: dict[str, Any], progress: Progress | None) -> Reading:
    def tell(done: int, parts: int, what: str) -> None:
        if progress:
            progress(done, parts, WHAT[what])

    try:
        return read(pb.encode(), certificate, progress=tell)
    except Unfit as problem:
        raise Invalid(
            _("This result cannot be published: %(why)s.") % {"why": "; ".join(problem.problems)}
        ) from problem


def _proposals(round: Round, reading: Reading) -> dict[str, Proposal]:
    """Return the proposals on the ballot by project id, if the ballots speak of this round and its money."""
    items = {str(item.proposal.number): item for item in round.ballot.select_related("proposal")}
    if reading.summary["budget_pence"] != round.budget_pence:
        raise Invalid(_("The ballots speak of another sum of money than this round gives out."))
    for key, outcome in reading.outcomes.items():
        if key not in items or items[key].cost_pence != outcome["cost_pence"]:
            raise Invalid(
                _("The ballots name a project that was not on the ballot, or at another cost: %(project)s.")
                % {"project": key}
            )
    return {key: item.proposal for key, item in items.items()}


def _award(round: Round, reading: Reading, proposals: Mapping[str, Proposal], by: Person | None) -> Entry | None:
    """Move the money from the round's pot to the projects, in one entry."""
    won = sorted((one for one in reading.outcomes.values() if one["funded"]), key=lambda one: one["order"])
    paid = [(proposals[one["project"]], one["awarded_pence"]) for one in won if one["awarded_pence"]]
    if not paid:
        return None
    open_ledger(round.place)
    pot = Account.objects.get(round=round)
    targets = accounts(round.place, [(_code(one), one.title, 0) for one, _pence in paid])
    entry, _made = post(
        round.place,
        key=f"{round.account_code}:result",
        kind=Entry.Kind.AWARD,
        year=round.year,
        moves=[Move(pot, targets[_code(one)], pence) for one, pence in paid],
        memo=round.title,
        made_by=by.pk if by else None,
    )
    return entry


def _code(proposal: Proposal) -> str:
    return f"project:{proposal.pk}"


def _outcome(result: Result, proposal: Proposal, found: dict[str, Any]) -> Outcome:
    return Outcome(
        result=result,
        proposal=proposal,
        funded=found["funded"],
        awarded_pence=found["awarded_pence"],
        order_won=found.get("order"),
        explanation=found,
    )


def _kept(path: Path, round: Round) -> str:
    """Copy the evidence to where files are kept, named by what is in it, so that a second try keeps one copy."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        name = f"evidence/{round.place.slug}-{round.slug}-{digest[:16]}.zip"
        if not default_storage.exists(name):
            source.seek(0)
            name = default_storage.save(name, File(source))
    return name


def add_evidence(result: Result, path: Path) -> None:
    """Add the ZIP with everything to a result that was published without it. Once: the database refuses another."""
    name = _kept(path, result.round)
    Result.objects.filter(pk=result.pk).exclude(evidence=name).update(evidence=name)
