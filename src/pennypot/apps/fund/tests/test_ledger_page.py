"""The worked example of docs/algorithms/ledger.md, number for number, and the checking program that it prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from procrastinate.contrib.django import app

from pennypot.apps.fund.actions.checks import check_ledger
from pennypot.apps.fund.actions.money import record_payment, reverse_entry, split_to_areas
from pennypot.apps.fund.models import Account, Entry
from pennypot.apps.places.models import Area
from pennypot.house.answers import Invalid

from .conftest import make_budget
from .looking import page

DOCS = Path(__file__).resolve().parents[5] / "docs" / "algorithms" / "ledger.md"


def rows():
    """The rows of the last table, as lists of cells."""
    block = DOCS.read_text(encoding="utf-8").split("\n## Worked example")[1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines() if line[:1] == "|"][2:]


def pence(said):
    return int(re.sub(r"[£,.]", "", said))


@pytest.fixture
def ashford(story):
    """The story's place with the page's two agencies and two areas."""
    from pennypot.apps.fund.actions.policies import adopt_policy, propose_policy

    from .conftest import POLICIES

    Area.objects.filter(place=story.place, name="Well").delete()
    make_budget(story.council, ("Parks", 800_000_00, "local"), year="2026-27")
    make_budget(story.police, ("Policing", 200_033_00, "statutory"), year="2026-27")
    draft = propose_policy(story.tariq, story.place, POLICIES["people"], year="2026-27", reason="Agreed.")
    policy = adopt_policy(story.aled, draft, seen=draft.drafted_at)
    story.due = {one.agency.slug: one for one in policy.contributions.select_related("agency", "policy__place")}
    return story


def test_the_worked_example_of_the_page(ashford):
    table, due, seen = rows(), ashford.due, []

    def note(entry):
        found = dict(Account.objects.filter(place=ashford.place).values_list("code", "balance_pence"))
        hill, mill = (f"area:{Area.objects.get(place=ashford.place, name=name).pk}" for name in ("Hill", "Mill"))
        first = entry.transfers.select_related("source", "target").first()
        names = {hill: "Hill", mill: "Mill"}
        seen.append(
            [
                entry.number,
                names.get(first.source.code, first.source.code),
                names.get(first.target.code, first.target.code),
            ]
            + [first.pence, *(found.get(code, 0) for code in ("agency:council", "agency:police", "fund", hill, mill))]
        )

    def pay(slug, amount, key):
        return record_payment(ashford.tariq, due[slug], amount, money="new", key=key)

    assert {slug: one.due_pence for slug, one in due.items()} == {"council": 8_000_00, "police": 2_000_33}
    note(pay("council", 5_000_00, "1"))
    note(pay("police", 2_000_33, "2"))
    with pytest.raises(Invalid):
        pay("police", 1, "too much")
    wrong = pay("council", 3_000_00, "3")
    note(wrong)
    note(reverse_entry(ashford.tess, wrong, reason="It was £300.", key="4"))
    note(pay("council", 300_00, "5"))
    with pytest.raises(Invalid):
        split_to_areas(ashford.tariq, ashford.place, 7_300_34, method="equal", year="2026-27", key="too much")
    note(split_to_areas(ashford.tariq, ashford.place, 7_300_33, method="equal", year="2026-27", key="6"))
    assert seen == [
        [int(number), source, target, *map(pence, amounts)] for number, _what, source, target, *amounts in table
    ]
    assert check_ledger(ashford.place.ledger) == []


def test_the_checking_program_of_the_page_accepts_the_log_and_finds_a_change(ashford, tmp_path):
    record_payment(ashford.tariq, ashford.due["council"], 5_00, money="new", key="k", memo="Łódź “x”")
    program = re.search(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[1]
    log = b"".join(page(Client(), "fund_log", "brindley").streaming_content).decode()
    for content, fine in ((log, True), (log.replace("Łódź", "Lodz"), False), (log.replace(",500,", ",501,"), False)):
        (tmp_path / "log.txt").write_text(content, encoding="utf-8")
        result = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
        assert (result.returncode == 0) == fine, result.stderr
    assert Entry.objects.count() == 1


def test_the_nightly_check_is_known_to_the_worker():
    app.perform_import_paths()
    assert "fund.check_ledgers" in app.tasks
    assert any(task.cron == "17 2 * * *" for task in app.periodic_registry.periodic_tasks.values())


def test_s36_what_people_type_is_shown_and_never_run(ashford):
    nasty = "<script>alert(1)</script>\"'><svg onload=alert(1)>"
    Area.objects.filter(place=ashford.place, name="Hill").update(name=nasty)
    ashford.due["council"].agency.short_name = nasty
    record_payment(ashford.tariq, ashford.due["council"], 5_00, money="new", key="k", memo=nasty)
    split_to_areas(ashford.tariq, ashford.place, 5_00, method="equal", year="2026-27", key="s", memo=nasty)
    for name, args in (("fund", []), ("fund_money", []), ("fund_entry", [1]), ("fund_entry", [2])):
        content = page(Client(), name, "brindley", *args).content.decode()
        assert "<script>alert" not in content and "<svg onload" not in content
