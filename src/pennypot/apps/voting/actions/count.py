"""The count: what the long work does once two shares are there. It happens once, whoever and however many ask."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.actions.results import Progress as PublishProgress
from pennypot.apps.rounds.actions.results import publish
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.voting import vault
from pennypot.apps.voting.actions.checkpoints import make_checkpoint
from pennypot.apps.voting.actions.opening import forget_shares, private_key
from pennypot.apps.voting.counting import Counted, Progress, count_ballots, open_ballots
from pennypot.apps.voting.evidence import write_evidence
from pennypot.apps.voting.log.leaves import canonical, leaf_parts
from pennypot.apps.voting.models import Election
from pennypot.apps.voting.queries.log import problems_of_log
from pennypot.house import deeds
from pennypot.house.answers import Invalid


def open_and_count(election_id: int, person: Person | None, progress: Progress = lambda done, total: None) -> Election:
    """Open the ballots and count them; write the tally into the log, sign it, and put the evidence together.

    All of it happens, or none. It locks nothing that a page needs. A second call changes nothing.

    Parameters
    ----------
    person
        Who typed the second share.
    progress
        Called with ballots opened, and ballots in all.

    Raises
    ------
    Invalid
        Shares are missing, or the log is damaged.
    """
    with transaction.atomic():
        election = Election.objects.select_for_update(of=("self",)).select_related("round__place").get(pk=election_id)
        if election.counted_at is not None:
            return election
        key = private_key(election)
        with connection.cursor() as cursor:  # a void that is being written now ends first, later ones are refused
            cursor.execute("SELECT 1 FROM voting_head WHERE election_id = %s FOR UPDATE", [election.pk])
        election.ballots_opened_at = database_now()
        election.save(update_fields=["ballots_opened_at"])
        found = problems_of_log(election)
        if found:
            raise Invalid(_("The log does not hold, so nothing was opened: %(what)s.") % {"what": found[0]})
        opened = open_ballots(election, key, progress)
        withdrawn = election.round.ballot.filter(withdrawn_at__isnull=False).order_by("number")
        counted = count_ballots(
            election, opened, seed=election.round.tie_seed, withdrawn=list(withdrawn.values_list("number", flat=True))
        )
        _write_tally(election, counted)
        write_evidence(evidence_path(election), election, opened, counted)
        deeds.record(
            "voting.election.counted",
            actor=person,
            about=election,
            place=election.round.place,
            after={"ballots": counted.result["ballots"], "winners": counted.result["winners"]},
        )
        transaction.on_commit(lambda: forget_shares(election))
    return election


def publish_counted(election: Election, progress: PublishProgress | None = None) -> str:
    """Publish the result of a counted election from its evidence. A second call changes nothing.

    Returns
    -------
    str
        The address of the result.
    """
    with zipfile.ZipFile(evidence_path(election)) as archive:
        pb, certificate = archive.read("ballots.pb").decode(), json.loads(archive.read("certificate.json"))
        ballots = json.loads(archive.read("result.json"))["ballots"]
    areas = election.turnout["areas"]
    turnout = {"voters": ballots, "eligible": election.roll_counts["roll"]}
    turnout |= {"by_area_channel": areas} if set(areas) - {""} else {"by_channel": election.roll_counts["channels"]}
    publish(
        election.round,
        pb=pb,
        certificate=certificate,
        turnout=turnout,
        evidence_path=evidence_path(election),
        progress=progress,
    )
    return reverse("result", args=[election.round.place.slug, election.round.slug])


def evidence_path(election: Election) -> Path:
    """Where the evidence lies until it is published."""
    return vault.folder(election.pk) / "evidence.zip"


def _write_tally(election: Election, counted: Counted) -> None:
    """Write the log's last leaf, which binds the result, and sign it."""
    parts = leaf_parts(
        "tally",
        ballots=counted.result["ballots"],
        pb=counted.result["pb_sha256"],
        result=hashlib.sha256(canonical(counted.result)).hexdigest(),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT voting_append(%s, 'tally', %s, %s, NULL)", [election.pk, *parts])
    election.counted_at = database_now()
    election.save(update_fields=["counted_at"])
    make_checkpoint(election)
