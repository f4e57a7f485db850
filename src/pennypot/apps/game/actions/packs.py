"""Packs: keeping those that ship, writing one's own, reading a file, publishing."""

from __future__ import annotations

from importlib import resources
from json import loads

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Coalesce, Now

from pennypot.apps.game.models import Pack
from pennypot.house import deeds
from pennypot.play import read_pack
from pennypot.play.pack import hash_of

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
