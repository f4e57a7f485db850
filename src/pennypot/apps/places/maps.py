"""Drawing a place's areas as one small picture: outlines in degrees become paths in pixels."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH = 640
MOST_HEIGHT = 720


@dataclass(frozen=True)
class Shape:
    """One area on the map: its number in the table, its path, and where its number is written."""

    number: int
    area: Any
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Projection:
    """How degrees become pixels and back: equirectangular, true at the middle latitude."""

    west: float
    north: float
    squeeze: float
    scale: float

    def to_pixels(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a point is on the picture."""
        x = (longitude - self.west) * self.squeeze * self.scale + 2
        return round(x, 1), round((self.north - latitude) * self.scale + 2, 1)

    def to_degrees(self, x: float, y: float) -> tuple[float, float]:
        """Return the longitude and latitude of a point on the picture."""
        return self.west + (x - 2) / (self.squeeze * self.scale), self.north - (y - 2) / self.scale


@dataclass(frozen=True)
class Map:
    """A picture of areas, in pixels."""

    width: int
    height: int
    shapes: list[Shape]
    projection: Projection


def draw(areas: Sequence[Any]) -> Map | None:
    """Project the outlines (equirectangular, true at the middle latitude); None when there are none.

    Parameters
    ----------
    areas
        Things with an ``outline``, the coordinates of a GeoJSON MultiPolygon; numbered from 1 in their order.
    """
    points = [point for area in areas for polygon in area.outline for ring in polygon for point in ring]
    if not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = cos(radians((south + north) / 2))
    across, up = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 4) / across, (MOST_HEIGHT - 4) / up)

    projection = Projection(west, north, squeeze, scale)

    def place(ring: list[list[float]]) -> list[tuple[float, float]]:
        return [projection.to_pixels(x, y) for x, y in ring]

    shapes = []
    for number, area in enumerate(areas, start=1):
        rings = [place(ring) for polygon in area.outline for ring in polygon]
        if rings:
            path = "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in ring[:-1]) + "z" for ring in rings)
            x, y = _middle(max(rings, key=lambda ring: abs(_twice_area(ring))))
            shapes.append(Shape(number, area, path, x, y))
    return Map(round(across * scale + 4), round(up * scale + 4), shapes, projection)


def _twice_area(ring: list[tuple[float, float]]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in itertools.pairwise(ring))


def _middle(ring: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the centre of gravity of a closed ring."""
    twice = _twice_area(ring)
    if not twice:
        return ring[0]
    sides = list(itertools.pairwise(ring))
    x = sum((ax + bx) * (ax * by - bx * ay) for (ax, ay), (bx, by) in sides) / (3 * twice)
    y = sum((ay + by) * (ax * by - bx * ay) for (ax, ay), (bx, by) in sides) / (3 * twice)
    return round(x, 1), round(y, 1)
