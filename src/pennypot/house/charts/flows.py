"""Flows: money from who raises it through who spends it to what it is for, as ribbons as thick as their amounts.

Such a picture is called a Sankey diagram. This one has columns of nodes; ribbons join neighbouring columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from pennypot.house.charts.words import READ

NODE_WIDTH = 13.0
# Room for the words of one node: two lines.
SLOT = 39.0
NODE_GAP = 9.0
TEXT = 13.5
LINE = 17.0
SIDE = 185.0


@dataclass(frozen=True)
class Node:
    """Where money stops on its way. `said` is its amount in words; `unsure` is drawn with a broken edge."""

    key: str
    label: str
    said: str
    href: str
    title: str
    colour: str
    unsure: bool = False


@dataclass(frozen=True)
class Ribbon:
    """Money that goes from a node to a node of the next column; `value` is positive."""

    source: str
    target: str
    value: int
    href: str
    title: str


@dataclass
class Spot:
    """A placed node, and how much of each side is taken by ribbons so far."""

    node: Node
    x: float
    y: float
    height: float
    taken_left: float = 0.0
    taken_right: float = 0.0


def place(
    columns: Sequence[Sequence[Node]], ribbons: Sequence[Ribbon], width: float, height: float
) -> tuple[dict[str, Spot], float]:
    """Place the nodes, one column beside the other.

    Returns
    -------
    The spots by key, and the scale: how many units of height one unit of value has.
    """
    coming: dict[str, int] = {}
    going: dict[str, int] = {}
    for ribbon in ribbons:
        going[ribbon.source] = going.get(ribbon.source, 0) + ribbon.value
        coming[ribbon.target] = coming.get(ribbon.target, 0) + ribbon.value
    size = {node.key: max(coming.get(node.key, 0), going.get(node.key, 0)) for column in columns for node in column}
    scale = _scale([[size[node.key] for node in column] for column in columns], height)
    spots: dict[str, Spot] = {}
    step = (width - 2 * SIDE - NODE_WIDTH) / max(len(columns) - 1, 1)
    for number, column in enumerate(columns):
        y = (height - _column_height([size[node.key] for node in column], scale)) / 2
        for node in column:
            tall = size[node.key] * scale
            slot = max(tall, SLOT)
            spots[node.key] = Spot(node, SIDE + step * number, y + (slot - tall) / 2, tall)
            y += slot + NODE_GAP
    return spots, scale


def _column_height(sizes: Sequence[int], scale: float) -> float:
    return sum(max(size * scale, SLOT) for size in sizes) + NODE_GAP * max(len(sizes) - 1, 0)


def _scale(columns: Sequence[Sequence[int]], height: float) -> float:
    """The largest scale at which every column fits, found by halving: small nodes keep room for their words."""
    low, high = 0.0, height / max(1, *(sum(column) for column in columns))
    for _ in range(40):
        middle = (low + high) / 2
        if all(_column_height(column, middle) <= height for column in columns):
            low = middle
        else:
            high = middle
    return low


def draw(
    columns: Sequence[Sequence[Node]],
    ribbons: Sequence[Ribbon],
    *,
    label: str,
    width: float = 1080,
    height: float = 600,
) -> SafeString:
    """Draw the picture as SVG.

    Parameters
    ----------
    columns
        The nodes, column by column, from top to bottom.
    ribbons
        In any order; those of nought are left out.
    label
        What the picture shows, for those who do not see it.
    """
    ribbons = [ribbon for ribbon in ribbons if ribbon.value > 0]
    spots, scale = place(columns, ribbons, width, height)
    order = {key: number for number, key in enumerate(spots)}
    ribbons = sorted(ribbons, key=lambda ribbon: (order[ribbon.source], order[ribbon.target]))
    drawn = "".join(_draw_ribbon(ribbon, spots, scale) for ribbon in ribbons)
    last = len(columns) - 1
    for number, column in enumerate(columns):
        side = "end" if number == 0 else "start"
        drawn += "".join(_draw_node(spots[node.key], side, between=0 < number < last) for node in column)
    return mark_safe(  # noqa: S308 - every text in it is escaped where it is put in
        f'<svg class="chart flows" viewBox="0 0 {width:g} {height:g}" role="group" '
        f'aria-label="{escape(label)}">{drawn}</svg>'
    )


def _draw_ribbon(ribbon: Ribbon, spots: dict[str, Spot], scale: float) -> str:
    source, target = spots[ribbon.source], spots[ribbon.target]
    thick = ribbon.value * scale
    x0, x1 = source.x + NODE_WIDTH, target.x
    y0, y1 = source.y + source.taken_right, target.y + target.taken_left
    source.taken_right += thick
    target.taken_left += thick
    middle = (x0 + x1) / 2
    path = (
        f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        f"v{thick:.2f}C{middle:.1f} {y1 + thick:.1f} {middle:.1f} {y0 + thick:.1f} {x0:.1f} {y0 + thick:.1f}z"
    )
    unsure = " unsure" if source.node.unsure or target.node.unsure else ""
    colour = target.node.colour if source.x == SIDE else source.node.colour
    return (
        f'<a class="c-{colour}{unsure}" href="{escape(ribbon.href)}"><title>{escape(ribbon.title)}</title>'
        f'<path class="ribbon" d="{path}"/></a>'
    )


def _draw_node(spot: Spot, side: str, *, between: bool) -> str:
    node = spot.node
    unsure = " unsure" if node.unsure else ""
    return (
        f'<a class="c-{node.colour}{unsure}" href="{escape(node.href)}"><title>{escape(node.title)}</title>'
        f'<rect class="node" x="{spot.x:.1f}" y="{spot.y:.1f}" width="{NODE_WIDTH:g}" '
        f'height="{max(spot.height, 1):.1f}" rx="2"/>{_node_words(spot, side, between=between)}</a>'
    )


def _node_words(spot: Spot, side: str, *, between: bool) -> str:
    """The node's name and amount: outside the picture for the outer columns, over the ribbons for the inner ones."""
    x = spot.x - 8 if side == "end" else spot.x + NODE_WIDTH + 8
    anchor = ' text-anchor="end"' if side == "end" else ""
    name = READ.wrap(spot.node.label, SIDE - 10, TEXT, 1)
    if name is None:
        return ""
    halo = " over" if between else ""
    top = spot.y + spot.height / 2 - LINE / 2 + 4.5
    return (
        f'<text x="{x:.1f}" y="{top:.1f}" class="name{halo}"{anchor}>{escape(name[0])}</text>'
        f'<text x="{x:.1f}" y="{top + LINE:.1f}" class="amount{halo}"{anchor}>{escape(spot.node.said)}</text>'
    )
