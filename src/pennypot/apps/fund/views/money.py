"""Follow the money: accounts, entries with both sides, what keepers of the books do, and the ledger as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.fund import exports, pictures, queries
from pennypot.apps.fund.actions.money import record_payment, reverse_entry, shares_for, split_to_areas
from pennypot.apps.fund.areas import AreaShare, Method
from pennypot.apps.fund.forms import PaymentForm, ReverseForm, SplitForm
from pennypot.apps.fund.models import Account, Entry
from pennypot.apps.fund.permissions import may_keep_books, may_reverse
from pennypot.apps.fund.views import kept
from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.house import csv_out
from pennypot.house.answers import Invalid, require

ENTRIES_A_PAGE = 50


@require_safe
def money(request: HttpRequest, place: str) -> HttpResponse:
    """Where the money came from, where it is and where it went; every entry, the latest first."""
    here = place_for(request.user, place)
    asked, before = request.GET.get("account"), _before(request)
    return kept.page(request, here, "money", (asked, before), lambda: _context(request, here, asked, before))


def _context(request: HttpRequest, here: Place, asked: str | None, before: int | None) -> dict[str, Any]:
    """What the page says. Six SQL queries."""
    accounts = queries.accounts(here)
    flows = queries.flows(here)
    account = _account_asked(asked, accounts)
    entries = queries.entries(here, account, before, ENTRIES_A_PAGE + 1)
    by_code = {one.code: one for one in accounts}
    return {
        "accounts": [one for one in accounts if one.balance_pence or _moved(one.code, flows)],
        "picture": pictures.money_flow(here, accounts, flows),
        "flows": [(by_code[source], by_code[target], pence) for source, target, pence in flows],
        "entries": entries[:ENTRIES_A_PAGE],
        "more": entries[ENTRIES_A_PAGE - 1].number if len(entries) > ENTRIES_A_PAGE else None,
        "account": account,
        "ledger": queries.ledger(here),
        "version": queries.current_policy(here),
        "totals": _totals(flows, accounts),
        "may_keep_books": may_keep_books(request.user, here),
    }


def _account_asked(asked: str | None, accounts: list[Account]) -> Account | None:
    """The account whose entries are asked for; only codes that the place has are looked up."""
    if asked is None:
        return None
    found = next((one for one in accounts if one.code == asked), None)
    if found is None:
        raise Http404
    return found


def _before(request: HttpRequest) -> int | None:
    asked = request.GET.get("before", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 16):
        raise Invalid(_("There is no such page of entries."))
    return int(asked)


def _moved(code: str, flows: list[tuple[str, str, int]]) -> bool:
    return any(code in (source, target) for source, target, _pence in flows)


def _totals(flows: list[tuple[str, str, int]], accounts: list[Account]) -> dict[str, int]:
    pots = [one for one in accounts if one.floor_pence is not None and not one.code.startswith(("agency:", "returned"))]
    return {
        "paid_in": sum(p for source, _t, p in flows if source.startswith("agency:"))
        - sum(p for _s, target, p in flows if target.startswith("agency:")),
        "in_pots": sum(one.balance_pence for one in pots),
        "paid_out": sum(p for _s, target, p in flows if target == "outside")
        - sum(p for source, _t, p in flows if source == "outside"),
    }


@require_safe
def entry(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """One entry: both sides, who, why, what took it back, and its place in the chain."""
    here = place_for(request.user, place)
    if kept.has_powers(request, here):
        return _entry_page(request, here, _entry(here, number), ReverseForm())
    return kept.page(
        request, here, "entry", (number,), lambda: _of_entry(request, here, _entry(here, number), ReverseForm())
    )


def _entry(place: Place, number: int) -> Entry:
    found = queries.entry(place, number)
    if found is None:
        raise Http404
    return found


def _entry_page(request: HttpRequest, here: Place, found: Entry, form: ReverseForm) -> HttpResponse:
    return kept.page_for_one(request, here, "entry", (found.number,), lambda: _of_entry(request, here, found, form))


def _of_entry(request: HttpRequest, here: Place, found: Entry, form: ReverseForm) -> dict[str, Any]:
    return {
        "entry": found,
        "may_reverse": may_reverse(request.user, found),
        "may_keep_books": may_keep_books(request.user, here),
        "form": form,
    }


@require_POST
def reverse(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Take an entry back."""
    here = place_for(request.user, place)
    found = _entry(here, number)
    require(may_keep_books(request.user, here))
    form = ReverseForm(request.POST)
    if form.is_valid():
        try:
            mirror = reverse_entry(
                request.user,  # type: ignore[arg-type]
                found,
                reason=form.cleaned_data["reason"],
                key=form.cleaned_data["key"],
            )
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            messages.success(request, _("The entry is taken back. Both stay in the ledger."))
            return redirect("fund_entry", here.slug, mirror.number)
    return _entry_page(request, here, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, place: str, agency: str) -> HttpResponse:
    """Record that an agency paid."""
    here = place_for(request.user, place)
    require(may_keep_books(request.user, here))
    version = queries.current_policy(here)
    standing = queries.standing_of(version, agency) if version else None
    if standing is None:
        raise Http404
    form = PaymentForm(request.POST or None, initial={"amount": standing.owed_pence})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = record_payment(
                request.user,  # type: ignore[arg-type]
                standing.contribution,
                said["amount"],
                money=said["money"],
                key=said["key"],
                memo=said["memo"],
            )
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            messages.success(request, _("The payment is in the ledger."))
            return redirect("fund_entry", here.slug, made.number)
    context = {"place": here, "stage": "fund", "standing": standing, "form": form}
    return render(request, "fund/pay.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, place: str) -> HttpResponse:
    """Split money of the fund among the areas: first shown, then done."""
    here = place_for(request.user, place)
    require(may_keep_books(request.user, here))
    version = queries.current_policy(here)
    in_fund = next((one.balance_pence for one in queries.accounts(here) if one.code == "fund"), 0)
    form = SplitForm(request.POST or None, initial={"amount": in_fund, "method": Method.POPULATION})
    shares: list[AreaShare] = []
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            if request.POST.get("do") == "split":
                made = split_to_areas(
                    request.user,  # type: ignore[arg-type]
                    here,
                    said["amount"],
                    method=said["method"],
                    year=version.year if version else here.year,
                    key=said["key"],
                    memo=said["memo"],
                )
                text = ngettext(
                    "%(number)d area has its pot now.", "%(number)d areas have their pots now.", made.transfer_count
                )
                messages.success(request, text % {"number": made.transfer_count})
                return redirect("fund_entry", here.slug, made.number)
            shares = shares_for(here, said["amount"], said["method"])
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
    context = {"place": here, "stage": "fund", "form": form, "shares": shares, "in_fund": in_fund}
    return render(request, "fund/split.html", context)


@require_safe
def ledger_csv(request: HttpRequest, place: str) -> HttpResponseBase:
    """Every transfer as CSV."""
    here = place_for(request.user, place)
    rows = exports.ledger_rows(here.slug, queries.records(here))
    return csv_out.response(f"{here.slug}-ledger.csv", exports.LEDGER_HEADER, rows)


@require_safe
def ledger_beancount(request: HttpRequest, place: str) -> HttpResponseBase:
    """The whole ledger for beancount."""
    here = place_for(request.user, place)
    number, accounts = queries.snapshot(here)
    return _text(f"{here.slug}-ledger.beancount", exports.beancount(here.name, queries.records(here, number), accounts))


@require_safe
def log(request: HttpRequest, place: str) -> HttpResponseBase:
    """The public log: what anybody needs to check the chain."""
    here = place_for(request.user, place)
    return _text(f"{here.slug}-ledger.txt", exports.log(queries.records(here)))


def _text(name: str, lines: Iterator[str]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
