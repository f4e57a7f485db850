"""The same pool for spreadsheets and programs."""

import csv
import io
from decimal import Decimal


def rows(client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode(), newline="")))


def test_the_csv_adds_up_to_the_page(birmingham, client):
    found = rows(client, "/birmingham/pool.csv")
    assert len(found) == 30
    assert sum(Decimal(row["amount_gbp"]) for row in found if row["counted"] == "yes") == 7_095_774_987
    assert sum(Decimal(row["amount_gbp"]) for row in found if row["counted"] == "no") == 610_828_856
    assert all(row["source"] and row["address"].startswith("http://testserver/birmingham/pool/line/") for row in found)
    assert all(row["why_not"] for row in found if row["counted"] == "no")


def test_an_unknown_amount_is_an_empty_cell_and_a_null(trafford, client):
    unknown = [row["service"] for row in rows(client, "/trafford/pool.csv") if row["amount_gbp"] == ""]
    assert sorted(unknown) == ["Health care", "Pensions and benefits"]
    lines = client.get("/api/places/trafford/pool").json()["lines"]
    assert sorted(line["service"] for line in lines if line["amount_pence"] is None) == sorted(unknown)


def test_the_interface_says_what_the_page_says(birmingham, client):
    found = client.get("/api/places/birmingham/pool?year=2010-11").json()
    assert found["total_pence"] == 7_095_774_987_00
    assert found["left_out_pence"] == 610_828_856_00
    assert found["for_each_resident_pence"] == 660513
    assert found["not_known"] == 0
    assert len(found["transfers"]) == 3
    counted = {line["id"] for line in found["lines"] if line["counted"]}
    assert {transfer["counted_in"] for transfer in found["transfers"]} <= counted
    assert client.get("/api/places/birmingham/pool?year=1066").status_code == 404
    assert client.get("/api/places/nowhere/pool").status_code == 404


def test_the_page_links_to_both(birmingham, client):
    page = client.get("/birmingham/pool/").content.decode()
    for address in ("/birmingham/pool.csv", "/api/places/birmingham/pool"):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200
