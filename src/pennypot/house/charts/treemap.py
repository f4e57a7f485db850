"""A treemap of two levels: groups as large as their sums, and in each group tiles as large as their values.

The layout is the squarified one of Bruls, Huizing and van Wijk (2000), by the `squarify` library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import squarify
from django.utils.safestring import SafeString, mark_safe

from pennypot.house.charts.words import READ, SAID

# Sizes in the picture's own units; one is about a CSS pixel on a laptop.
GAP = 5.0
TILE_GAP = 2.0
HEADING = 27.0
HEADING_SIZE = 15.0
TEXT = 13.5
LINE = 18.0
PAD = 8.0
# In a narrow tile, before its words are left to the list.
SMALL_TEXT = 11.5
SMALL_LINE = 14.0
SMALL_PAD = 5.0
# A tile smaller than this cannot be touched: such tiles become one tile, "and three more".
SMALLEST_AREA = 26.0 * 26.0


@dataclass(frozen=True)
class Tile:
    """One value. `said` is the value in words; `title` is what a pointer or a screen reader says."""

    label: str
    value: int
    said: str
    href: str
    title: str


@dataclass(frozen=True)
class Group:
    """Tiles that belong together. `more` stands in for the tiles that are too small to touch."""

    label: str
    said: str
    href: str
    title: str
    colour: str
    tiles: Sequence[Tile]
    more: str = "%d"


@dataclass(frozen=True)
class Box:
    """A placed rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    def inside(self, by: float) -> Box:
        """The rectangle with half a gap cut off on every side; never smaller than a point."""
        return Box(self.x + by, self.y + by, max(self.width - 2 * by, 0.5), max(self.height - 2 * by, 0.5))


def place(values: Sequence[int], within: Box) -> list[Box]:
    """Return one rectangle for each positive value, in the same order; together they fill the space.

    Parameters
    ----------
    values
        Positive and sorted, the largest first.
    within
        The space to fill.
    """
    if not values:
        return []
    sizes = squarify.normalize_sizes(list(values), within.width, within.height)
    placed = squarify.squarify(sizes, within.x, within.y, within.width, within.height)
    return [_held(Box(spot["x"], spot["y"], spot["dx"], spot["dy"]), within) for spot in placed]


def _held(box: Box, within: Box) -> Box:
    """Hold a box inside its frame: where one value is a thousand million times another, rounding pushes it out."""
    return Box(
        box.x,
        box.y,
        min(box.width, within.x + within.width - box.x),
        min(box.height, within.y + within.height - box.y),
    )


def draw(groups: Iterable[Group], *, label: str, width: float = 1080, height: float = 520) -> SafeString:
    """Draw the picture as SVG.

    Parameters
    ----------
    groups
        In any order. Only positive values have an area; nought, less than nought and unknown are left to the list.
    label
        What the picture shows, for those who do not see it.
    """
    shown = sorted(
        ((sum(tile.value for tile in group.tiles if tile.value > 0), group) for group in groups),
        key=lambda pair: -pair[0],
    )
    shown = [(total, group) for total, group in shown if total > 0]
    boxes = place([total for total, _ in shown], Box(0, 0, width, height))
    inside = "".join(_draw_group(group, box.inside(GAP / 2)) for (_, group), box in zip(shown, boxes, strict=True))
    return mark_safe(  # noqa: S308 - every text in it is escaped where it is put in
        f'<svg class="chart treemap" viewBox="0 0 {width:g} {height:g}" role="group" '
        f'aria-label="{escape(label)}">{inside}</svg>'
    )


def _draw_group(group: Group, box: Box) -> str:
    heading = _heading(group, box)
    top = HEADING if heading else 0.0
    space = Box(box.x, box.y + top, box.width, box.height - top)
    tiles = with_small_ones_together(group, space.area)
    boxes = place([tile.value for tile in tiles], space)
    drawn = "".join(_draw_tile(tile, spot.inside(TILE_GAP / 2)) for tile, spot in zip(tiles, boxes, strict=True))
    return f'<g class="c-{group.colour}">{heading}{drawn}</g>'


def with_small_ones_together(group: Group, area: float) -> list[Tile]:
    """Sort a group's tiles, largest first, and put those too small to touch into one."""
    tiles = sorted((tile for tile in group.tiles if tile.value > 0), key=lambda tile: (-tile.value, tile.label))
    total = sum(tile.value for tile in tiles)
    large = [tile for tile in tiles if tile.value * area >= SMALLEST_AREA * total]
    if len(large) == len(tiles) - 1 and large and large[-1].value * 20 <= total:
        # One alone would stay as small: it takes the next with it, unless that one is worth seeing.
        large.pop()
    small = tiles[len(large) :]
    if len(small) < 2 or not large:
        return tiles
    together = sum(tile.value for tile in small)
    words = group.more % len(small)
    rest = Tile(words, together, "", group.href, f"{words}: {', '.join(tile.label for tile in small)}")
    return sorted([*large, rest], key=lambda tile: -tile.value)


def _heading(group: Group, box: Box) -> str:
    """The group's name above its tiles, with its sum where there is room; nothing where there is none."""
    if box.height < HEADING + LINE + PAD:
        return ""
    for words in (f"{group.label} · {group.said}", group.label):
        if SAID.width(words, HEADING_SIZE) <= box.width:
            return (
                f'<a href="{escape(group.href)}"><title>{escape(group.title)}</title>'
                f'<text x="{box.x + 1:.1f}" y="{box.y + 18:.1f}" class="group-words">{escape(words)}</text></a>'
            )
    return ""


def _draw_tile(tile: Tile, box: Box) -> str:
    corner = min(5.0, box.width / 4, box.height / 4)
    return (
        f'<a href="{escape(tile.href)}"><title>{escape(tile.title)}</title>'
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{corner:.1f}"/>'
        f"{_tile_words(tile, box)}</a>"
    )


def _tile_words(tile: Tile, box: Box) -> str:
    """The tile's name and amount in the larger type that fits; nothing where neither does."""
    for size, line_height, pad, kind in ((TEXT, LINE, PAD, ""), (SMALL_TEXT, SMALL_LINE, SMALL_PAD, " small")):
        room = box.width - 2 * pad
        lines = int((box.height - pad) // line_height)
        name = READ.wrap(tile.label, room, size, lines) if lines else None
        if name is None:
            continue
        words = [("name", line) for line in name]
        if tile.said and len(name) < lines and READ.width(tile.said, size) <= room:
            words.append(("amount", tile.said))
        return "".join(
            f'<text x="{box.x + pad:.1f}" y="{box.y + 2 + line_height * number:.1f}" class="{what}{kind}">'
            f"{escape(line)}</text>"
            for number, (what, line) in enumerate(words, 1)
        )
    return ""
