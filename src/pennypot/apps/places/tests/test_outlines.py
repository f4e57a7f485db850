"""Reading outlines, with files made by hand and, where it is there, the real data beside the repository."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from pennypot.apps.places import maps
from pennypot.apps.places.outlines import KEPT_POINTS, MAX_BYTES, OutlinesProblem, read_outlines

SHARED = Path(os.environ.get("PENNYPOT_SHARED", Path(__file__).parents[6] / "shared")) / "data" / "geo"


def feature(name="A", ring=((0, 50), (1, 50), (1, 51), (0, 51), (0, 50)), kind="Polygon", **properties):
    coordinates = [[list(point) for point in ring]]
    return {
        "type": "Feature",
        "properties": {"name": name, **properties},
        "geometry": {"type": kind, "coordinates": coordinates if kind == "Polygon" else [coordinates]},
    }


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_names_codes_and_residents_are_found_in_the_properties():
    data = collection(
        feature("North", code="N1", population=1200),
        {**feature(), "properties": {"WD24NM": "South", "WD24CD": "S1", "POP": 3.0}},
    )
    rows, problems = read_outlines(data)
    assert [(row.name, row.code, row.population) for row in rows] == [("North", "N1", 1200), ("South", "S1", 3)]
    assert not problems
    assert rows[0].outline == [[[[0.0, 50.0], [1.0, 50.0], [1.0, 51.0], [0.0, 51.0], [0.0, 50.0]]]]


def test_an_area_may_have_several_parts_holes_or_no_outline():
    hole = feature("Hole")
    hole["geometry"]["coordinates"].append([[0.4, 50.4], [0.6, 50.4], [0.6, 50.6], [0.4, 50.4]])
    rows, problems = read_outlines(
        collection(feature("Many", kind="MultiPolygon"), hole, {"properties": {"name": "No"}})
    )
    assert not problems
    assert [len(row.outline) for row in rows] == [1, 1, 0]
    assert len(rows[1].outline[0]) == 2


TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.25], "translate": [-1.0, 50.0]},
    # Two squares that share the middle border: arc 0 is shared, arcs 1 and 2 go round the outside.
    "arcs": [[[2, 0], [0, 4]], [[2, 4], [-2, 0], [0, -4], [2, 0]], [[2, 0], [2, 0], [0, 4], [-2, 0]]],
    "objects": {
        "wards": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"WD13NM": "West"}, "id": "W1"},
                {"type": "Polygon", "arcs": [[2, -1]], "properties": {"WD13NM": "East"}, "id": "E1"},
            ],
        }
    },
}


def test_topojson_arcs_are_unfolded_turned_and_joined():
    rows, problems = read_outlines(json.dumps(TOPOLOGY).encode())
    assert not problems
    assert [(row.name, row.code) for row in rows] == [("West", "W1"), ("East", "E1")]
    west, east = ({tuple(point) for point in row.outline[0][0]} for row in rows)
    assert west == {(0, 50), (0, 51), (-1, 51), (-1, 50)}
    assert east == {(0, 50), (1, 50), (1, 51), (0, 51)}
    assert all(row.outline[0][0][0] == row.outline[0][0][-1] for row in rows)


def test_neighbours_keep_the_same_border_when_outlines_are_made_simpler():
    border = [(1 + (0.02 if n % 2 else 0) + n * 1e-5, 50 + n / 100) for n in range(101)]
    west = feature("West", [*border, (0, 51), (0, 50), border[0]])
    east = feature("East", [*border[::-1], (2, 50), (2, 51), border[-1]])
    rows, _problems = read_outlines(collection(west, east), kept_points=20)
    points = [{tuple(point) for point in row.outline[0][0]} for row in rows]
    assert len(points[0]) < 40
    shared = {point for point in points[0] if 0.9 < point[0] < 1.1}
    assert shared == {point for point in points[1] if 0.9 < point[0] < 1.1}
    assert len(shared) > 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"type":"FeatureCollection","features":[NaN]}', "not JSON"),
        (b"[]", "neither"),
        (b"{}", "neither"),
        (b'{"type":"Feature"}', "neither"),
        (b'{"type":"FeatureCollection"}', "no areas"),
        (b'{"type":"FeatureCollection","features":[]}', "no areas"),
        (b'{"type":"Topology","arcs":[]}', "no areas"),
        (b'{"type":"Topology"}', "too detailed"),
        (b'{"type":"Topology","arcs":[[1]],"objects":{"a":{"geometries":[]}},"transform":{"scale":1}}', "broken"),
        (collection(feature(ring=[(400000, 300000), (400001, 300000), (400001, 300001), (400000, 300000)])), "WGS 84"),
        (b" " * (MAX_BYTES + 1), "larger than 8 megabytes"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_plain_message(data, said):
    with pytest.raises(OutlinesProblem, match=said):
        read_outlines(data)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [0, 50]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [[[0, 50], [1, 50]]]},
        {"type": "Polygon", "coordinates": [[["a", 50], [1, 50], [1, 51], [0, 50]]]},
        {"type": "Polygon", "coordinates": [[[True], [1, 50], [1, 51], [0, 50]]]},
        {"type": "Polygon", "arcs": [[0]]},
        {"type": "MultiPolygon", "coordinates": [5]},
        {"type": ["x"], "coordinates": []},
    ],
)
def test_an_area_with_a_broken_outline_is_named_by_its_number_and_the_rest_is_read(geometry):
    rows, problems = read_outlines(collection(feature("Good"), {"properties": {"name": "Bad"}, "geometry": geometry}))
    assert [row.name for row in rows] == ["Good"]
    assert [problem.row for problem in problems] == [2]


def test_an_area_without_a_name_is_named_by_its_number():
    _rows, problems = read_outlines(collection({"properties": {"colour": "red"}}, "nonsense"))
    assert [problem.row for problem in problems] == [1, 2]
    assert "has no name" in problems[0].message


def test_s47_a_hostile_outline_takes_no_more_time_than_an_honest_one():
    ring = [(n % 2, 50 + (n % 1000) / 1000 + n * 1e-6) for n in range(100_000)]
    data = collection(feature("Zigzag", [*ring, ring[0]]))
    start = time.process_time()
    rows, _problems = read_outlines(data)
    assert time.process_time() - start < 20
    assert sum(len(part) for polygon in rows[0].outline for part in polygon) < KEPT_POINTS * 2


def test_a_map_is_drawn_with_north_above_and_a_number_inside_each_area():
    rows, _problems = read_outlines(json.dumps(TOPOLOGY).encode())
    picture = maps.draw(rows)
    assert picture.width > 0
    west, east = picture.shapes
    assert (west.number, east.number) == (1, 2)
    assert 0 < west.x < east.x < picture.width
    assert west.path.startswith("M")
    assert maps.draw([]) is None


@pytest.mark.parametrize(("name", "areas"), [("trafford-wards.geojson", 21), ("birmingham-wards-2011.topo.json", 40)])
def test_the_real_wards_are_read_and_made_small(name, areas):
    path = SHARED / name
    if not path.exists():
        pytest.skip("the real data is not beside the repository")
    rows, problems = read_outlines(path.read_bytes())
    assert not problems
    assert len(rows) == areas
    assert all(row.name and row.code.startswith("E05") and row.outline for row in rows)
    kept = sum(len(ring) for row in rows for polygon in row.outline for ring in polygon)
    assert kept < KEPT_POINTS * 2 + areas * 20
    picture = maps.draw(rows)
    assert len(picture.shapes) == areas
