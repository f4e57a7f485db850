"""The policy: what is in force and why, trying another one, proposing it, adopting it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pennypot.apps.budgets.queries import pool
from pennypot.apps.fund import queries
from pennypot.apps.fund.actions.policies import adopt_policy, propose_policy, set_contributions
from pennypot.apps.fund.bases import PRESETS, Policy, preset
from pennypot.apps.fund.forms import PolicyForm, ProposalWords, hidden_fields
from pennypot.apps.fund.models import PolicyVersion
from pennypot.apps.fund.permissions import may_adopt_policy, may_propose_policy, may_set_contributions
from pennypot.apps.fund.reading import policy_of, read
from pennypot.apps.fund.views import kept
from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.house.answers import Invalid, require


@require_safe
def policy(request: HttpRequest, place: str) -> HttpResponse:
    """The policy in force, its history, and a form that shows at once what another one would give."""
    here = place_for(request.user, place)
    form, tried = _tried(request)
    words = ProposalWords(initial={"year": here.year})
    if form.is_bound:
        return _page(request, here, form, tried, words)
    asked = (request.GET.get("preset"),)
    answer = kept.page_with_forms if kept.has_powers(request, here) else kept.page
    return answer(request, here, "policy", asked, lambda: _context(request, here, form, tried, words))


def _tried(request: HttpRequest) -> tuple[PolicyForm, Policy | None]:
    """The policy that the address holds: a preset, what was typed, or none."""
    asked = request.GET.get("preset")
    if asked is not None:
        found = preset(asked)
        if found is None:
            raise Http404
        return PolicyForm(initial=PolicyForm.typed(found.policy)), found.policy
    if "rate" not in request.GET:
        return PolicyForm(), None
    form = PolicyForm(request.GET)
    return form, form.policy() if form.is_valid() else None


def _page(
    request: HttpRequest, here: Place, form: PolicyForm, tried: Policy | None, words: ProposalWords
) -> HttpResponse:
    return kept.page_for_one(request, here, "policy", (), lambda: _context(request, here, form, tried, words))


def _context(
    request: HttpRequest, here: Place, form: PolicyForm, tried: Policy | None, words: ProposalWords
) -> dict[str, Any]:
    """What the page says. Three SQL queries, and two more for each proposal for another year."""
    versions = list(queries.policies(here))
    adopted = [one for one in versions if one.is_adopted and (not here.year or one.year == here.year)]
    current = adopted[0] if adopted else None
    known = pool(here, current.year if current else None)
    if tried is None and not form.is_bound:
        form = PolicyForm(initial=PolicyForm.typed(policy_of(current)))
    in_force = policy_of(current)
    reading = read(in_force, known)
    tried_reading = read(tried, known) if tried else None
    return {
        "preset": request.GET.get("preset"),
        "version": current,
        "pool": known,
        "current": reading,
        "tried": tried_reading,
        "form": form,
        "words": words,
        "proposed": tried_reading or reading,
        "proposed_fields": hidden_fields(tried or in_force),
        "presets": PRESETS,
        "versions": versions,
        "drafts": [
            (one, read(one.as_policy(), known if one.year == known.year else pool(here, one.year)),
             may_adopt_policy(request.user, one))
            for one in versions if not one.is_adopted
        ],
        "may_propose": may_propose_policy(request.user, here),
        "needs_contributions": current is not None
        and may_set_contributions(request.user, here)
        and bool(known.lines)
        and not current.contributions.exists(),
    }  # fmt: skip


@require_POST
def propose(request: HttpRequest, place: str) -> HttpResponse:
    """Propose the policy that was tried."""
    here = place_for(request.user, place)
    require(may_propose_policy(request.user, here))
    form, words = PolicyForm(request.POST), ProposalWords(request.POST)
    if not (form.is_valid() and words.is_valid()):
        return _page(request, here, form, form.policy() if form.is_valid() else None, words)
    tried = form.policy()
    said = words.cleaned_data
    try:
        propose_policy(
            request.user,  # type: ignore[arg-type]
            here,
            tried,
            year=said["year"],
            preset=next((one.key for one in PRESETS if one.policy == tried), ""),
            source=said["source"],
            due_on=said["due_on"],
            reason=said["reason"],
        )
    except Invalid as problem:
        words.add_error(problem.field if problem.field in words.fields else None, str(problem.message))
        return _page(request, here, form, tried, words)
    messages.success(request, _("The policy is proposed. The accountable officer can adopt it now."))
    return redirect("policy", here.slug)


def _version(place: Place, number: int) -> PolicyVersion:
    found = queries.policies(place).filter(version=number).select_related("place").first()
    if found is None:
        raise Http404
    return found


@require_POST
def adopt(request: HttpRequest, place: str, version: int) -> HttpResponse:
    """Adopt a proposed policy as it was seen."""
    here = place_for(request.user, place)
    proposed = _version(here, version)
    require(may_adopt_policy(request.user, proposed))
    seen: datetime | None
    try:
        seen = parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        seen = None
    try:
        if seen is None or seen.tzinfo is None:
            raise Invalid(_("Look at the proposal again before you adopt it."))
        adopt_policy(request.user, proposed, seen=seen)  # type: ignore[arg-type]
    except Invalid as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("The policy is adopted. It stays as it is; a new version can take its place."))
    return redirect("policy", here.slug)


@require_POST
def contributions(request: HttpRequest, place: str, version: int) -> HttpResponse:
    """Work out what each agency owes, where the policy came before the budgets."""
    here = place_for(request.user, place)
    try:
        set_contributions(request.user, _version(here, version))
    except Invalid as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("Each agency's contribution is worked out."))
    return redirect("fund", here.slug)
