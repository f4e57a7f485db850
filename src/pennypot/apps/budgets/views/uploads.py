"""One file that was handed over: what was understood of it, and deciding about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.budgets import files, forms, queries, themes
from pennypot.apps.budgets.actions import keeping
from pennypot.apps.budgets.actions import uploads as actions
from pennypot.apps.budgets.controls import Control
from pennypot.apps.budgets.models import Line, Upload
from pennypot.apps.budgets.permissions import may_publish_budget, may_publish_spending, may_take_back
from pennypot.apps.budgets.reading import cofog_label, suggest_cofog
from pennypot.apps.budgets.suggesting import lines_given
from pennypot.apps.budgets.understood import Understood, mapping_from
from pennypot.apps.budgets.words_of_reading import said
from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.house import csv_out
from pennypot.house.answers import Invalid, require

LINES_A_PAGE = 50
_LINES_SHOWN = 100
_AUTHORITIES_SHOWN = 25
_DIVISIONS = tuple(f"{number:02d}" for number in range(1, 11))


@require_safe
def upload(request: HttpRequest, place: str, upload: int) -> HttpResponse:
    """What was understood, what will be kept, and what only the officer knows."""
    here = place_for(request.user, place)
    found = queries.upload_in(here, upload, request.user)
    work = found.work
    if found.state in (Upload.State.RECEIVED, Upload.State.READING) and work and work.state in ("waiting", "running"):
        return redirect("work", work.pk)
    return _show(request, here, found)


def _show(
    request: HttpRequest, here: Place, found: Upload, *, form: forms.KeepBudget | None = None, status: int = 200
) -> HttpResponse:
    state = Upload.State(found.state)
    context: dict[str, Any] = {"place": here, "stage": "pool", "upload": found, "agency": found.agency}
    template = "stopped"
    if state == Upload.State.FAILED:
        cannot = found.understanding.get("cannot", {})
        context |= {"said": said(cannot.get("said")), "do": said(cannot.get("what_to_do")), "cannot": cannot}
        template = "cannot"
    elif state == Upload.State.UNDERSTOOD:
        context |= _authorities(request, found)
        template = "authority"
    elif state == Upload.State.READY:
        context |= _to_check(request, found)
        context["form"] = form or forms.KeepBudget(initial={"year": found.year, "budget_kind": found.budget_kind})
        template = "check"
    elif state == Upload.State.SAVED:
        spending = getattr(found, "spending_file", None)
        context |= {
            "spending": spending,
            "may_take_back": may_take_back(request.user, found),
            "may_publish": may_publish_spending(request.user, spending) if spending else None,
        }
        template = "kept"
    elif state == Upload.State.UNDONE:
        template = "gone"
    return render(request, f"budgets/uploads/{template}.html", context, status=status)


def _to_check(request: HttpRequest, found: Upload) -> dict[str, Any]:
    known = found.understanding
    lines = []
    if found.kind == Upload.Kind.BUDGET and not known.get("rows_shown"):
        rows = files.rows_of(known["lines_stored_as"], _LINES_SHOWN)
        lines = [
            {"service": line.service, "amount_pence": line.amount_pence, "counted": line.counted}
            | {"purpose": cofog_label(line.cofog)}
            for line in lines_given(rows, found.agency.family)
        ]
    return {
        "shown": Understood(found, request.POST or None),
        "same": queries.same_files(found),
        "overlaps": queries.overlapping(found),
        "lines": lines,
        "layout_year": known.get("layout", {}).get("year", ""),
        "days": _days_said(known),
        "rejects": [{**row, "why": said(row["reason"])} for row in found.rejects],
        "told_otherwise": _told_otherwise(found),
    }


def _days_said(known: dict[str, Any]) -> str:
    if not (known.get("first_day") and known.get("last_day")):
        return ""
    first, last = (date_format(dt.date.fromisoformat(known[name]), "j E Y") for name in ("first_day", "last_day"))
    return _("Paid from %(first)s to %(last)s.") % {"first": first, "last": last}


def _told_otherwise(found: Upload) -> str:
    """Where the officer said payments and the headings say a budget, or the other way round."""
    told = found.understanding.get("told_kind", "")
    if told == Upload.Kind.SPENDING:
        return _("You said that it holds payments; its headings read like a budget. If that is wrong, throw it away.")
    if told == Upload.Kind.BUDGET:
        return _("You said that it is a budget; its headings read like payments. If that is wrong, throw it away.")
    return ""


def _authorities(request: HttpRequest, found: Upload) -> dict[str, Any]:
    """The authorities of a workbook that match what is searched for; at first those whose name is the agency's."""
    words = " ".join(request.GET.get("q", "").split())[:100]
    listed = found.understanding["authorities"]
    agency = found.agency
    wanted = words.lower()
    if wanted:
        matching = [one for one in listed if wanted in one[2].lower() or wanted.upper() in one[:2]]
    else:
        own = [one for one in listed if agency.gss_code and agency.gss_code == one[1]]
        matching = own or [one for one in listed if _core(one[2]) and _core(one[2]) == _core(agency.name)]
    return {
        "q": words,
        "authorities": matching[:_AUTHORITIES_SHOWN],
        "more": max(0, len(matching) - _AUTHORITIES_SHOWN),
        "number": len(listed),
        "layout": found.understanding["layout"],
    }


def _core(name: str) -> str:
    """An authority's name without the words that say what kind it is."""
    kinds = {"ua", "council", "city", "county", "borough", "district", "metropolitan", "of", "the", "london", "royal"}
    return " ".join(word for word in name.lower().replace("&", "and").split() if word not in kinds)


@require_POST
def read(request: HttpRequest, place: str, upload: int) -> HttpResponse:
    """Read it again, as the officer now says."""
    here = place_for(request.user, place)
    found = queries.upload_in(here, upload, request.user)
    try:
        return _read_again(request, found, mapping_from(found, request.POST))
    except Invalid as problem:
        messages.error(request, str(problem.message))
        return _show(request, here, found, status=422)


def _read_again(request: HttpRequest, found: Upload, mapping: dict[str, Any]) -> HttpResponse:
    authority = request.POST.get("which_agency", request.POST.get("authority", ""))
    codes = [one[0] for one in found.understanding.get("authorities", [])]
    names = [name for name, _count in found.understanding.get("several", {}).get("agency", [])]
    years = [name for name, _count in found.understanding.get("several", {}).get("year", [])]
    year = request.POST.get("which_year", "")
    if codes and authority not in codes:
        raise Invalid(_("Choose one authority from the list."))
    found = actions.read_again(
        request.user,
        found,
        mapping,
        authority=authority if authority in (*codes, *names) else "",
        year=year if year in years else "",
    )
    return redirect("budgets_upload", found.agency.place.slug, found.pk)


@require_POST
def keep(request: HttpRequest, place: str, upload: int) -> HttpResponse:
    """Keep the rows: a draft budget, or payments that are not public yet."""
    here = place_for(request.user, place)
    found = queries.upload_in(here, upload, request.user)
    form = forms.KeepBudget(request.POST if found.kind == Upload.Kind.BUDGET else None)
    try:
        if found.state == Upload.State.READY and found.mapping:
            mapping = mapping_from(found, request.POST)
            if mapping != found.mapping:
                # What is on the page was read in another way than is chosen now: the officer sees it first.
                messages.info(request, _("You changed how the file is read. Look at it once more before you keep it."))
                return _read_again(request, found, mapping)
        if form.is_bound and not form.is_valid():
            return _show(request, here, found, form=form, status=422)
        given = form.cleaned_data if form.is_bound else {}
        keeping.keep_rows(request.user, found, year=given.get("year", ""), budget_kind=given.get("budget_kind", ""))
    except Invalid as problem:
        if problem.field in form.fields and form.is_bound:
            form.add_error(problem.field, str(problem.message))
        else:
            messages.error(request, str(problem.message))
        return _show(request, here, found, form=form if form.is_bound else None, status=422)
    if found.kind == Upload.Kind.BUDGET:
        return redirect("budgets_upload_lines", here.slug, found.pk)
    return redirect("budgets_upload", here.slug, found.pk)


@require_POST
def throw_away(request: HttpRequest, place: str, upload: int) -> HttpResponse:
    """Forget a file whose rows were not kept."""
    here = place_for(request.user, place)
    found = queries.upload_in(here, upload, request.user)
    try:
        actions.throw_away(request.user, found)
    except Invalid as problem:
        messages.error(request, str(problem.message))
        return redirect("budgets_upload", here.slug, found.pk)
    messages.success(request, _("The file is thrown away. What is public has not changed."))
    return redirect("budgets", here.slug)


@require_POST
def take_back(request: HttpRequest, place: str, upload: int) -> HttpResponse:
    """Undo keeping the rows."""
    here = place_for(request.user, place)
    found = queries.upload_in(here, upload, request.user)
    try:
        keeping.take_back(request.user, found, " ".join(request.POST.get("reason", "").split())[:400])
    except Invalid as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("Taken back. The file is still here; nothing of it is kept."))
    return redirect("budgets_upload", here.slug, found.pk)


@require_safe
def rejected(request: HttpRequest, place: str, upload: int) -> HttpResponseBase:
    """Every row that was not kept, with its reason, as CSV."""
    here = place_for(request.user, place)
    found = queries.upload_in(here, upload, request.user)
    header = ["file", "sheet", "row", "column", "reason", "amount_gbp", "text"]
    rows = (
        [
            row["file"],
            row["sheet"],
            row["row"],
            row["column"],
            said(row["reason"]),
            csv_out.pounds_cell(row["amount_pence"]),
            row["text"],
        ]
        for row in files.rows_of(found.rejects_stored_as)
    )
    return csv_out.response(f"rejected-{found.pk}.csv", header, rows)


@require_http_methods(["GET", "HEAD", "POST"])
def lines(request: HttpRequest, place: str, upload: int) -> HttpResponse:
    """What each line is for, what binds it, and whether it counts: suggested, and for the officer to decide."""
    here = place_for(request.user, place)
    found = queries.upload_in(here, upload, request.user)
    if found.budget is None:
        raise Http404
    require(may_publish_budget(request.user, found.budget))
    # Lines without a purpose come first: the others have a suggestion.
    pages = Paginator(found.budget.lines.order_by("number"), LINES_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    if request.method == "POST":
        try:
            changed = keeping.decide_lines(request.user, found.budget, _choices(request, page.object_list))
        except Invalid as problem:
            messages.error(request, str(problem.message))
        else:
            messages.success(
                request,
                ngettext("%(number)s line changed.", "%(number)s lines changed.", changed) % {"number": changed},
            )
            if page.has_next():
                return redirect(f"{request.path}?page={page.next_page_number()}")
            return redirect("pool_budget", here.slug, found.budget.pk)
    shown = [_line(request, line) for line in page.object_list]
    context = {
        "place": here,
        "stage": "pool",
        "upload": found,
        "agency": found.agency,
        "budget": found.budget,
        "page": page,
        "lines": sorted(shown, key=lambda line: not line["look"]),
        "look": sum(line["look"] for line in shown),
        "controls": Control.choices,
    }
    return render(request, "budgets/uploads/lines.html", context)


def _choices(request: HttpRequest, page: Any) -> dict[int, keeping.LineChoice]:
    """What was chosen for the lines of this page; a line that was not on it is left as it is."""
    posted = request.POST
    return {
        line.pk: keeping.LineChoice(
            cofog=posted.get(f"cofog_{line.pk}", line.cofog),
            control=posted.get(f"control_{line.pk}", line.control),
            counted=f"counted_{line.pk}" in posted,
            why_not=" ".join(posted.get(f"why_{line.pk}", "").split())[:400],
        )
        for line in page
        if f"control_{line.pk}" in posted
    }


def _line(request: HttpRequest, line: Line) -> dict[str, Any]:
    typed = request.POST
    suggestions = suggest_cofog(line.official_name or line.service)
    codes = dict.fromkeys([line.cofog, *(one.code for one in suggestions), *_DIVISIONS])
    first = suggestions[0] if suggestions else None
    why = said({"code": first.why.code, "params": first.why.params}) if first and first.code == line.cofog else ""
    return {
        "line": line,
        "cofog": typed.get(f"cofog_{line.pk}", line.cofog),
        "control": typed.get(f"control_{line.pk}", line.control),
        "counted": f"counted_{line.pk}" in typed if typed else line.counted,
        "why_not": typed.get(f"why_{line.pk}", line.why_not),
        "codes": [(code, f"{cofog_label(code)} ({code})") for code in codes if code],
        "purpose": cofog_label(line.cofog),
        "theme": themes.theme_of(line.cofog) if line.cofog else None,
        "why": why,
        "look": not line.cofog or line.amount_pence is None,
    }
