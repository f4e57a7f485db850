"""Check 50: no number about a few people is published, and none can be worked out from the totals."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some

from pennypot.apps.rounds.small_cells import LEAST, publishable

WEB_AND_PAPER = ["web", "paper"]


def possible(published):
    """Every table of people that fits what was published, by trying all of them; the slow way, on purpose."""
    total = published.totals[-1]
    cells = [(r, c) for r in range(len(published.rows)) for c in range(len(published.columns))]
    ranges = [range(total + 1) if published.cells[r][c] is None else [published.cells[r][c]] for r, c in cells]
    for numbers in product(*ranges):
        if sum(numbers) != total:
            continue
        found = dict(zip(cells, numbers, strict=True))
        across = [sum(found[r, c] for c in range(len(published.columns))) for r in range(len(published.rows))]
        down = [sum(found[r, c] for r in range(len(published.rows))) for c in range(len(published.columns))]
        fits = all(row[-1] in (None, sum_) for row, sum_ in zip(published.cells, across, strict=True))
        if fits and all(said in (None, sum_) for said, sum_ in zip(published.totals, down, strict=False)):
            yield [*numbers, *across, *down]


def hidden_in(published):
    """Where in the lists of `possible` the hidden numbers stand."""
    flat = [number for row in published.cells for number in row[:-1]]
    flat += [row[-1] for row in published.cells] + published.totals[:-1]
    return [at for at, number in enumerate(flat) if number is None]


@settings(max_examples=150, deadline=None)
@given(some.lists(some.lists(some.integers(0, 8), min_size=2, max_size=2), min_size=1, max_size=2))
def test_s50_no_hidden_number_can_be_worked_out(people):
    table = {f"area {n}": dict(zip(WEB_AND_PAPER, row, strict=True)) for n, row in enumerate(people)}
    published = publishable(table, WEB_AND_PAPER)
    if published is None:
        return
    at = hidden_in(published)
    worlds = list(possible(published))
    assert worlds
    for number in at:
        values = {world[number] for world in worlds}
        assert max(values) - min(values) >= LEAST


@settings(max_examples=150, deadline=None)
@given(some.lists(some.lists(some.integers(0, 7), min_size=2, max_size=2), min_size=1, max_size=2))
def test_s50_nor_where_everybody_can_count_the_channels_in_the_log(people):
    table = {f"area {n}": dict(zip(WEB_AND_PAPER, row, strict=True)) for n, row in enumerate(people)}
    published = publishable(table, WEB_AND_PAPER, totals_are_public=True)
    if published is None:
        return
    assert None not in published.totals
    worlds = list(possible(published))
    assert worlds
    width = len(WEB_AND_PAPER)
    for number in hidden_in(published):
        values = {world[number] for world in worlds}
        inside = number < len(people) * width
        widest = published.totals[number % width] if inside else published.totals[-1]
        assert max(values) - min(values) >= min(LEAST, widest)


@settings(max_examples=200, deadline=None)
@given(some.lists(some.lists(some.integers(0, 60), min_size=3, max_size=3), min_size=1, max_size=12))
def test_s50_what_is_shown_is_true_and_never_about_a_few(people):
    columns = ["web", "paper", "desk"]
    table = {f"area {n}": dict(zip(columns, row, strict=True)) for n, row in enumerate(people)}
    published = publishable(table, columns)
    if published is None:
        return
    for row, true in zip(published.cells, people, strict=True):
        for said, number in zip(row, [*true, sum(true)], strict=True):
            assert said in (None, number)
            assert said is None or said == 0 or said >= LEAST
    assert published.totals[-1] == sum(map(sum, people))


def test_a_table_of_many_people_is_shown_whole():
    published = publishable({"Hill": {"web": 80, "paper": 12}, "Mill": {"web": 40, "paper": 0}}, WEB_AND_PAPER)
    assert published.hidden == 0
    assert published.cells == [[80, 12, 92], [40, 0, 40]]
    assert published.totals == [120, 12, 132]


def test_one_small_cell_takes_others_with_it():
    table = {"Hill": {"web": 80, "paper": 3}, "Mill": {"web": 40, "paper": 20}, "Well": {"web": 60, "paper": 30}}
    published = publishable(table, WEB_AND_PAPER)
    assert published.cells[0][1] is None
    assert published.hidden >= 4
    assert published.cells[2] == [60, 30, 90]


def tables_in_the_docs():
    """The tables of docs/algorithms/results.md, each as lists of cells, without its heading."""
    text = (Path(__file__).resolve().parents[5] / "docs" / "algorithms" / "results.md").read_text(encoding="utf-8")
    counted, published = text.split("Counted:")[1].split("Published:")
    return [
        [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if line.startswith("|")][2:]
        for part in (counted, published)
    ]


def test_the_example_in_the_docs_is_what_happens():
    counted, said = tables_in_the_docs()
    table = {row[0]: {"web": int(row[1]), "paper": int(row[2])} for row in counted[:-1]}
    published = publishable(table, WEB_AND_PAPER, totals_are_public=True)
    found = [[name, *cells] for name, cells in zip(published.rows, published.cells, strict=True)]
    found.append(["together", *published.totals])
    assert [["not shown" if cell is None else str(cell) for cell in row] for row in found] == said


def test_a_single_small_cell_leaves_no_table():
    assert publishable({"Hill": {"web": 3}}, ["web"]) is None
