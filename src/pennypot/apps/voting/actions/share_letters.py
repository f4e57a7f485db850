"""Letters to the three key holders: that their share waits, and once more when voting is about to open."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from pennypot.apps.rounds import stages
from pennypot.apps.rounds.actions.letters import write_once
from pennypot.apps.rounds.stages import Kind
from pennypot.apps.voting.models import Election, KeyHolder

TELL_HOLDERS = "voting.tell_holders"
# So long before voting opens, whoever has something left to do hears of it again.
SOON = timedelta(days=3)


def tell_holders(election: Election) -> int:
    """Tell the holders whose share waits that it does; returns how many letters went out."""
    return sum(_write(holder, "share") for holder in _holders(election) if holder.given_at is None)


def remind_holders(now: datetime) -> int:
    """Write to the holders who have something left to do where voting opens soon; returns how many letters went out.

    A share that nobody took lies on the server, where it should not be when people vote, so its holder is asked for it
    even if the two others are ready. Trying a share out matters only as long as fewer than two were.
    """
    coming = Election.objects.filter(
        round__published_at__isnull=False, round__cancelled_at__isnull=True, box_public_key__isnull=False,
        round__stages__kind=Kind.VOTING, round__stages__opens_at__gt=now, round__stages__opens_at__lte=now + SOON,
    ).select_related("round__place")  # fmt: skip
    sent = 0
    for election in coming:
        for holder in _holders(election):
            if holder.given_at is None or (holder.rehearsed_at is None and election.opened_at is None):
                sent += _write(holder, "share soon")
    return sent


def _holders(election: Election) -> list[KeyHolder]:
    return list(election.key_holders.select_related("person"))


def _write(holder: KeyHolder, about: str) -> bool:
    election = holder.election
    round = election.round
    voting = next((one for one in round.stage_list if one.kind == Kind.VOTING), None)
    context = {
        "which": holder.which,
        "is_taken": holder.given_at is not None,
        "is_soon": about == "share soon",
        "opens": stages.said(voting.opens_at, round.zone) if voting else "",
        "link": settings.SITE_ADDRESS + reverse("keys", args=[round.place.slug, round.slug]),
    }
    # Named by the share, so that new keys are news.
    named = f"{about} {bytes(holder.share_sha256).hex()[:32]}"
    return write_once(round, holder.person, named, "voting/letters/share.txt", context)
