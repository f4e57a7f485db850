"""The reads that account pages need: my account at a glance, my sessions, and everything kept about me."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as LiveSession
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import NEEDS_SECOND_FACTOR
from pennypot.house.models import Deed, Work


@dataclass(frozen=True)
class Glance:
    """What the account page shows."""

    memberships: list[Any]
    has_app: bool
    passkeys: int
    needs_second_factor: bool
    sessions: int

    @property
    def has_second_step(self) -> bool:
        return self.has_app or self.passkeys > 0


def glance(person: Person) -> Glance:
    """Return what the account page shows, in three SQL queries."""
    memberships = list(
        person.memberships.select_related("place", "agency")
        .only("role", "person", "place__name", "place__slug", "agency__name", "agency__place")
        .order_by("place__name", "role")
    )
    kinds = list(Authenticator.objects.filter(user_id=person.pk).values_list("type", flat=True))
    live = LiveSession.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    needs = person.is_operator or any(membership.role in NEEDS_SECOND_FACTOR for membership in memberships)
    return Glance(
        memberships,
        Authenticator.Type.TOTP in kinds,
        kinds.count(Authenticator.Type.WEBAUTHN),
        needs,
        UserSession.objects.filter(Exists(live), user_id=person.pk).count(),
    )


@dataclass(frozen=True)
class Session:
    """One place where the person is signed in."""

    id: int
    browser: str
    ip: str
    started: datetime
    last_used: datetime
    is_this_one: bool


def sessions_of(person: Person, key: str | None) -> list[Session]:
    """Return the person's sessions, this one first, then the latest used."""
    rows = UserSession.objects.purge_and_list(person)
    found = [
        Session(row.pk, said_browser(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == key)
        for row in rows
    ]
    return sorted(found, key=lambda session: (not session.is_this_one, -session.last_used.timestamp()))


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrom", "Chrome"), ("Safari/", "Safari"))
_DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def said_browser(user_agent: str) -> str:
    """Name a browser so that its owner knows it: ``Firefox, Windows``."""
    browser = next((name for sign, name in _BROWSERS if re.search(re.escape(sign), user_agent)), "")
    device = next((name for sign, name in _DEVICES if sign in user_agent), "")
    return ", ".join(part for part in (browser, device) if part) or _("A browser we do not know")


# What an export leaves out: secrets that open the account, and what people wrote about somebody else.
_LEFT_OUT = {
    "mfa.authenticator": {"data"},
    "usersessions.usersession": {"session_key", "data"},
    "places.invitation": {"email", "token_hash"},
    "rounds.author": {"email", "token_hash"},
    "socialaccount.socialaccount": set(),
}


def everything_about(person: Person) -> dict[str, Any]:
    """Return everything kept about the person, ready for JSON (UK GDPR, article 15 and 20).

    Every table that points at the person is found through the models, so that a new room's table is never forgotten.
    Of a row only its own plain values are given, and of people it names only this one.
    """
    about: dict[str, Any] = {
        "account": _plain_values(person, {"password"}),
        "what_you_did": list(
            Deed.objects.filter(actor_id=person.pk)
            .order_by("pk")
            .values("at", "kind", "about_kind", "about_id", "place_id", "reason")
        ),
        "what_was_done_to_your_account": list(
            Deed.objects.filter(about_kind="people.person", about_id=str(person.pk)).order_by("pk").values("at", "kind")
        ),
        "long_jobs_you_started": list(
            Work.objects.filter(owner_id=person.pk).order_by("made_at").values("made_at", "kind", "state", "said")
        ),
    }
    for relation in Person._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.field.model is not relation.related_model:
            continue
        model, column = relation.related_model, relation.field
        left_out = _LEFT_OUT.get(model._meta.label_lower, set())
        rows = model._default_manager.filter(**{column.name: person}).order_by("pk")
        about[f"{model._meta.label_lower}.{column.name}"] = [_plain_values(row, left_out) for row in rows]
    return about


def _plain_values(row: models.Model, left_out: set[str]) -> dict[str, Any]:
    values = {}
    for field in row._meta.concrete_fields:
        names_somebody = isinstance(field, models.ForeignKey) and field.related_model is Person
        if field.name in left_out or names_somebody or isinstance(field, models.BinaryField):
            continue
        value = field.value_from_object(row)
        values[field.name] = str(value) if isinstance(field, models.FileField) else value
    return values
