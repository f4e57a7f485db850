"""Packs: keeping those that ship, writing one's own, reading a file, publishing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from json import loads
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Coalesce, Now
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pennypot.apps.budgets.queries.whole import PoolLine
from pennypot.apps.game import pack_edit
from pennypot.apps.game.models import Pack
from pennypot.apps.game.pack_start import first_draft, free_id
from pennypot.apps.game.permissions.packs import may_change_pack, may_publish_pack, may_write_packs
from pennypot.apps.game.templatetags.game import said
from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Area, Place
from pennypot.house import deeds, work
from pennypot.house.answers import Invalid, require
from pennypot.house.models import Work
from pennypot.play import BadPack, Sentence, read_pack
from pennypot.play.lint import lint
from pennypot.play.pack import canonical, hash_of

# The packs that come with Pennypot, by the names of their files.
SHIPPED = ("tilbrook", "birmingham")


def keep_shipped() -> list[Pack]:
    """Put the packs that ship with Pennypot among the installation's, published; return them in the order of `SHIPPED`.

    Cheap when they are there already, so every start of the site may call it. A later Pennypot with a changed pack
    adds a version; sessions go on with the one that they began with.
    """
    there = {pack.hash: pack for pack in Pack.objects.filter(place=None, slug__in=SHIPPED).defer("given")}
    return [_shipped(slug, there) for slug in SHIPPED]


def _shipped(slug: str, there: dict[str, Pack]) -> Pack:
    text = resources.files("pennypot.play").joinpath("data", f"{slug}.json").read_bytes()
    given = loads(text)
    hashed = hash_of(given)
    if hashed in there:
        return there[hashed]
    ours = Pack.objects.filter(place=None, slug=slug)
    try:
        with transaction.atomic():
            pack: Pack = ours.create(
                slug=slug,
                version=ours.aggregate(last=Coalesce(Max("version"), 0))["last"] + 1,
                title=read_pack(text).title,
                given=given,
                hash=hashed,
                state=Pack.State.PUBLISHED,
                published_at=Now(),
            )
            deeds.record("game.pack.shipped", actor=None, about=pack, after={"title": pack.title, "hash": hashed})
    except IntegrityError:  # another process that starts now was a moment earlier
        pack = ours.get(hash=hashed)
    return pack


# The long work that lets bots play a draft.
REHEARSING = "game.rehearsing"
# Drafts at one time in one place: enough for any, too few to fill a disk.
MOST_DRAFTS = 40


def start_from_pool(
    person: Person,
    place: Place,
    *,
    title: str,
    year: str,
    groups: Sequence[tuple[str, list[PoolLine]]],
    area: Area | None = None,
) -> Pack:
    """Begin a pack from lines of the place's pooled budget; the rest is a first draft that nobody has signed."""
    require(may_write_packs(person, place))
    if not 3 <= len(groups) <= 24:
        raise Invalid(_("Give at least three lines a card's name, and at most 24. The best is 12 to 16."))
    for name, lines in groups:
        if sum(line.amount_pence or 0 for line in lines) <= 0:
            raise Invalid(_("“%(name)s” has no money in it.") % {"name": name})
    given = first_draft(place, title, year, groups, area, (get_language() or "en").split("-")[0])
    return _new_draft(person, place, given, "pool")


def copy_pack(person: Person, place: Place, pack: Pack) -> Pack:
    """Begin the next version of a pack, or the place's own of one that ships."""
    require(may_write_packs(person, place))
    return _new_draft(person, place, dict(pack.given), f"{pack.slug} {pack.version}", slug=pack.slug)


def bring_pack(person: Person, place: Place, given: Mapping[str, Any]) -> Pack:
    """Keep a pack that was read from a file as a draft; see `pack_problems` for what must be well with it."""
    require(may_write_packs(person, place))
    return _new_draft(person, place, given, "file")


def _new_draft(person: Person, place: Place, given: Mapping[str, Any], source: str, slug: str = "") -> Pack:
    cards = _read(given)
    slug = slug or slugify(cards.title)[:60] or "pack"
    with transaction.atomic():
        Place.objects.select_for_update().get(pk=place.pk)  # one version after another
        ours = Pack.objects.filter(place=place)
        if ours.filter(state=Pack.State.DRAFT).count() >= MOST_DRAFTS:
            raise Invalid(_("There are many packs being written already. Throw one away first."))
        last = ours.filter(slug=slug).aggregate(last=Coalesce(Max("version"), 0))["last"]
        pack: Pack = ours.create(
            place=place, slug=slug, version=last + 1, title=cards.title, given=given, made_by=person
        )
        deeds.record(
            "game.pack.begun", actor=person, about=pack, place=place, after={"title": pack.title, "from": source}
        )
    return pack


def save_card(
    person: Person, place: Place, pack: Pack, cards: str, name: str, card: Mapping[str, Any], *, seen: str, said: str
) -> str:
    """Write one card of a draft; return its id.

    Parameters
    ----------
    cards
        The list it belongs to, as ``lines``.
    name
        Its id; empty for a new card.
    seen
        `pack_edit.stamp` of the card that the person had before them.
    said
        What a new card is called, for its id.
    """

    def changed(given: Mapping[str, Any]) -> dict[str, Any]:
        if name and pack_edit.stamp(pack_edit.card_in(given, cards, name)) != seen:
            raise Invalid(
                _("Somebody else changed this card meanwhile. What you typed is still here: send it again to keep it.")
            )
        return pack_edit.with_card(given, cards, made, card)

    made = name or free_id(said, [one["id"] for one in pack.given[cards]])
    _change(person, place, pack, changed, {"card": f"{cards}/{made}"})
    return made


def remove_card(person: Person, place: Place, pack: Pack, cards: str, name: str) -> None:
    """Take one card out of a draft; what other cards speak of has to stay."""
    if pack_edit.card_in(pack.given, cards, name) is None:
        return
    _change(
        person,
        place,
        pack,
        lambda given: pack_edit.without_card(given, cards, name),
        {"card": f"{cards}/{name}", "gone": True},
    )


def save_about(
    person: Person, place: Place, pack: Pack, facts: Mapping[str, Any], policy: Mapping[str, Any], *, seen: str
) -> None:
    """Write what a draft says of itself and its money."""

    def changed(given: Mapping[str, Any]) -> dict[str, Any]:
        if about_stamp(given) != seen:
            raise Invalid(
                _("Somebody else changed this meanwhile. What you typed is still here: send it again to keep it.")
            )
        return pack_edit.with_facts(given, facts, policy)

    _change(person, place, pack, changed, {"policy": dict(policy), **facts})


def about_stamp(given: Mapping[str, Any]) -> str:
    """Return a text that changes when what the pack says of itself does."""
    return pack_edit.stamp({name: given[name] for name in ("title", "label", "about", "policy")})


def _change(person: Person, place: Place, pack: Pack, change: Any, after: dict[str, Any]) -> None:
    with transaction.atomic():
        locked = Pack.objects.select_for_update().get(pk=pack.pk)
        require(may_change_pack(person, place, locked))
        locked.given = change(locked.given)
        locked.title = _read(locked.given).title
        locked.save(update_fields=["given", "title", "changed_at"])
        deeds.record("game.pack.changed", actor=person, about=locked, place=place, after=after)
    pack.given, pack.title = locked.given, locked.title


def _read(given: Mapping[str, Any]) -> Any:
    """Read what would be kept; a draft too can always be played."""
    try:
        return read_pack(canonical(given))
    except BadPack as problem:
        raise Invalid(_("This cannot be kept: %(problem)s") % {"problem": said(problem.sentence)}) from None


def drop_draft(person: Person, place: Place, pack: Pack) -> None:
    """Throw a draft away."""
    with transaction.atomic():
        locked = Pack.objects.select_for_update().filter(pk=pack.pk).first()
        if locked is None:
            return
        require(may_change_pack(person, place, locked))
        deeds.record("game.pack.dropped", actor=person, about=locked, place=place, before={"title": locked.title})
        locked.delete()


def start_rehearsal(person: Person, place: Place, pack: Pack) -> Work:
    """Let bots play the pack, as long work that can be left."""
    require(may_change_pack(person, place, pack))
    return work.start(
        REHEARSING, owner=person, place=place, said=_("The bots are sitting down."), place_id=place.pk, pack=pack.pk
    )


def publish_pack(person: Person, place: Place, pack: Pack) -> None:
    """Publish a draft: it never changes after. Bots must have played it as it is now, and nothing may stop it."""
    with transaction.atomic():
        locked = Pack.objects.select_for_update().get(pk=pack.pk)
        if locked.state == Pack.State.PUBLISHED and locked.place_id == place.pk:
            return
        require(may_publish_pack(person, place, locked))
        cards = _read(locked.given)
        if lint(cards, play=False) or not is_rehearsed(locked.rehearsal, cards.hash):
            raise Invalid(_("Something still stops it from being published. The list says what."))
        locked.state, locked.hash, locked.published_at = Pack.State.PUBLISHED, cards.hash, Now()
        locked.save(update_fields=["state", "hash", "published_at", "changed_at"])
        deeds.record(
            "game.pack.published",
            actor=person,
            about=locked,
            place=place,
            after={"title": locked.title, "version": locked.version, "hash": cards.hash},
        )


def is_rehearsed(rehearsal: Mapping[str, Any], hashed: str) -> bool:
    """Whether bots played exactly this pack and reached its target as they should."""
    return rehearsal.get("hash") == hashed and not rehearsal.get("problems")


def problems_of(rehearsal: Mapping[str, Any]) -> list[Sentence]:
    """Return what the bots found, as sentences of the engine."""
    kept = [(one["words"], one["values"]) for one in rehearsal.get("problems", ())]
    return [Sentence(words, **values) for words, values in kept]
