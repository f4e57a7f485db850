"""What every base gives: Birmingham's published figures, unknowns that stay unknown, and the examples of the page."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.fund.bases import PRESETS, Policy, contributions, preset, work_out
from pennypot.apps.fund.shares import CannotShare

ROOT = Path(__file__).resolve().parents[5]
SHARED = Path(os.environ.get("PENNYPOT_SHARED") or ROOT.parent / "shared")
FAMILIES = {"Council": "council", "PCT": "nhs", "ICB": "nhs", "Police": "police", "Pensions": "welfare"}


@dataclass(frozen=True)
class Line:
    agency_name: str
    service: str
    amount_pence: int | None
    control: str
    counted: bool = True
    kind: str = "revenue"
    year_kind: str = "outturn"

    @property
    def agency_id(self):
        return self.agency_name

    @property
    def agency_slug(self):
        return self.agency_name.lower().replace(" ", "-")

    @property
    def family(self):
        return next((family for word, family in FAMILIES.items() if word in self.agency_name), "other")


def real_lines(folder):
    path = SHARED / "data" / "places" / folder / "budget_lines.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here: the real data lies beside the repository")
    controls = {"ring_fenced_grant": "grant"}
    with path.open(encoding="utf-8", newline="") as rows:
        return [
            Line(
                row["agency"],
                row["line"],
                round(float(row["amount_gbp"]) * 100) if row["amount_gbp"] else None,
                controls.get(row["control"], row["control"]),
                row["counted"] == "1",
            )
            for row in csv.DictReader(rows)
        ]


@pytest.fixture
def birmingham():
    return real_lines("birmingham-2010-11")


def million(pence, places):
    return f"{pence / 100_000_000:,.{places}f}"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("key", "base", "fund"),
    [
        ("whole", "7,095.8", "70.96"),
        ("people", "4,506.4", "45.06"),
        ("schools", "3,302.2", "33.02"),
        ("nhs", "1,274.9", "12.75"),
        ("discretionary", "443.8", "4.44"),
    ],
)
def test_the_five_bases_of_birmingham(birmingham, key, base, fund):
    found = work_out(preset(key).policy, birmingham)
    assert (million(found.base_pence, 1), million(found.fund_pence, 2)) == (base, fund)
    assert not found.is_at_least
    assert sum(due.pence for due in contributions(found)) == found.fund_pence


@pytest.mark.shared
def test_birmingham_to_the_penny(birmingham):
    assert work_out(preset("whole").policy, birmingham).fund_pence == 70_957_749_87
    assert work_out(preset("people").policy, birmingham).fund_pence == 45_063_749_87


@pytest.mark.shared
def test_poland_takes_half_a_per_cent_of_what_the_council_spent(birmingham):
    found = work_out(preset("poland").policy, birmingham)
    council = sum(line.amount_pence for line in birmingham if line.family == "council" and line.counted)
    assert (found.base_pence, found.fund_pence) == (council, -(-council // 200))


@pytest.mark.shared
@pytest.mark.parametrize("key", ["scotland", "sicily"])
def test_what_cannot_be_worked_out_says_what_is_missing_and_is_never_nought(birmingham, key):
    found = work_out(preset(key).policy, birmingham)
    assert found.base_pence is None and found.fund_pence is None
    assert found.missing


@pytest.mark.shared
def test_trafford_is_at_least_so_much_because_the_nhs_is_not_known():
    lines = real_lines("trafford-2023-24")
    found = work_out(preset("people").policy, lines)
    assert found.is_at_least
    assert [name.split(":")[0] for name in found.unknown] == ["NHS Greater Manchester ICB"]
    assert not work_out(preset("nhs").policy, lines).is_at_least


def test_a_place_without_budgets_has_no_base():
    for one in PRESETS:
        found = work_out(one.policy, [])
        assert (found.base_pence, found.fund_pence) == (None, None)
        assert found.missing


def test_plans_are_not_taken_for_what_was_spent():
    lines = [Line("Council", "Parks", 100, "local", year_kind="budget")]
    found = work_out(preset("poland").policy, lines)
    assert found.base_pence is None and found.missing
    assert work_out(replace(preset("poland").policy, year_kind="either"), lines).base_pence == 100


def test_building_and_running_costs_can_be_told_apart():
    lines = [Line("Council", "Parks", 100, "local"), Line("Council", "A bridge", 30, "local", kind="capital")]
    assert [work_out(Policy(counts=counts), lines).base_pence for counts in ("both", "revenue", "capital")] == [
        130, 100, 30,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rounding", "unit", "fund"),
    [("nearest", 1, 12_346), ("down", 1, 12_345), ("up", 1, 12_346), ("nearest", 100, 12_300), ("up", 100, 12_400)],
)
def test_the_fund_is_rounded_as_the_policy_says(rounding, unit, fund):
    assert Policy(rounding=rounding, unit_pence=unit).fund(1_234_550) == fund


@given(st.integers(0, 10**14), st.integers(1, 10_000), st.sampled_from([1, 100, 100_000]))
def test_rounding_never_moves_a_whole_unit(base, rate, unit):
    exact = base * rate
    for rounding in ("nearest", "down", "up"):
        fund = Policy(rate=rate, rounding=rounding, unit_pence=unit).fund(base)
        assert fund % unit == 0
        assert abs(fund * 10_000 - exact) < unit * 10_000
    assert Policy(rate=rate, rounding="down").fund(base) * 10_000 <= exact


amounts = st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(-(10**9), 10**13)), min_size=1, max_size=12)


@given(amounts, st.integers(1, 10_000))
def test_contributions_add_up_to_the_fund_whatever_the_lines(rows, rate):
    lines = [Line(f"Council {name}", "x", pence, "local") for name, pence in rows]
    found = work_out(Policy(rate=rate), lines)
    try:
        due = contributions(found)
    except CannotShare as problem:
        assert problem.why == "nobody"
    else:
        assert sum(one.pence for one in due) == found.fund_pence
        assert all(one.pence >= 0 for one in due)


def test_an_agency_below_nought_contributes_nothing_even_with_a_floor():
    lines = [Line("Council A", "x", 1_000_00, "local"), Line("Council B", "y", -1_00, "local")]
    due = contributions(work_out(Policy(floor_pence=1_00), lines))
    assert [(one.agency.name, one.pence) for one in due] == [("Council A", 9_99), ("Council B", 0)]


def examples():
    """The tables of the page: policy words, then rows."""
    text = (ROOT / "docs" / "algorithms" / "policy.md").read_text(encoding="utf-8")
    block = text.split("\n## Worked example")[1]
    lines, results = (
        [[cell.strip() for cell in row.strip("|").split("|")] for row in part.strip().splitlines() if row[:1] == "|"][
            2:
        ]
        for part in block.split("\n### What it gives")
    )
    return lines, results


def amount(said):
    return None if said == "not known" else int(re.sub(r"[£,]", "", said)) * 100


def test_the_worked_example_of_the_page():
    given_lines, results = examples()
    lines = [
        Line(agency, service, amount(pounds), control, counted == "yes")
        for agency, service, pounds, control, counted in given_lines
    ]
    assert len(results) == len(PRESETS)
    for key, base, fund, council, police in results:
        found = work_out(preset(key.split()[0]).policy, lines)
        if base == "not known":
            assert found.base_pence is None
            continue
        due = {one.agency.name: one.pence for one in contributions(found)}
        at_least = "at least " if found.is_at_least else ""
        assert f"{at_least}£{found.base_pence // 100:,}" == base
        assert f"{at_least}£{found.fund_pence / 100:,.2f}" == fund
        assert f"£{due['Ashford Council'] / 100:,.2f}" == council
        assert (f"£{due['Ashford Police'] / 100:,.2f}" if "Ashford Police" in due else "") == police
