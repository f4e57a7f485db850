"""Setting a round up: beginning it, filling in its steps, copying last year's, throwing a draft away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Area, Place
from pennypot.apps.rounds import dates
from pennypot.apps.rounds.methods import METHODS, USUAL_METHODS
from pennypot.apps.rounds.models import Category, Pot, Round, Stage
from pennypot.apps.rounds.permissions.rounds import may_change_round, may_set_up_round, may_throw_away
from pennypot.apps.rounds.pots import POUND, usual_draw
from pennypot.apps.rounds.rules import RULES, USUAL_RULE
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

MOST_CATEGORIES = 20
# What each step writes; nothing else of a form ever reaches the row.
FACTS = ("title", "about")
MONEY = ("budget_pence", "source_account")
PROPOSALS = ("area_needed", "least_cost_pence", "most_cost_pence", "word_limit", "summary_letters")
VOTERS = ("min_age", "eligibility", "scope")
BALLOT = ("ballot_form", "max_choices", "points", "rule", "min_votes", "part_funding", "tie_seed_source")
_COPIED = (*FACTS, *MONEY, *PROPOSALS, *VOTERS, *BALLOT, "label")


def start_round(
    person: Person, place: Place, *, title: str, about: str, budget_pence: int, source_account: str, year: str,
    first_day: date,
) -> Round:  # fmt: skip
    """Begin a round with the usual rules and the usual dates; every step can be changed until it is published."""
    require(may_set_up_round(person, place))
    _check_source(place, source_account)
    made = Round(
        place=place,
        title=title,
        about=about,
        year=year,
        budget_pence=budget_pence,
        source_account=source_account,
        rule=dict(USUAL_RULE),
        eligibility=list(USUAL_METHODS),
        tie_seed_source=usual_draw(),
        made_by=person,
    )
    with transaction.atomic():
        _insert(made)
        _write_stages(made, dates.usual(first_day, made.zone))
        deeds.record(
            "rounds.round.started", actor=person, about=made, place=place, after={"title": title, "pence": budget_pence}
        )
    return made


def copy_round(person: Person, old: Round, *, title: str, first_day: date, year: str) -> Round:
    """Make a new round like an old one: its money, rules, categories and pots, with dates from a new first day."""
    require(may_set_up_round(person, old.place))
    made = Round(place=old.place, copied_from=old, made_by=person, year=year)
    for name in _COPIED:
        setattr(made, name, getattr(old, name))
    made.title, made.label = title, ""
    with transaction.atomic():
        _insert(made)
        made.areas.set(old.areas.all())
        twins = {one.pk: Category(round=made, name=one.name, colour=one.colour) for one in old.categories.all()}
        Category.objects.bulk_create(twins.values())
        for pot in old.pots.all():
            pot.pk, pot.round = None, made
            pot.category = twins[pot.category_id] if pot.category_id else None
            pot._state.adding = True
            pot.save()
        _write_stages(made, dates.shifted(old.stage_list, first_day, made.zone))
        deeds.record(
            "rounds.round.copied", actor=person, about=made, place=old.place, after={"title": title, "from": old.slug}
        )
    return made


def save_money(person: Person, round: Round, values: dict[str, Any], *, reason: str = "") -> None:
    """Save the round's name, what it is for and its money; once published the money stays as it is."""
    names = FACTS if round.is_published else (*FACTS, *MONEY)
    if "source_account" in names:
        _check_source(round.place, values["source_account"])
    _change(person, round, {name: values[name] for name in names}, reason)


def save_dates(person: Person, round: Round, times: Sequence[dates.Times]) -> None:
    """Save the dates of a round that is not published yet.

    Raises
    ------
    Invalid
        The round is published (its dates move by `move_stage`), or a stage would close before it opens.
    """
    require(may_change_round(person, round))
    if round.is_published:
        raise Invalid(_("This round is published. Its dates can only be moved, each with a public reason."))
    for one in times:
        if one.closes_at <= one.opens_at:
            raise Invalid(_("It has to close after it opens."), f"closes_{one.kind}")
    with transaction.atomic():
        before = _dates_said(round)
        _write_stages(round, times)
        after = _dates_said(round)
        if before != after:
            deeds.record(
                "rounds.round.changed", actor=person, about=round, place=round.place, before=before, after=after
            )


def save_proposals(
    person: Person, round: Round, values: dict[str, Any], *, areas: Iterable[Area], categories: Sequence[str],
    reason: str = "",
) -> None:  # fmt: skip
    """Save what may be proposed. Categories are named; one that is no longer named goes, with its pot."""
    require(may_change_round(person, round))
    if len(categories) > MOST_CATEGORIES:
        raise Invalid(_("There can be at most %(most)s kinds.") % {"most": MOST_CATEGORIES}, "categories")
    if round.is_published and not reason.strip():
        raise Invalid(_("Say why, so that everybody can read it."), "reason")
    colours = Category.Colour.values
    with transaction.atomic():
        before = {"areas": sorted(round.areas.values_list("name", flat=True)), "kinds": _kinds(round)}
        round.areas.set([area for area in areas if area.place_id == round.place_id])
        kept = {name.casefold() for name in categories}
        gone = [one for one in round.categories.all() if one.name.casefold() not in kept]
        _remove_categories(gone)
        known = {name.casefold() for name in round.categories.values_list("name", flat=True)}
        at = len(known)
        for name in categories:
            if name.casefold() not in known:
                Category.objects.create(round=round, name=name, colour=colours[at % len(colours)])
                known.add(name.casefold())
                at += 1
        after = {"areas": sorted(round.areas.values_list("name", flat=True)), "kinds": _kinds(round)}
        lists = ({}, {}) if before == after else (before, after)
        _change(person, round, {name: values[name] for name in PROPOSALS}, reason, *lists)


def _remove_categories(gone: Sequence[Category]) -> None:
    for one in gone:
        try:
            one.delete()
        except (ProtectedError, RestrictedError) as problem:
            said = _("There are proposals of the kind “%(name)s”, so it has to stay.") % {"name": one.name}
            raise Invalid(said, "categories") from problem


def save_voters(person: Person, round: Round, values: dict[str, Any], *, reason: str = "") -> None:
    """Save who may vote and how they show it."""
    unknown = [key for key in values["eligibility"] if key not in METHODS]
    if unknown or not values["eligibility"]:
        raise Invalid(_("Choose at least one way."), "eligibility")
    if values["scope"] != Round.Scope.PLACE and not round.place.areas.exists():
        raise Invalid(_("This place has no areas yet. Add them first, or let people vote on everything."), "scope")
    _change(person, round, {name: values[name] for name in VOTERS}, reason)


def save_ballot(person: Person, round: Round, values: dict[str, Any], *, pots: Sequence[Pot], reason: str = "") -> None:
    """Save the ballot, the rule and the pots.

    Parameters
    ----------
    pots
        All pots of the round, not saved yet; none for one pot. They replace those that were there.

    Raises
    ------
    Invalid
        The rule cannot count this ballot, or the pots hold more than there is.
    """
    require(may_change_round(person, round))
    rule = RULES.get(values["rule"].get("rule", ""))
    if rule is None or values["ballot_form"] not in rule.forms:
        raise Invalid(_("This way of counting does not go with this ballot. Choose another."), "rule")
    if any(pot.cap_pence is not None for pot in pots) and rule.key != "greedy":
        raise Invalid(_("A most for one kind of project goes with “Most votes first” only."), "rule")
    if any(pot.quota_pence % POUND or (pot.cap_pence or 0) % POUND for pot in pots):
        raise Invalid(_("Set aside whole pounds, without pence."), "pots")
    if sum(pot.quota_pence for pot in pots) > round.budget_pence:
        raise Invalid(_("This sets aside more than the round has."), "pots")
    with transaction.atomic():
        before, was = _pots_said(round.pots.all()), list(round.pots.all())
        if _pots_said(pots) != before:
            for pot in was:
                pot.delete()
            for pot in pots:
                pot.round = round
            Pot.objects.bulk_create(pots)
        after = _pots_said(pots)
        lists = ({}, {}) if before == after else ({"pots": before}, {"pots": after})
        _change(person, round, {name: values[name] for name in BALLOT}, reason, *lists)


def throw_away(person: Person, round: Round) -> None:
    """Throw away a round that was never published."""
    require(may_throw_away(person, round))
    with transaction.atomic():
        deeds.record(
            "rounds.round.thrown-away", actor=person, about=round, place=round.place, before={"title": round.title}
        )
        Round.objects.filter(pk=round.pk, published_at__isnull=True).delete()


def _insert(made: Round) -> None:
    """Save a new round under the first free address made of its title; the UNIQUE constraint decides, not a look."""
    stem = slugify(made.title)[:50].strip("-") or "round"
    for number in range(1, 100):
        made.slug = stem if number == 1 and stem not in ("how", "new", "proposals") else f"{stem}-{number}"
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as problem:
            if "one_round_an_address" not in str(problem):
                raise
            made.pk = None
        else:
            return
    raise Invalid(_("There are too many rounds of this name. Choose another name."), "title")


def _write_stages(round: Round, times: Sequence[dates.Times]) -> None:
    kept = [one.kind for one in times]
    round.stages.exclude(kind__in=kept).delete()
    for one in times:
        Stage.objects.update_or_create(
            round=round, kind=one.kind, defaults={"opens_at": one.opens_at, "closes_at": one.closes_at}
        )
    round.__dict__.pop("stage_list", None)
    getattr(round, "_prefetched_objects_cache", {}).pop("stages", None)


def _check_source(place: Place, code: str) -> None:
    if code != "fund" and not place.areas.filter(pk=code.removeprefix("area:")).exists():
        raise Invalid(_("Choose where the money comes from."), "source_account")


def _change(
    person: Person,
    round: Round,
    values: dict[str, Any],
    reason: str,
    lists_before: dict[str, Any] | None = None,
    lists_after: dict[str, Any] | None = None,
) -> None:
    """Write what differs with one deed; once a round is published each change needs a public reason."""
    require(may_change_round(person, round))
    with transaction.atomic():
        now = Round.objects.select_for_update().get(pk=round.pk)
        before = {name: getattr(now, name) for name in values if getattr(now, name) != values[name]}
        after = {name: values[name] for name in before}
        if not before and not lists_before and not lists_after:
            return
        if now.is_published and not reason.strip():
            raise Invalid(_("Say why, so that everybody can read it."), "reason")
        for name, value in after.items():
            setattr(now, name, value)
            setattr(round, name, value)
        try:
            with transaction.atomic():
                now.save(update_fields=list(after) or ["title"])
        except DatabaseError as problem:
            raise Invalid(_frozen_said(problem)) from problem
        deeds.record(
            "rounds.rules.changed" if now.is_published else "rounds.round.changed",
            actor=person,
            about=round,
            place=round.place,
            before={**before, **(lists_before or {})},
            after={**after, **(lists_after or {})},
            reason=reason.strip(),
        )


def _frozen_said(problem: DatabaseError) -> str:
    """Say what the trigger refused; anything unforeseen stays as it is."""
    if getattr(problem.__cause__, "sqlstate", "") != "23001":
        raise problem
    return _("Voting has opened, so the rules of this round stay as they are.")


def _kinds(round: Round) -> list[str]:
    return list(round.categories.order_by("name").values_list("name", flat=True))


def _dates_said(round: Round) -> dict[str, list[str]]:
    return {
        one.kind: [one.opens_at.isoformat(), one.closes_at.isoformat()] for one in round.stages.order_by("opens_at")
    }


def _pots_said(pots: Iterable[Pot]) -> list[list[Any]]:
    return sorted([pot.kind, pot.area_id, pot.category_id, pot.quota_pence, pot.cap_pence] for pot in pots)
