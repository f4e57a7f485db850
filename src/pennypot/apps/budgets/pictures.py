"""The pool as pictures, and the tables that say the same beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pennypot.apps.budgets.queries import Group, Pool, PoolLine
from pennypot.apps.budgets.said import for_each, rough
from pennypot.apps.places.models import Place
from pennypot.house.charts import treemap
from pennypot.house.money import pounds_said

# A picture and its table show so many lines of a group; the group's own page shows all of them.
MOST_LINES = 40


@dataclass(frozen=True)
class Row:
    """One line in a table."""

    line: PoolLine
    url: str
    colour: str


@dataclass(frozen=True)
class Block:
    """One group in a table: its own row, then its lines."""

    group: Group
    url: str
    rows: tuple[Row, ...]
    hidden: int


def line_url(place: Place, line_id: int) -> str:
    """The address of a line's own page."""
    return reverse("pool_line", args=[place.slug, line_id])


def family_url(pool: Pool, family: str) -> str:
    """The address of a kind of agencies: the agency's own page where there is one only."""
    agencies = {line.agency_slug for line in pool.lines if line.family == family}
    if len(agencies) == 1:
        return reverse("pool_agency", args=[pool.place.slug, agencies.pop()])
    return reverse("pool_family", args=[pool.place.slug, family])


def groups_by(pool: Pool, by: str) -> tuple[tuple[Group, ...], Callable[[Group], str]]:
    """Group a pool for its picture.

    Parameters
    ----------
    by
        ``agency`` (kinds of agencies) or ``purpose``.

    Returns
    -------
    The groups that hold anything counted, and a function that gives each its address.
    """
    if by == "purpose":
        groups = pool.by_theme()

        def url(group: Group) -> str:
            return reverse("pool_theme", args=[pool.place.slug, group.key])

    else:
        groups = pool.by_family()

        def url(group: Group) -> str:
            return family_url(pool, group.key)

    return tuple(group for group in groups if group.counted), url


def blocks(pool: Pool, groups: Iterable[Group], url: Callable[[Group], str], year: str = "") -> list[Block]:
    """The groups as a table, each with its largest lines."""
    return [
        Block(
            group,
            url(group) + year,
            tuple(Row(line, line_url(pool.place, line.id), group.colour) for line in group.counted[:MOST_LINES]),
            max(0, len(group.counted) - MOST_LINES),
        )
        for group in groups
    ]


def map_of(pool: Pool, table: Iterable[Block], label: str) -> SafeString:
    """The treemap that says the same as a table of blocks."""
    people = pool.place.population
    return treemap.draw(
        [
            treemap.Group(
                label=block.group.name,
                said=rough(block.group.total_pence),
                href=block.url,
                title=_title(block.group.name, block.group.total_pence, people),
                colour=block.group.colour,
                tiles=[
                    treemap.Tile(
                        label=row.line.service,
                        value=row.line.in_total_pence,
                        said=rough(row.line.in_total_pence),
                        href=row.url,
                        title=_title(f"{row.line.service} ({row.line.agency_said})", row.line.in_total_pence, people),
                    )
                    for row in block.rows
                ],
                more=_("%d smaller"),
            )
            for block in table
        ],
        label=label,
    )


def _title(name: str, pence: int, people: int | None) -> str:
    each = for_each(pence, people)
    if not each:
        return f"{name}: {pounds_said(pence)}"
    return _("%(name)s: %(amount)s, %(each)s for each resident") % {
        "name": name,
        "amount": pounds_said(pence),
        "each": each,
    }
