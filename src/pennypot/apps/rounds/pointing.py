"""Choosing a point on the outline map of a place, without scripts: a click arrives as pixels of the picture.

Pure: it knows outlines and numbers, no request and no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pennypot.apps.places import maps

# The picture is shown at exactly these widths (CSS pixels), so that a click's pixels can be read back: a browser
# counts them on the picture as it is shown.
WIDTHS = {"small": 264, "large": 520}


@dataclass(frozen=True)
class Point:
    """A point of the place, rounded to about ten metres, and the area it lies in."""

    latitude: float
    longitude: float
    area: Any


def shown_height(map: maps.Map, size: str) -> int:
    """Return how high the picture is where it is shown at one of the `WIDTHS`."""
    return round(map.height * WIDTHS[size] / map.width)


def point_at(map: maps.Map, areas: Sequence[Any], size: str, x: int, y: int) -> Point | None:
    """Return the point of a click, or None where it lies in no area.

    Parameters
    ----------
    areas
        The areas that were drawn, each with its ``outline``.
    size
        Which picture was clicked, one of `WIDTHS`.
    x, y
        Pixels from the picture's top left corner.
    """
    scale = map.width / WIDTHS[size]
    longitude, latitude = map.projection.to_degrees(x * scale, y * scale)
    area = area_at(areas, longitude, latitude)
    return None if area is None else Point(round(latitude, 4), round(longitude, 4), area)


def area_at(areas: Sequence[Any], longitude: float, latitude: float) -> Any:
    """Return the smallest of the areas that holds a point, or None. An area without parts goes before its whole."""
    holding = [area for area in areas if any(_inside(polygon, longitude, latitude) for polygon in area.outline)]
    wholes = {area.parent_id for area in holding}
    return next((area for area in holding if area.pk not in wholes), None)


def _inside(polygon: Sequence[Sequence[Sequence[float]]], x: float, y: float) -> bool:
    """Whether a point lies inside the outer ring of a polygon and in none of its holes: by counting crossings."""
    inside = False
    for ring in polygon:
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                inside = not inside
    return inside
