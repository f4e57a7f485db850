"""What can be done with budgets. Each verb checks, changes in one transaction, and writes one deed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TypeVar

from django.db import DataError, IntegrityError, transaction
from django.db.models import Count, Max, ProtectedError, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.budgets.given import GapGiven, IncomeGiven, LineGiven, OtherCountGiven, Source
from pennypot.apps.budgets.models import Budget, Gap, Income, Line, OtherCount, Transfer
from pennypot.apps.budgets.permissions import Actor, may_note_gaps, may_publish_budget, may_write_budget
from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Agency, Place
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require


def start_budget(actor: Actor, agency: Agency, year: str, kind: str, source: Source, note: str = "") -> Budget:
    """Begin a draft: the next version of this agency's budget or outturn for the year.

    Raises
    ------
    Refused
        The actor is neither an officer of the agency nor of the place team.
    Invalid
        There is a draft already: finish or discard that one first.
    """
    require(may_write_budget(actor, agency))
    if not source.title:
        raise Invalid(_("Say where the figures come from."), "source_title")
    try:
        with transaction.atomic():
            versions = Budget.objects.filter(agency=agency, year=year, kind=kind)
            budget = Budget.objects.create(
                agency=agency,
                year=year,
                kind=kind,
                version=(versions.aggregate(last=Max("version"))["last"] or 0) + 1,
                replaces=versions.filter(state=Budget.State.PUBLISHED).order_by("-version").first(),
                source_title=source.title,
                source_url=source.url,
                source_file=source.file,
                publisher=source.publisher,
                licence=source.licence,
                read_on=source.read_on,
                note=note,
                made_by=_person(actor),
            )
            deeds.record(
                "budgets.budget.started",
                actor=_person(actor),
                about=budget,
                place=agency.place,
                after={"year": year, "kind": kind, "version": budget.version, "source": source.title},
            )
    except (IntegrityError, DataError) as problem:
        raise in_words(problem) from problem
    return budget


def put_lines(
    actor: Actor, budget: Budget, lines: Sequence[LineGiven], incomes: Sequence[IncomeGiven] = ()
) -> list[Line]:
    """Replace all lines and incomes of a draft.

    Raises
    ------
    Invalid
        A line breaks a rule of the pool: left out without a reason, an unknown code, a share of nothing.
    """
    require(may_publish_budget(actor, budget))
    try:
        with transaction.atomic():
            before = _totals(budget)
            budget.incomes.all().delete()
            budget.lines.all().delete()
            made = Line.objects.bulk_create(
                [Line(budget=budget, number=number, **_columns(line)) for number, line in enumerate(lines, 1)]
            )
            Income.objects.bulk_create(
                [Income(budget=budget, number=number, **_columns(income)) for number, income in enumerate(incomes, 1)]
            )
            deeds.record(
                "budgets.lines.put",
                actor=_person(actor),
                about=budget,
                place=budget.agency.place,
                before=before,
                after=_totals(budget),
            )
    except ProtectedError as problem:
        raise Invalid(_("Another budget says that its money is counted in one of these lines.")) from problem
    except (IntegrityError, DataError) as problem:
        raise in_words(problem) from problem
    return made


def net_off(
    actor: Actor, left_out: Line, counted_in: Line, payer: Agency, payee: Agency, amount_pence: int | None, why: str
) -> Transfer:
    """Note that two bodies show the same money: one line is left out, the other counts.

    Raises
    ------
    Invalid
        The left-out line is counted, or the two lines are not of the same place and year.
    """
    require(may_publish_budget(actor, left_out.budget))
    one, other = left_out.budget, counted_in.budget
    if left_out.counted:
        raise Invalid(_("Mark the line as left out first, with the reason."))
    if one.agency.place_id != other.agency.place_id or one.year != other.year:
        raise Invalid(_("Both lines must be of the same place and year."))
    if {payer.place_id, payee.place_id} != {one.agency.place_id}:
        raise Invalid(_("Payer and payee must be agencies of this place."))
    try:
        with transaction.atomic():
            transfer = Transfer.objects.create(
                left_out=left_out,
                counted_in=counted_in,
                payer=payer,
                payee=payee,
                amount_pence=amount_pence,
                why=why,
            )
            deeds.record(
                "budgets.transfer.noted",
                actor=_person(actor),
                about=transfer,
                place=one.agency.place,
                after={"payer": payer.slug, "payee": payee.slug, "amount_pence": amount_pence, "why": why},
            )
    except (IntegrityError, DataError) as problem:
        raise in_words(problem) from problem
    return transfer


def publish(actor: Actor, budget: Budget) -> Budget:
    """Make a draft public, for good: from here on only a new version corrects it.

    Raises
    ------
    Refused
        It is published already, or the actor may not.
    Invalid
        It has no lines yet, or somebody else published it a moment ago.
    """
    require(may_publish_budget(actor, budget))
    with transaction.atomic():
        # The conditional UPDATE comes first: it locks the row, so no line can change between the sum and the state.
        now = timezone.now()
        done = Budget.objects.filter(pk=budget.pk, state=Budget.State.DRAFT).update(
            state=Budget.State.PUBLISHED, published_at=now, published_by=_person(actor)
        )
        if not done:
            raise Invalid(_("This version has just been published or discarded by somebody else."))
        totals = _totals(budget)
        if not totals["lines"]:
            raise Invalid(_("Add at least one line before you publish."))
        deeds.record(
            "budgets.budget.published",
            actor=_person(actor),
            about=budget,
            place=budget.agency.place,
            before={"state": Budget.State.DRAFT.value},
            after={"state": Budget.State.PUBLISHED.value, "version": budget.version, **totals},
        )
    budget.refresh_from_db()
    return budget


def start_new_version(actor: Actor, budget: Budget, source: Source | None = None, note: str = "") -> Budget:
    """Begin the next version of a published budget as a copy of its lines, incomes and transfers."""
    if not budget.is_published:
        raise Invalid(_("This version is still a draft: change it as it is."))
    with transaction.atomic():
        draft = start_budget(actor, budget.agency, budget.year, budget.kind, source or _source_of(budget), note)
        old_lines = list(budget.lines.all())
        new_lines = put_lines(
            actor,
            draft,
            [_given(LineGiven, line) for line in old_lines],
            [_given(IncomeGiven, income) for income in budget.incomes.all()],
        )
        new_of = {old.pk: new for old, new in zip(old_lines, new_lines, strict=True)}
        Transfer.objects.bulk_create(
            [
                Transfer(
                    left_out=new_of[transfer.left_out_id],
                    counted_in_id=transfer.counted_in_id,
                    payer_id=transfer.payer_id,
                    payee_id=transfer.payee_id,
                    amount_pence=transfer.amount_pence,
                    why=transfer.why,
                )
                for transfer in Transfer.objects.filter(left_out__budget=budget)
            ]
        )
    return draft


def discard(actor: Actor, budget: Budget, reason: str = "") -> None:
    """Throw a draft away. A published budget cannot be thrown away."""
    require(may_publish_budget(actor, budget))
    with transaction.atomic():
        deeds.record(
            "budgets.budget.discarded",
            actor=_person(actor),
            about=budget,
            place=budget.agency.place,
            before={"year": budget.year, "version": budget.version, **_totals(budget)},
            reason=reason,
        )
        try:
            budget.delete()
        except ProtectedError as problem:
            raise Invalid(_("Another budget says that its money is counted in one of these lines.")) from problem
        except IntegrityError as problem:
            raise in_words(problem) from problem


def note_gaps(
    actor: Actor, place: Place, year: str, gaps: Sequence[GapGiven], other_counts: Sequence[OtherCountGiven] = ()
) -> None:
    """Say what the pool of a year does not cover, and what others counted; replaces what was said before."""
    require(may_note_gaps(actor, place))
    with transaction.atomic():
        # One lock for the place keeps two people from writing half of each other's list.
        Place.objects.select_for_update(no_key=True).get(pk=place.pk)
        before = list(Gap.objects.filter(place=place, year=year).values_list("what", flat=True))
        Gap.objects.filter(place=place, year=year).delete()
        OtherCount.objects.filter(place=place, year=year).delete()
        Gap.objects.bulk_create(
            [Gap(place=place, year=year, number=number, **asdict(gap)) for number, gap in enumerate(gaps, 1)]
        )
        OtherCount.objects.bulk_create(
            [
                OtherCount(place=place, year=year, number=number, **asdict(count))
                for number, count in enumerate(other_counts, 1)
            ]
        )
        deeds.record(
            "budgets.gaps.noted",
            actor=_person(actor),
            about=place,
            place=place,
            before={"year": year, "gaps": before},
            after={"year": year, "gaps": [gap.what for gap in gaps]},
        )


def _person(actor: Actor) -> Person | None:
    return actor if isinstance(actor, Person) else None


def _columns(given: LineGiven | IncomeGiven) -> dict[str, object]:
    return {field.name: getattr(given, field.name) for field in fields(given)}


Given = TypeVar("Given", LineGiven, IncomeGiven)


def _given(kind: type[Given], row: Line | Income) -> Given:
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})


def _source_of(budget: Budget) -> Source:
    return Source(
        budget.source_title,
        budget.source_url,
        budget.source_file,
        budget.publisher,
        budget.licence,
        budget.read_on,
    )


def _totals(budget: Budget) -> dict[str, int]:
    """Return what a deed remembers of a budget: how many lines, and their sum in pence."""
    sums = budget.lines.aggregate(
        lines=Count("pk"), counted_pence=Coalesce(Sum("amount_pence", filter=Q(counted=True)), 0)
    )
    return {"lines": sums["lines"], "counted_pence": int(sums["counted_pence"])}


# What the database's own rules mean to the person who met one.
_RULES = {
    "one_draft_at_a_time": (
        gettext_lazy("There is a draft of this budget already. Finish or discard that one first."),
        "",
    ),
    "one_budget_a_version": (gettext_lazy("Somebody else has just started the same version. Please try again."), ""),
    "year_as_written": (gettext_lazy("Write the year as 2023-24, or as 2024."), "year"),
    "budget_kind_known": (gettext_lazy("Say whether it was planned (budget) or spent (outturn)."), "kind"),
    "left_out_says_why": (gettext_lazy("A line that is left out needs a reason."), "why_not"),
    "line_share_is_whole": (
        gettext_lazy("A share needs its size, above nought and at most one, and what it is a share by."),
        "share",
    ),
    "line_key_is_whole": (gettext_lazy("The part cannot be larger than the whole it is shared out by."), "key_part"),
    "line_control_known": (gettext_lazy("Choose what binds this line from the list."), "control"),
    "line_kind_known": (gettext_lazy("Choose running costs, or building and buying."), "kind"),
    "line_cofog_known": (gettext_lazy("Write the purpose as a COFOG code, like 07 or 10.6."), "cofog"),
    "transfer_between_two": (gettext_lazy("An agency cannot pay itself."), "payee"),
    "transfer_says_why": (gettext_lazy("Say why it would be counted twice."), "why"),
}


def in_words(problem: IntegrityError | DataError) -> Invalid:
    """Turn a broken rule of the database into words; anything that is not a rule of ours is raised as it is."""
    if isinstance(problem, DataError):
        return Invalid(_("One of the names is too long, or an amount is too large to keep."))
    diagnosis = getattr(problem.__cause__, "diag", None)
    rule = getattr(diagnosis, "constraint_name", None) or ""
    if rule not in _RULES:
        if "stays as it is" in str(problem):
            return Invalid(_("This version is published and stays as it is. Start a new version to correct it."))
        raise problem
    words, field = _RULES[rule]
    return Invalid(words, field)
