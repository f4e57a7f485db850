"""The ledger as files: CSV that no spreadsheet runs, a log that anybody can check, beancount's second opinion."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pennypot.apps.fund.actions.money import record_payment
from pennypot.apps.fund.models import Contribution
from pennypot.house.csv_out import plain

from .looking import page

NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "'quoted", 'say "hi"\\', "a;b,c"]


@pytest.mark.parametrize("memo", NASTY)
def test_s38_no_cell_is_a_formula_and_every_cell_reads_back(client, scene, memo):
    contribution = Contribution.objects.select_related("agency", "policy__place").get(agency=scene.council)
    record_payment(scene.tariq, contribution, 5_00, money="capital", key="nasty", memo=memo)
    content = b"".join(page(client, "fund_ledger_csv", "brindley").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert plain(rows[-1]["memo"]) == memo
    assert not rows[-1]["memo"].startswith(("=", "+", "-", "@", "\t"))
    assert (rows[-1]["amount"], rows[-1]["money"]) == ("5.00", "capital")


def test_the_contributions_as_csv_add_up(client, scene):
    content = b"".join(page(client, "fund_contributions_csv", "brindley").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["due_pounds"] for row in rows] == ["8000.00", "2000.00"]
    assert [row["state"] for row in rows] == ["due", "due"]


def test_anybody_can_check_the_log(client, scene, due):
    """As the page in the docs says: hash over the hash before and the text, line by line."""
    record_payment(scene.tariq, due["police"], 7_00, money="new", key="żółć", memo="Ł “x”")
    lines = b"".join(page(client, "fund_log", "brindley").streaming_content).decode().splitlines()
    before = bytes(32)
    for line in lines:
        said, entry = line.split(" ", 1)
        before = hashlib.sha256(before + entry.encode()).digest()
        assert before.hex() == said
    assert json.loads(entry)["memo"] == "Ł “x”"
    assert len(lines) == 2


def bean_check():
    """Find beancount's checker: on the path, or in the peers' environment that `make peers` fills."""
    peers = Path(__file__).resolve().parents[5] / ".venv-peers" / "bin"
    return shutil.which("bean-check") or shutil.which("bean-check", path=str(peers))


def test_beancount_accepts_the_ledger(client, demo_places, tmp_path):
    """A second opinion, out of process: beancount is GPL and only listed for benchmarks."""
    program = bean_check()
    if program is None:
        pytest.skip("bean-check is not here: `make peers` installs it, apart from Pennypot")
    place = demo_places["birmingham"]
    for name, change in (("ledger", None), ("broken", "1.23")):
        content = b"".join(page(client, "fund_beancount", place.slug).streaming_content).decode()
        if change:
            content = re.sub(r"(balance Assets:Fund  )[0-9.]+", rf"\g<1>{change}", content)
        path = tmp_path / f"{name}.beancount"
        path.write_text(content, encoding="utf-8")
        result = subprocess.run([program, str(path)], capture_output=True, text=True, timeout=60)
        assert (result.returncode == 0) == (change is None), result.stdout + result.stderr


def test_beancount_text_is_quoted(client, scene, due, tmp_path):
    record_payment(scene.tariq, due["council"], 7_00, money="new", key="q", memo='A "hall"\\ and; * more')
    content = b"".join(page(client, "fund_beancount", "brindley").streaming_content).decode()
    assert r'"A \"hall\"\\ and; * more"' in content
    assert "open Equity:Agency:Council GBP" in content
    program = bean_check()
    if program:
        path = tmp_path / "quoted.beancount"
        path.write_text(content, encoding="utf-8")
        result = subprocess.run([program, str(path)], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stdout + result.stderr


def test_the_fund_as_data_says_what_the_page_says(client, demo_places):
    said = client.get("/api/places/birmingham/fund").json()
    assert (said["base_pence"], said["fund_pence"], said["adopted"]) == (4_506_374_987_00, 45_063_749_87, True)
    assert sum(one["due_pence"] for one in said["contributions"]) == said["fund_pence"]
    assert said["label"] == "Invented for demonstration"
    trafford = client.get("/api/places/trafford/fund").json()
    assert trafford["at_least"] and trafford["not_known"]


def test_the_ledger_as_data_can_be_read_on_from_any_entry(client, demo_places):
    entries = client.get("/api/places/birmingham/ledger").json()
    assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
    assert client.get("/api/places/birmingham/ledger", {"after": 5}).json() == entries[5:]
    assert client.get("/api/places/birmingham/ledger", {"after": 2**62}).json() == []
    assert client.get("/api/places/birmingham/ledger", {"after": -1}).status_code == 422
    assert client.get("/api/places/nowhere/fund").status_code == 404


def test_s23_the_data_of_a_place_that_is_being_set_up_is_not_public(client, scene):
    type(scene.place).objects.filter(pk=scene.place.pk).update(state="setting-up")
    for path in ("fund", "ledger"):
        assert client.get(f"/api/places/brindley/{path}").status_code == 403
