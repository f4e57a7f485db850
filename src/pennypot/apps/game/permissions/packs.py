"""Who may see, write and publish packs of cards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.models import Pack
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone, holds
from pennypot.house.answers import Answer, No, Yes


def may_write_packs(person: Someone, place: Place) -> Answer:
    """Those who run evenings and the place team write the cards."""
    return holds(person, place, Role.FACILITATOR, Role.PLACE_TEAM)


def may_see_pack(person: Someone, place: Place, pack: Pack) -> Answer:
    """A published pack is for everybody; one that is being written for those who write it."""
    if pack.state == Pack.State.PUBLISHED:
        return Yes()
    return may_write_packs(person, place)


def may_see_all_cards(person: Someone, place: Place) -> Answer:
    """What seats keep to themselves and what will happen is for those who prepare an evening: players meet it there."""
    return may_write_packs(person, place)


def may_change_pack(person: Someone, place: Place, pack: Pack) -> Answer:
    """Change cards until they are published; after that only the next version changes."""
    answer = may_write_packs(person, place)
    if answer and (pack.state == Pack.State.PUBLISHED or pack.place_id != place.pk):
        return No(_("A published pack stays as it is, so that every sheet of it is the same. Make its next version."))
    return answer


def may_publish_pack(person: Someone, place: Place, pack: Pack) -> Answer:
    """The place team publishes: the cards speak of the place's money in its name."""
    answer = may_change_pack(person, place, pack)
    return holds(person, place, Role.PLACE_TEAM) if answer else answer
