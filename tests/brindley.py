"""Brindley filled with one thing of each kind, and an example address for every route."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pennypot.apps.budgets import actions
from pennypot.apps.budgets.given import LineGiven, Source
from pennypot.apps.budgets.models import Upload
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.apps.fund.actions.money import write_payment
from pennypot.apps.fund.actions.policies import draft_policy, put_in_force
from pennypot.apps.fund.reading import usual
from pennypot.apps.game.actions.packs import copy_pack
from pennypot.apps.game.models import Advice, Session
from pennypot.apps.places.models import Invitation, Place
from pennypot.apps.rounds.models import Author, Proposal, Round
from pennypot.apps.talk.actions import say
from pennypot.apps.voting.actions.clerks import name_clerk
from pennypot.apps.voting.actions.envelopes import check_envelope, open_envelopes
from pennypot.apps.voting.actions.letters import ask_for_letters
from pennypot.testing.cast import Cast
from pennypot.testing.elections import Story, make_election, voters
from pennypot.testing.games import make_game

# What stands for each part of a route; `brindley` (a fixture) replaces the numbers by those of real things.
PARTS = {
    "place": "brindley",
    "agency": "council",
    "theme": "health",
    "family": "council",
    "step": "areas",
    "project": "p1",
    "provider_id": "oidc",
    "token": "not-a-real-token",
    "work": str(uuid.UUID(int=1)),
    # Nobody in particular: whose session it is has a test of its own.
    "session": 999_999,
    "key": "not-a-real-key",
    "name": "nothing.jpg",
}

# What a form of the route must hold to get as far as the permission.
POSTED = {
    "<slug:place>/advice/<int:advice>/": {"kind": "partly", "why": "From April."},
    "<slug:place>/join/": {"role": "resident"},
    "<slug:place>/game/<slug:code>/console/do/": {"do": "blank", "blank": "no"},
    "<slug:place>/game/<slug:code>/console/notes/": {"text": "Seen."},
    "language/": {"language": "cy", "next": "/"},
    "<slug:place>/rounds/<slug:round>/proposals/<int:number>/review/": {"do": "write"},
    "<slug:place>/rounds/<slug:round>/proposals/<int:number>/join/": {"do": "ask"},
    "<slug:place>/talk/comments/<int:comment>/": {"do": "report", "reason": "Advertising"},
}


def example_of(route: str, things: dict[str, Any]) -> str:
    """Fill a route's parts: ``<slug:place>/pool/`` becomes ``brindley/pool/``."""

    def fill(found: re.Match[str]) -> str:
        key = found.group(1)
        inside = re.search(r"([a-z-]+)/<[a-z]+:" + key + ">", route)
        specific = f"{inside.group(1)}/{key}" if inside else key
        return str(things.get(specific, things.get(key, PARTS.get(key, 1))))

    return re.sub(r"<[a-z]+:([a-z_]+)>", fill, route)


@pytest.fixture
def brindley(cast: Cast) -> dict[str, Any]:
    """Fill Brindley: a published budget and a draft, an invitation, a policy with a payment, and note their keys."""
    source = Source(title="Brindley's own accounts")
    given = [LineGiven("Parks", 4_000_000_00, "local", cofog="05"), LineGiven("Schools", 6_000_000_00, "schools")]
    published = actions.start_budget(SYSTEM, cast.council, "2026-27", "budget", source)
    actions.put_lines(SYSTEM, published, given)
    actions.publish(SYSTEM, published)
    draft = actions.start_new_version(SYSTEM, published, source)
    Place.objects.filter(pk=cast.brindley.pk).update(year="2026-27")
    cast.brindley.refresh_from_db()
    invitation = Invitation.objects.create(
        place=cast.brindley,
        email="new@example.org",
        role="resident",
        token_hash=b"0" * 32,
        invited_by=cast.tariq,
        sent_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=14),
    )
    policy = draft_policy(cast.brindley, usual().policy, year="2026-27", by=None, reason="The usual one.")
    put_in_force(policy, by=None, seen=policy.drafted_at)
    contribution = policy.contributions.select_related("agency", "policy__place").get(agency=cast.council)
    write_payment(contribution, 100_00, money="new", key="first", memo="A first part", by=None)
    proposed = draft_policy(cast.brindley, usual().policy, year="2026-27", by=cast.tariq, reason="Another one.")
    upload = Upload.objects.create(
        agency=cast.council,
        state=Upload.State.FAILED,
        file_name="payments.csv",
        size_bytes=0,
        sha256="0" * 64,
        understanding={"cannot": {"said": {"code": "empty", "params": {}}}},
    )
    election = make_election(cast)
    game = make_game(cast)
    return {
        **_paper(election),
        **_talk(cast, election.round),
        "round": election.round.slug,
        "upload": upload.pk,
        "file": 0,
        "line": published.lines.first().pk,
        "budget": draft.pk,
        "membership": cast.brindley.memberships.get(person=cast.fay).pk,
        "invitation": invitation.pk,
        "version": proposed.version,
        "number": 1,
        "code": game.code,
        "table": 1,
        "solo/part": "values",
        "packs/pack": copy_pack(cast.fay, cast.brindley, game.pack).pk,
        "add/part": "needs",
        "cards/part": "needs",
        "card": "together",
        "print/what": "rules",
        "kit/what": "ledger",
        "advice": _advice(cast, game).pk,
    }


def _advice(cast: Cast, game: Session) -> Advice:
    """Advice of an evening that waits for its answer."""
    given = {"kind": Advice.Kind.CUT, "title": "Roads", "text": "A little less.", "tables_for": 1, "tables_all": 1}
    due = timezone.localdate() + timedelta(days=56)
    return Advice.objects.create(place=cast.brindley, session=game, card="roads", sent_by=cast.fay, due_on=due, **given)


def _talk(cast: Cast, round: Round) -> dict[str, Any]:
    """A draft of Asha's, and a comment of Carys's under the first proposal, of which Asha is an author."""
    draft = Proposal.objects.create(round=round, owner=cast.asha, title="A draft")
    first = Proposal.objects.get(round=round, number=1)
    for one in (draft, first):
        Author.objects.get_or_create(proposal=one, person=cast.asha, defaults={"state": "consented"})
    comment = say(cast.carys, first.thread, "When would it open?", key=uuid.uuid4())
    return {"draft": draft.pk, "comment": comment.pk, "thread": first.thread_id, "step/step": "idea"}


def _paper(story: Story) -> dict[str, Any]:
    """Two batches' worth of envelopes, of which one batch is open, a clerk, and letters that Tariq asked for."""
    cast, election = story.cast, story.election
    name_clerk(cast.aled, story.round, cast.ben)
    for entry in voters(story.round, 5):
        check_envelope(cast.tariq, election, entry)
    batch = open_envelopes(cast.aled, election, 5)
    waiting = check_envelope(cast.tariq, election, voters(story.round, 1)[0])
    run = ask_for_letters(cast.tariq, story.round, count=3).run
    return {"batch": batch.number, "ballot": 1, "envelope": waiting.pk, "run": run.pk, "part": 1}
