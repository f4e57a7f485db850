"""The first draft of a pack: the place's own lines, and cards of the invented town in this place's proportions.

What it makes can be played at once and cannot be published: nobody has said yet what a cut would mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from pennypot.apps.budgets.queries.whole import PoolLine
from pennypot.apps.places.models import Agency, Area, Place
from pennypot.play import shipped

MODEL = "tilbrook"
USUAL_TARGET = 3  # per cent of all lines
MOST_LINES = 16
# Depths that lines may be cut to, the deepest first; a line takes the deepest whose steps are not too large.
_DEPTHS = ((8, 15, 30), (5, 10, 20), (3, 6, 12), (2, 4, 8), (1, 3, 5), (1, 2, 4), (1, 2, 3))
_CUSTODY = {
    Agency.Family.COUNCIL: "council",
    Agency.Family.POLICE: "safety",
    Agency.Family.FIRE: "safety",
    Agency.Family.NHS: "nhs",
    Agency.Family.TRANSPORT: "business",
    Agency.Family.WELFARE: "housing",
}
# Needs that a line serves, by its purpose (the first two figures of its COFOG group).
_NEEDS = {
    "01": "work",
    "03": "safe",
    "04": "get-about",
    "05": "well",
    "06": "warm-and-housed",
    "07": "well",
    "08": "together",
    "09": "children",
    "10": "care",
}
USUAL_NEED = "together"
_THOUSAND = 100_000  # pence


def grouped(lines: Sequence[PoolLine], names: Mapping[int, str]) -> list[tuple[str, list[PoolLine]]]:
    """Put lines under the names of cards; those of one agency with the same name are one card.

    Parameters
    ----------
    names
        What each line's card is called, by the line's id; a line without a name is not on the table.
    """
    found: dict[tuple[int, str], list[PoolLine]] = {}
    for line in lines:
        name = names.get(line.id, "")
        if name:
            found.setdefault((line.agency_id, name), []).append(line)
    return [(name, some) for (_agency, name), some in found.items()]


def first_draft(
    place: Place, title: str, year: str, groups: Sequence[tuple[str, list[PoolLine]]], area: Area | None, language: str
) -> dict[str, Any]:
    """Return a draft in the pack's format.

    Parameters
    ----------
    groups
        The cards' names and their lines, as `grouped` makes them: three at least, each of more than nothing.
    area
        The neighbourhood that creates; the whole place if there is none.
    """
    model = json.loads(json.dumps(shipped(MODEL).in_language(language).given))
    total = sum(line.amount_pence or 0 for _name, lines in groups for line in lines)
    target = _rounded(total * USUAL_TARGET // 100)
    people = place.population or 10_000
    pot, slice_people = total // 100, min(people, (area.population if area else 0) or people)
    policy = {
        "pot_pence": pot,
        "place_people": people,
        "slice_people": slice_people,
        "slice_name": area.name if area else place.name,
        "target_pence": target,
        "gain_share": 50,
        "rule": "consent",
    }
    slice_pence = pot * slice_people // people
    return {
        "format": model["format"],
        "id": slugify(title)[:60] or "pack",
        "title": title,
        "place": place.name,
        "year": year[:20] or "—",
        "label": "",
        "about": "",
        "language": language,
        "needs": [_need(need, people, model["policy"]["place_people"]) for need in model["needs"]],
        "lines": _lines(groups, target),
        "pool_cards": [],
        "idea_cards": [_idea(card, slice_pence, _slice_of(model["policy"])) for card in model["idea_cards"]],
        "assets": model["assets"],
        "events": [_event(event, total, _lines_of(model)) for event in model["events"]],
        "roles": model["roles"],
        "personas": model["personas"],
        "policy": policy,
    }


def _lines(groups: Iterable[tuple[str, list[PoolLine]]], target: int) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for name, lines in groups:
        baseline = sum(line.amount_pence or 0 for line in lines)
        steps = _steps(baseline, target)
        first = lines[0]
        made.append(
            {
                "id": free_id(name, [one["id"] for one in made]),
                "agency": first.agency_name[:120],
                "service": name,
                "baseline_pence": baseline,
                "floor_pence": baseline * 3 // 5 // _THOUSAND * _THOUSAND,
                "custody": _CUSTODY.get(Agency.Family(first.family), "council"),
                "needs": [_NEEDS.get(first.cofog[:2], USUAL_NEED)],
                "steps": steps,
                "for_it": "",
                "against_it": "",
                "signed_by": "",
                "signed_on": "",
                "source": _source(lines)[:300],
            }
        )
    return made


def _steps(baseline: int, target: int) -> list[dict[str, Any]]:
    """Three depths, of which none takes more than a fifth of the target if that can be."""
    for depths in _DEPTHS:
        largest = max(after - before for before, after in zip((0, *depths), depths, strict=False))
        if 5 * baseline * largest <= 100 * target:
            break
    return [
        {
            "percent": percent,
            "pence": max(1, _rounded(baseline * percent // 100)),
            "affected": "",
            "people": 0,
            "reversible": True,
            "instead": "",
        }
        for percent in depths
    ]


def _source(lines: Sequence[PoolLine]) -> str:
    parts = dict.fromkeys(
        ", ".join(part for part in (line.source_title, line.source_sheet, line.source_row, line.official_name) if part)
        for line in lines
    )
    said = "; ".join(part for part in parts if part)
    return said or _("The place's pooled budget.")


def _rounded(pence: int) -> int:
    """Round to whole thousands of pounds where that changes a twentieth at most, else to pounds."""
    unit = _THOUSAND if pence >= 10 * _THOUSAND else 100
    return max((pence + unit // 2) // unit * unit, min(pence, 1))


def _two_figures(number: int) -> int:
    """Round to two figures, as people write what is rough."""
    unit = 10 ** max(0, len(str(abs(number))) - 2)
    return (abs(number) + unit // 2) // unit * unit * (1 if number >= 0 else -1)


def _need(need: dict[str, Any], people: int, of: int) -> dict[str, Any]:
    rough = _two_figures(need["people"] * people // of)
    source = _("Rough, in the proportions of an invented town. Please look for a real count.")
    return {**need, "people": rough, "source": source}


def _idea(card: dict[str, Any], slice_pence: int, of: int) -> dict[str, Any]:
    return {**card, "cost_pence": max(100, _two_figures(card["cost_pence"] * slice_pence // of // 100) * 100)}


def _event(event: dict[str, Any], total: int, of: int) -> dict[str, Any]:
    def scaled(effect: dict[str, Any]) -> dict[str, Any]:
        return {**effect, "pence": _two_figures(effect["pence"] * total // of)} if effect.get("pence") else effect

    choices = [{**one, **({"effect": scaled(one["effect"])} if "effect" in one else {})} for one in event["choices"]]
    return {**event, **({"effect": scaled(event["effect"])} if "effect" in event else {}), "choices": choices}


def _slice_of(policy: Mapping[str, Any]) -> int:
    return int(policy["pot_pence"]) * int(policy["slice_people"]) // int(policy["place_people"])


def _lines_of(given: Mapping[str, Any]) -> int:
    return sum(line["baseline_pence"] for line in given["lines"])


def free_id(name: str, taken: Iterable[str]) -> str:
    """Return an id made of a name that no other card of the kind has."""
    base = slugify(name)[:50].strip("-").replace("_", "-") or "card"
    base = "-".join(part for part in base.split("-") if part) or "card"
    there, number = set(taken), 1
    while (base if number == 1 else f"{base}-{number}") in there:
        number += 1
    return base if number == 1 else f"{base}-{number}"
