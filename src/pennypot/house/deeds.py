"""Deeds: the append-only record of what people did. Every action writes one row.

A deed is named with dots, room first (``budgets.budget.published``), and holds what was before and after and why.
Database triggers refuse to change or delete a deed.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from pennypot.house.models import Deed


def record(
    kind: str,
    *,
    actor: Model | AnonymousUser | None,
    about: Model,
    place: Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> Deed:
    """Write one deed. Call it inside the action's transaction.

    Parameters
    ----------
    kind
        Dotted name: room, thing, past participle (``fund.pledge.signed``).
    actor
        The person who did it; None for the system itself (a schedule, the command line).
    about
        The thing it was done to; its table and key are kept, not a foreign key, because history outlives things.
    place
        The place it belongs to, if any.
    before, after
        JSON values that changed; amounts in pence.
    reason
        What the person gave as the reason.
    """
    return Deed.objects.create(
        kind=kind,
        actor_id=getattr(actor, "pk", None),
        about_kind=about._meta.label_lower,
        about_id=str(about.pk),
        place_id=getattr(place, "pk", None),
        before=before or {},
        after=after or {},
        reason=reason,
    )
