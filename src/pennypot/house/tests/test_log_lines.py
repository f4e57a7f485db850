"""Lines of the log: an address is written down without the key in it."""

import logging

import pytest

KEY = "dR4ft-Key_0123456789abcdefghijkl"


def written(records):
    """What our own handler makes of what was logged."""
    ours = next(one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler)
    return "\n".join(map(ours.format, records))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        f"/brindley/drafts/{KEY}/",
        f"/brindley/drafts/{KEY}/step/where/",
        f"/brindley/vote/spring-2027/link/{KEY}/",
        f"/brindley/authors/{KEY}/",
        f"/brindley/invitations/{KEY}/",
    ],
)
def test_s17_s52_a_link_that_opens_something_is_not_written_into_the_log(client, caplog, address):
    with caplog.at_level(logging.WARNING):
        assert client.post(address).status_code == 404
    assert "Not Found: /brindley/" in written(caplog.records)
    assert KEY not in written(caplog.records)


def test_s52_nor_where_a_traceback_or_a_picture_names_it(caplog):
    try:
        raise ValueError(f"/brindley/pictures/a.jpg?size=small&key={KEY}")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", f"/brindley/drafts/{KEY}")
    assert "Internal Server Error: /brindley/drafts/" in written(caplog.records)
    assert KEY not in written(caplog.records)
