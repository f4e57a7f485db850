"""What the database itself refuses in the game."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from pennypot.apps.game.models import Pack, Session, Table, TableMove
from pennypot.play import begin, dumped, shipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(cast):
    pack = shipped("tilbrook")
    row = Pack.objects.create(
        slug="t", title="T", given=pack.given, hash=pack.hash, state="published", published_at="2026-01-01T00:00Z"
    )
    session = Session.objects.create(place=cast.brindley, pack=row, code="KLMNPR", title="An evening", target_pence=1)
    return Table.objects.create(session=session, number=1, state=dumped(begin(pack)).decode())


def refused(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def test_a_move_is_never_changed_or_taken_out_of_the_log(table):
    move = TableMove.objects.create(table=table, number=1, move={"do": "start"}, key=uuid.uuid4())
    refused(lambda: TableMove.objects.filter(pk=move.pk).update(move={"do": "abandon"}))
    refused(lambda: TableMove.objects.filter(pk=move.pk).delete())
    refused(lambda: TableMove.objects.create(table=table, number=1, move={}, key=uuid.uuid4()))
    refused(lambda: TableMove.objects.create(table=table, number=2, move={}, key=move.key))


def test_a_published_pack_stays_as_it_is(table):
    pack = table.session.pack
    refused(lambda: Pack.objects.filter(pk=pack.pk).update(title="Another"))
    refused(lambda: Pack.objects.filter(pk=pack.pk).update(given={}))
    refused(lambda: Pack.objects.create(slug="t", title="T", given={}))
