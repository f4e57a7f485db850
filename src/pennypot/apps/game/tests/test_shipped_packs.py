"""Every installation has the packs that ship with Pennypot."""

import pytest

from pennypot.apps.game.actions import packs
from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.models import Pack
from pennypot.house.models import Deed
from pennypot.play import shipped

pytestmark = pytest.mark.django_db


def test_the_packs_that_ship_are_published_once_however_often_the_site_starts(django_assert_num_queries):
    first = packs.keep_shipped()
    assert [cards_of(pack).hash for pack in first] == [shipped(name).hash for name in packs.SHIPPED]
    with django_assert_num_queries(1):
        again = packs.keep_shipped()
    assert [pack.pk for pack in again] == [pack.pk for pack in first]
    assert {pack.state for pack in Pack.objects.all()} == {"published"}
    assert Deed.objects.filter(kind="game.pack.shipped").count() == 2


def test_a_later_pennypot_with_another_pack_adds_a_version_and_leaves_the_old_one():
    old = Pack.objects.create(
        slug="tilbrook", title="Tilbrook", given={}, hash="0" * 64, state="published", published_at="2026-01-01T00:00Z"
    )
    new = packs.keep_shipped()[0]
    assert (new.slug, new.version, Pack.objects.filter(pk=old.pk).exists()) == ("tilbrook", 2, True)
