"""Deeds are written once and stay."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from pennypot.house.models import Deed


@pytest.fixture
def deed(db):
    return Deed.objects.create(kind="house.test.done", about_kind="house.deed", about_id="1", after={"pence": 1})


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE house_deed SET reason = 'another'",
        "DELETE FROM house_deed",
        "TRUNCATE house_deed",
    ],
)
def test_a_deed_cannot_be_changed_or_removed(deed, change):
    refused = pytest.raises((InternalError, IntegrityError), match="cannot be changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Deed.objects.get().after == {"pence": 1}
