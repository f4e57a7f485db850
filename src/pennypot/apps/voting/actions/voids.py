"""Making a ballot void: one officer asks with a reason, a second agrees, and the log says so in a leaf of its own."""

from __future__ import annotations

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.voting.actions.casting import refusal
from pennypot.apps.voting.log.leaves import leaf_parts
from pennypot.apps.voting.models import Election, LogEvent, VoidRequest
from pennypot.apps.voting.permissions.core import may_agree_to_void, may_ask_for_void
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require


def ask_for_void(person: Person, election: Election, index: int, reason: str) -> VoidRequest:
    """Ask for the ballot at a leaf to be made void.

    Parameters
    ----------
    reason
        One of `VoidRequest.Reason`; it is published.

    Raises
    ------
    Invalid
        There is no ballot there, it was asked for before, or the reason is unknown.
    """
    require(may_ask_for_void(person, election))
    if reason not in VoidRequest.Reason.values:
        raise Invalid(_("Say why: choose one of the reasons."), "reason")
    if not LogEvent.objects.filter(election=election, index=index, kind__in=["cast", "paper"]).exists():
        raise Invalid(_("There is no ballot at that place of the log."), "index")
    try:
        with transaction.atomic():
            made = VoidRequest.objects.create(election=election, index=index, reason=reason, by=person)
            _deed("voting.void.asked", person, made)
    except IntegrityError as problem:
        raise Invalid(_("Somebody asked for this ballot to be made void before."), "index") from problem
    return made


def agree_to_void(person: Person, request: VoidRequest) -> int:
    """Agree as the second officer.

    Returns
    -------
    int
        The void leaf.

    Raises
    ------
    Refused
        The same person asked, or the ballots are opened.
    Invalid
        The ballot is void already (its voter votes on paper).
    """
    try:
        with transaction.atomic():
            kept = VoidRequest.objects.select_for_update(of=("self",)).select_related("election__round__place")
            request = kept.get(pk=request.pk)
            require(may_agree_to_void(person, request))
            before, after = leaf_parts("void", reason=request.reason, voids=request.index)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT voting_append(%s, 'void', %s, %s, %s)",
                    [request.election_id, before, after, request.index],
                )
                leaf: int = cursor.fetchone()[0]
            request.leaf, request.agreed_by, request.agreed_at = leaf, person, database_now()
            request.save(update_fields=["leaf", "agreed_by", "agreed_at"])
            _deed("voting.void.agreed", person, request)
    except IntegrityError as problem:
        raise Invalid(_("This ballot is void already.")) from problem
    except DatabaseError as problem:
        raise refusal(problem) from problem
    return leaf


def _deed(kind: str, person: Person, request: VoidRequest) -> None:
    deeds.record(kind, actor=person, about=request, place=request.election.round.place, after=request.as_data())
