"""The page of payments: who is paid, for what, when, how much stays here, and what is missing."""

from __future__ import annotations

import csv
import io

import pytest

from pennypot.apps.budgets.actions import keeping
from pennypot.apps.budgets.actions import uploads as handing
from pennypot.apps.budgets.models import SpendingFile
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.apps.budgets.tests.handing import PAYMENTS, sent, shared
from pennypot.house import csv_out
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in

pytestmark = pytest.mark.usefixtures("read_here")


def public(agency, content, name="payments.csv", title="Payments of spring") -> SpendingFile:
    told = handing.Told(kind="spending", source_title=title)
    read = handing.read_now(handing.receive(SYSTEM, agency, sent(content, name), told, in_background=False))
    kept = keeping.keep_rows(SYSTEM, read)
    keeping.publish_spending(SYSTEM, kept)
    return kept


@pytest.fixture
def payments(cast) -> SpendingFile:
    return public(cast.council, PAYMENTS)


def test_who_is_paid_what_for_and_when(client, payments):
    text = client.get("/brindley/spending/").content.decode()
    assert "Brindley Council paid £4,801 to 2 organisations in 2024–25." in text
    assert "Zenith Computers PLC" in text
    assert "Resurfacing" in text
    assert "April 2024" in text
    assert "£800 of it went to private people, who are not named here." in text
    assert "June 2024" in text  # a month without payments is said to be missing
    assert f"/brindley/spending/files/{payments.pk}/" in text


def test_how_much_stays_here_is_not_known_until_somebody_says_what_is_local(cast, client, payments):
    assert "so all of it is not known" in client.get("/brindley/spending/").content.decode()
    sign_in(client, cast.tariq)
    client.post("/brindley/spending/local/", {"postcodes": "br1, br2", "payees": ""})
    text = client.get("/brindley/spending/").content.decode()
    for words, amount in (("stays here", "£2,301"), ("goes elsewhere", "£2,500"), ("not known", "£0")):
        assert amount in text[text.index(f'<th scope="row">{words}') :][:400]
    assert Deed.objects.filter(kind="budgets.local.said", actor_id=cast.tariq.pk).exists()
    wrong = client.post("/brindley/spending/local/", {"postcodes": "M1; DROP"})
    assert wrong.status_code == 422
    assert 'value="M1; DROP"' in wrong.content.decode()


def test_an_organisation_can_be_searched_for_and_a_private_person_cannot(client, payments):
    assert "Zenith Computers PLC" in client.get("/brindley/spending/?payee=zENith").content.decode()
    for words in ("smithson", "private", "%", "'", "x" * 5000, "\x00"):
        text = client.get("/brindley/spending/", {"payee": words}).content.decode()
        assert "Smithson" not in text.replace("with “smithson” in the name", "")


def test_agencies_and_years_are_apart(cast, client, payments):
    public(cast.council, PAYMENTS.replace("2024", "2022"), title="Two years before")
    public(cast.police, PAYMENTS.replace("Acme", "Apex").replace("1000.00", "9000.00"))
    newest = client.get("/brindley/spending/").content.decode()
    assert "2024–25" in newest
    assert "Two years before" not in newest
    assert "in 2022–23" in client.get("/brindley/spending/?agency=council&year=2022-23").content.decode()
    assert "Brindley Police paid £12,801" in client.get("/brindley/spending/?agency=police").content.decode()
    for asked in ("agency=nobody", "year=2019-20", "agency=police&year=2022-23", "year=%27"):
        assert client.get(f"/brindley/spending/?{asked}").status_code == 404


def test_s38_the_csv_of_payments_runs_nothing_and_adds_up(cast, client):
    public(cast.council, PAYMENTS.replace("Zenith Computers PLC", "=HYPERLINK Systems Ltd"))
    rows = list(csv.DictReader(io.StringIO(client.get("/brindley/spending.csv").getvalue().decode())))
    names = [row["name"] for row in rows]
    assert "'=HYPERLINK Systems Ltd" in names
    assert csv_out.plain("'=HYPERLINK Systems Ltd") in "=HYPERLINK Systems Ltd"
    for part in ("payee", "purpose", "month", "local"):
        assert sum(float(row["amount_gbp"]) for row in rows if row["part"] == part) == 4800.50
    assert not any("Smithson" in row["name"] for row in rows)


def test_the_csv_is_no_page_where_there_are_no_payments(cast, client):
    assert client.get("/brindley/spending.csv").status_code == 404
    text = client.get("/brindley/spending/").content.decode()
    assert "Nobody has shown it here yet" in text


def test_the_page_costs_three_queries_however_many_files_there_are(cast, client, payments, django_assert_num_queries):
    for year in ("2021", "2022", "2023"):
        public(cast.council, PAYMENTS.replace("2024", year), title=year)
    client.get("/brindley/spending/")
    with django_assert_num_queries(3):
        client.get("/brindley/spending/")


def test_a_summary_is_made_once_until_the_files_change(cast, client, payments, monkeypatch):
    from pennypot.apps.budgets import spending

    client.get("/brindley/spending/")
    asked = []
    real = spending.profile
    monkeypatch.setattr(spending, "profile", lambda *given, **named: asked.append(given) or real(*given, **named))
    client.get("/brindley/spending/")
    assert not asked
    public(cast.council, PAYMENTS.replace("2024", "2025"))
    client.get("/brindley/spending/")
    assert len(asked) == 1


def test_one_files_page_shows_its_rows_and_source(client, payments):
    text = client.get(f"/brindley/spending/files/{payments.pk}/").content.decode()
    assert "Payments of spring" in text
    assert "not kept, with a reason" in text
    assert "Smithson" not in text


def test_a_year_of_a_real_council_is_read_and_shown(cast, client):
    """Trafford's 210,068 payments of 2024-25, £565.2 million."""
    book = shared("spend", "trafford", "trafford-supplier-spend-2024-25.zip")
    kept = public(cast.council, book.read_bytes(), book.name)
    assert (kept.rows, kept.kept, kept.rejected, kept.sum_kept_pence) == (210_068, 210_068, 0, 565_219_573_74)
    text = client.get("/brindley/spending/").content.decode()
    assert "Brindley Council paid £565.22 million to" in text
    assert "in 2024–25." in text
