"""Reading areas with their outlines from GeoJSON or TopoJSON, and making the outlines small.

TopoJSON: arcs are delta-encoded and quantised; a negative index ``~i`` means arc ``i`` backwards (TopoJSON
specification 2.1.4, 2.2). Simplifying keeps the points whose triangle with their neighbours is largest (Visvalingam and
Whyatt 1993). Lines are cut first where three areas meet, so that neighbours keep the same border.
"""

from __future__ import annotations

import heapq
import itertools
import json
from collections.abc import Iterable, Iterator
from math import cos, radians
from typing import Any

from django.utils.translation import gettext as _

from pennypot.apps.places.area_rows import MAX_AREAS, AreaRow, RowProblem, check_together, make_row

MAX_BYTES = 8_000_000
MAX_POINTS = 400_000
# What is kept of all outlines of a place together: a map of 700 pixels shows no more, and a page stays light.
KEPT_POINTS = 2_500
DECIMALS = 4  # about ten metres

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]

_NAMES = ("name", "area_name", "ward_name", "nm", "title")
_CODES = ("code", "area_code", "ward_code", "gss", "gss_code", "cd")
_POPULATIONS = ("population", "residents", "all_ages", "pop")


class OutlinesProblem(Exception):
    """The file as a whole cannot be used; the message says why and what to do."""


def read_outlines(
    data: bytes, *, kept_points: int = KEPT_POINTS, decimals: int = DECIMALS
) -> tuple[list[AreaRow], list[RowProblem]]:
    """Read the areas of a GeoJSON FeatureCollection or a TopoJSON Topology.

    Parameters
    ----------
    data
        The file's bytes, UTF-8, at most `MAX_BYTES`.
    kept_points
        About how many points all outlines together may keep.
    decimals
        Digits after the point of each degree that is kept.

    Returns
    -------
    tuple
        Rows in the file's order with simplified outlines, and problems by the feature's number (1 is the first).

    Raises
    ------
    OutlinesProblem
        It is too big, is no JSON, is neither format, or is not in longitude and latitude.
    """
    found = _load(data)
    kind = found.get("type")
    if kind == "FeatureCollection":
        features = found.get("features")
        pieces = ((_part(f, "properties"), _part(f, "geometry"), _id(f)) for f in _objects(features))
        arcs: list[Ring] = []
    elif kind == "Topology":
        arcs = _arcs(found)
        geometries = _geometries(found)
        pieces = ((_part(g, "properties"), g, _id(g)) for g in _objects(geometries))
    else:
        raise OutlinesProblem(_("This is neither a GeoJSON FeatureCollection nor a TopoJSON Topology."))
    rows: list[AreaRow] = []
    numbers: list[int] = []
    shapes: list[list[Polygon]] = []
    problems: list[RowProblem] = []
    budget = [MAX_POINTS]
    for number, (properties, geometry, identity) in enumerate(pieces, start=1):
        if number > MAX_AREAS:
            raise OutlinesProblem(_("There are more than %(most)s areas in this file.") % {"most": MAX_AREAS})
        try:
            row = _row(properties, identity)
            shape = [_polygon(polygon, arcs, budget) for polygon in _polygons(geometry)]
        except ValueError as problem:
            problems.append(RowProblem(number, str(problem)))
            continue
        rows.append(row)
        numbers.append(number)
        shapes.append(shape)
    if not rows and not problems:
        raise OutlinesProblem(_("There are no areas in this file."))
    for row, shape in zip(rows, simplify(shapes, kept_points, decimals), strict=True):
        row.outline = [[[list(point) for point in ring] for ring in polygon] for polygon in shape]
    return rows, problems + check_together(rows, numbers)


def _load(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        said = _(
            "This file is larger than %(most)s megabytes. "
            "Take a generalised version of the outlines (ONS calls them BGC or BUC)."
        )
        raise OutlinesProblem(said % {"most": MAX_BYTES // 1_000_000})
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_constant=_no_such_number)
    except (ValueError, RecursionError):
        raise OutlinesProblem(
            _("This file is not JSON that we can read. Export it again as GeoJSON or TopoJSON.")
        ) from None
    if not isinstance(found, dict):
        raise OutlinesProblem(_("This is neither a GeoJSON FeatureCollection nor a TopoJSON Topology."))
    return found  # fmt: skip


def _no_such_number(name: str) -> float:
    raise ValueError(name)


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(found, list):
        raise OutlinesProblem(_("There are no areas in this file."))
    for one in found:
        yield one if isinstance(one, dict) else {}


def _part(owner: dict[str, Any], key: str) -> dict[str, Any]:
    part = owner.get(key)
    return part if isinstance(part, dict) else {}


def _id(owner: dict[str, Any]) -> str:
    identity = owner.get("id")
    return str(identity) if isinstance(identity, str | int) else ""


def _row(properties: dict[str, Any], identity: str) -> AreaRow:
    """Find name, code and population among a feature's properties; ONS calls them WD24NM and WD24CD."""
    plain = {
        key.casefold(): str(value)
        for key, value in properties.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
    name = _first(plain, _NAMES, "nm")
    if not name:
        raise ValueError(_("This area has no name (a property called “name” or ending in “NM”)."))
    population = _first(plain, _POPULATIONS, None)
    return make_row(name, _first(plain, _CODES, "cd") or identity, population.removesuffix(".0"), "")


def _first(plain: dict[str, str], names: tuple[str, ...], ending: str | None) -> str:
    for name in names:
        if plain.get(name, "").strip():
            return plain[name]
    if ending is None:
        return ""
    return next((value for key, value in plain.items() if key.endswith(ending) and value.strip()), "")


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    """Return polygons as lists of rings; a ring is coordinates (GeoJSON) or arc numbers (TopoJSON)."""
    inside = geometry.get("arcs", geometry.get("coordinates"))
    polygons: Any
    if geometry.get("type") == "Polygon":
        polygons = [inside]
    elif geometry.get("type") == "MultiPolygon":
        polygons = inside
    elif geometry.get("type") is None:
        return []
    else:
        said = _("This area's outline is no surface, but a %(kind)s.")
        raise ValueError(said % {"kind": str(geometry.get("type"))[:40]})
    if not isinstance(polygons, list) or not all(isinstance(polygon, list) for polygon in polygons):
        raise ValueError(_("This area's outline is broken."))
    return polygons


def _polygon(rings: list[Any], arcs: list[Ring], budget: list[int]) -> Polygon:
    polygon = []
    for ring in rings:
        if not isinstance(ring, list) or not ring:
            raise ValueError(_("This area's outline is broken."))
        points = _stitch(ring, arcs, budget[0]) if isinstance(ring[0], int) else [_point(point) for point in ring]
        budget[0] -= len(points)
        if budget[0] < 0:
            raise OutlinesProblem(_too_detailed())
        if not points:
            raise ValueError(_("This area's outline is broken."))
        if points[0] != points[-1]:
            points.append(points[0])
        if len(points) < 4:
            raise ValueError(_("This area's outline is broken."))
        polygon.append(points)
    return polygon


def _point(found: Any) -> Point:
    if not (isinstance(found, list) and len(found) >= 2 and all(isinstance(n, int | float) for n in found[:2])):
        raise ValueError(_("This area's outline is broken."))
    longitude, latitude = found[0], found[1]
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise OutlinesProblem(
            _("These outlines are not in longitude and latitude (WGS 84). Export them again with EPSG:4326.")
        )
    # Neighbours must meet in the very same point; a millionth of a degree is a hand's breadth.
    return round(float(longitude), 6), round(float(latitude), 6)


def _geometries(found: dict[str, Any]) -> Any:
    """Return the geometries of the object that has most; files often hold one object a level."""
    collections: list[list[Any]] = [
        part["geometries"]
        for part in _part(found, "objects").values()
        if isinstance(part, dict) and isinstance(part.get("geometries"), list)
    ]
    return max(collections, key=len, default=None)


def _arcs(found: dict[str, Any]) -> list[Ring]:
    """Decode every arc to longitude and latitude."""
    transform = _part(found, "transform")
    encoded = found.get("arcs")
    if not isinstance(encoded, list) or sum(len(arc) if isinstance(arc, list) else 1 for arc in encoded) > MAX_POINTS:
        raise OutlinesProblem(_too_detailed())
    try:
        if not transform:
            return [[_point(point) for point in arc] for arc in encoded]
        (across, up), (west, south) = transform["scale"], transform["translate"]
        return [_undo_deltas(arc, across, up, west, south) for arc in encoded]
    except (LookupError, ArithmeticError, TypeError, ValueError):
        raise OutlinesProblem(_("The arcs of this TopoJSON file are broken. Export it again.")) from None


def _undo_deltas(arc: list[Any], across: float, up: float, west: float, south: float) -> Ring:
    x = y = 0
    points = []
    for step in arc:
        x, y = x + step[0], y + step[1]
        points.append(_point([x * across + west, y * up + south]))
    return points


def _too_detailed() -> str:
    return _("These outlines are too detailed. Take a generalised version (ONS calls them BGC or BUC).")


def _stitch(numbers: list[Any], arcs: list[Ring], most: int) -> Ring:
    """Put arcs together, and stop at so many points: a small file may name one long arc a million times."""
    ring: Ring = []
    for number in numbers:
        if not isinstance(number, int) or not -len(arcs) <= number < len(arcs):
            raise ValueError(_("This area's outline is broken."))
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring.extend(arc[1:] if ring else arc)
        if len(ring) > most:
            raise OutlinesProblem(_too_detailed())
    return ring


def simplify(shapes: list[list[Polygon]], kept_points: int, decimals: int) -> list[list[Polygon]]:
    """Keep about so many points of all outlines together, the ones that shape them most.

    Parameters
    ----------
    shapes
        One list of polygons an area; rings are closed.
    kept_points
        Points to keep over all rings; the ends of shared borders are always kept.
    decimals
        Digits after the point of each degree.
    """
    rings = [ring for shape in shapes for polygon in shape for ring in polygon]
    corners = _corners(rings)
    weights: dict[tuple[Point, ...], list[float]] = {}
    for ring in rings:
        for chain in _chains(ring, corners):
            key = min(chain, chain[::-1])
            if key not in weights:
                weights[key] = _weights(key)
    everything = sorted((weight for chain in weights.values() for weight in chain[1:-1]), reverse=True)
    limit = everything[kept_points] if len(everything) > kept_points else 0.0

    def smaller(ring: Ring) -> Ring:
        points: Ring = []
        for chain in _chains(ring, corners):
            key = min(chain, chain[::-1])
            kept = [point for point, weight in zip(key, weights[key], strict=True) if weight > limit]
            kept = kept if key == chain else kept[::-1]
            points.extend(kept[1:] if points else kept)
        rounded = [(round(x, decimals), round(y, decimals)) for x, y in points]
        return [point for at, point in enumerate(rounded) if at == 0 or point != rounded[at - 1]]

    result = []
    for shape in shapes:
        polygons = [[small for ring in polygon if len(small := smaller(ring)) >= 4] for polygon in shape]
        result.append([polygon for polygon in polygons if polygon])
    return result


def _corners(rings: list[Ring]) -> set[Point]:
    """Find the points where borders part: those with more than two different neighbours."""
    neighbours: dict[Point, set[Point]] = {}
    for ring in rings:
        for here, there in itertools.pairwise(ring):
            if here != there:
                neighbours.setdefault(here, set()).add(there)
                neighbours.setdefault(there, set()).add(here)
    return {point for point, others in neighbours.items() if len(others) > 2}


def _chains(ring: Ring, corners: set[Point]) -> Iterable[tuple[Point, ...]]:
    """Cut a closed ring into lines at the corners; a ring without any at its lowest and its farthest point."""
    points = ring[:-1]
    cuts = [at for at, point in enumerate(points) if point in corners]
    if len(cuts) < 2:
        first = cuts[0] if cuts else min(range(len(points)), key=lambda at: points[at])
        x, y = points[first]
        far = max(range(len(points)), key=lambda at: (abs(points[at][0] - x) + abs(points[at][1] - y), points[at]))
        cuts = sorted({first, far})
    turned = points[cuts[0] :] + points[: cuts[0]] + [points[cuts[0]]]
    ends = [cut - cuts[0] for cut in cuts] + [len(points)]
    return [tuple(turned[start : end + 1]) for start, end in itertools.pairwise(ends)]


def _weights(chain: tuple[Point, ...]) -> list[float]:
    """Weigh each point of a line by the triangle it makes when it is the least of those left; ends weigh most."""
    squeeze = cos(radians(chain[0][1]))
    before = list(range(-1, len(chain) - 1))
    after = list(range(1, len(chain) + 1))
    weights = [float("inf")] * len(chain)

    def triangle(at: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = chain[before[at]], chain[at], chain[after[at]]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) * squeeze / 2

    current = {at: triangle(at) for at in range(1, len(chain) - 1)}
    heap = [(size, at) for at, size in current.items()]
    heapq.heapify(heap)
    largest = 0.0
    while heap:
        size, at = heapq.heappop(heap)
        if current.get(at) != size:
            continue
        del current[at]
        largest = max(largest, size)
        weights[at] = largest
        left, right = before[at], after[at]
        after[left], before[right] = right, left
        for neighbour in (left, right):
            if neighbour in current:
                current[neighbour] = triangle(neighbour)
                heapq.heappush(heap, (current[neighbour], neighbour))
    return weights
