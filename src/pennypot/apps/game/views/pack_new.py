"""Beginning a pack: from the place's pooled budget, from a pack that is there, or from a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from pennypot.apps.budgets.controls import Control
from pennypot.apps.budgets.queries.whole import Pool, PoolLine, pool
from pennypot.apps.game.actions import packs as actions
from pennypot.apps.game.pack_problems import MOST_BYTES, read_file
from pennypot.apps.game.pack_start import MOST_LINES, grouped
from pennypot.apps.game.permissions.packs import may_see_all_cards, may_write_packs
from pennypot.apps.game.queries.packs import pack_for
from pennypot.apps.places.forms import OneLine
from pennypot.apps.places.models import Area, Place
from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of, posted
from pennypot.house.answers import Invalid, require
from pennypot.house.uploads import too_large

# What nobody may take away, or what is another body's money: not on the table unless somebody puts it there.
NOT_USUAL = (Control.ENTITLEMENT, Control.DEBT, Control.LEVY)
LONGEST_NAME = 120


class BeginForm(forms.Form):
    """What a new pack needs before its cards."""

    title = OneLine(label=gettext_lazy("Name of the pack"), max_length=120)
    area = forms.ModelChoiceField(
        label=gettext_lazy("Neighbourhood that creates"),
        queryset=Area.objects.none(),
        required=False,
        empty_label=gettext_lazy("the whole place"),
        help_text=gettext_lazy("Its slice of the pot is its part of the people."),
    )

    def __init__(self, *args: Any, here: Place, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = here.areas.filter(population__gt=0)


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("A pack's file"), help_text=gettext_lazy("JSON, as “Get it as a file” gives it.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, place: str) -> HttpResponse:
    """Choose and name lines of the pool; or go another way."""
    here = place_for(request.user, place)
    require(may_write_packs(request.user, here))
    found = pool(here)
    lines = [line for line in found.lines if line.amount_pence]
    form = BeginForm(posted(request), here=here, initial={"title": _("%(place)s %(year)s") % _named(here, found)})
    names = _names(request, lines)
    if request.method == "POST" and form.is_valid():
        try:
            pack = actions.start_from_pool(
                person_of(request),
                here,
                title=form.cleaned_data["title"],
                year=found.year,
                groups=grouped(lines, names),
                area=form.cleaned_data["area"],
            )
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            messages.success(request, _("The first draft is there. Now it needs your words."))
            return redirect("pack", here.slug, pack.pk)
    context = {
        "place": here,
        "stage": "game",
        "form": form,
        "year": found.year,
        "rows": [(line, names.get(line.id, "")) for line in sorted(lines, key=_order)],
        "chosen": len(grouped(lines, names)),
        "file_form": FileForm(),
    }
    return render(request, "game/pack_new.html", context)


def _named(here: Place, found: Pool) -> dict[str, str]:
    return {"place": here.name, "year": found.year}


def _order(line: PoolLine) -> tuple[str, int]:
    return line.agency_name, -(line.amount_pence or 0)


def _names(request: HttpRequest, lines: list[PoolLine]) -> dict[int, str]:
    """What each line's card is called: as it was typed; before that the largest lines by their own names."""
    if request.method == "POST":
        typed = ((line.id, request.POST.get(f"name{line.id}", "")) for line in lines)
        return {number: " ".join(name.split())[:LONGEST_NAME] for number, name in typed}
    usual = [line for line in lines if line.counted and line.control not in NOT_USUAL]
    largest = sorted(usual, key=lambda line: -(line.amount_pence or 0))[:MOST_LINES]
    return {line.id: line.service[:LONGEST_NAME] for line in largest}


@require_POST
def bring(request: HttpRequest, place: str) -> HttpResponse:
    """Read a pack's file; what is wrong with it is shown row by row and nothing is kept."""
    here = place_for(request.user, place)
    require(may_write_packs(request.user, here))
    form = FileForm(request.POST, request.FILES)
    problems = []
    if too_large(request, "file"):
        form.errors.clear()
        form.add_error("file", _("This file is too large to be a pack."))
    elif form.is_valid():
        read = read_file(form.cleaned_data["file"].read(MOST_BYTES + 1))
        problems = read.problems
        if read.given is not None:
            try:
                pack = actions.bring_pack(person_of(request), here, read.given)
            except Invalid as problem:
                form.add_error("file", str(problem.message))
            else:
                messages.success(request, _("The pack is read. It is a draft until you publish it."))
                return redirect("pack", here.slug, pack.pk)
    context = {"place": here, "stage": "game", "file_form": form, "problems": problems}
    return render(request, "game/pack_file.html", context, status=422)


@require_POST
def copy(request: HttpRequest, place: str, pack: int) -> HttpResponse:
    """Begin the next version."""
    here = place_for(request.user, place)
    row = pack_for(request.user, here, pack)
    require(may_see_all_cards(request.user, here))
    try:
        made = actions.copy_pack(person_of(request), here, row)
    except Invalid as problem:
        messages.error(request, str(problem.message))
        return redirect("pack", here.slug, row.pk)
    return redirect("pack", here.slug, made.pk)
