"""An agency's budgets: every version, what changed between two, and making a draft public."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pennypot.apps.budgets import actions, queries
from pennypot.apps.budgets.permissions import may_publish_budget
from pennypot.apps.places.models import Agency
from pennypot.apps.places.queries import place_for
from pennypot.house.answers import Invalid


@require_safe
def history(request: HttpRequest, place: str, agency: str) -> HttpResponse:
    """Every version of an agency's budgets."""
    here = place_for(request.user, place)
    body = Agency.objects.filter(place=here, slug=agency).first()
    if body is None:
        raise Http404
    context = {
        "place": here,
        "stage": "pool",
        "agency": body,
        "versions": queries.history(body, request.user),
    }
    return render(request, "budgets/history.html", context)


@require_safe
def budget(request: HttpRequest, place: str, budget: int) -> HttpResponse:
    """One version: its lines, its source, and what it changed."""
    here = place_for(request.user, place)
    found = queries.budget_in(here, budget, request.user)
    context = {
        "place": here,
        "stage": "pool",
        "budget": found,
        "agency": found.agency,
        "lines": list(found.lines.all()),
        "difference": queries.difference(found.replaces, found) if found.replaces else None,
        "may_publish": may_publish_budget(request.user, found) if not found.is_published else None,
    }
    return render(request, "budgets/budget.html", context)


@require_POST
def publish(request: HttpRequest, place: str, budget: int) -> HttpResponse:
    """Make a draft public."""
    here = place_for(request.user, place)
    found = queries.budget_in(here, budget, request.user)
    try:
        actions.publish(request.user, found)
    except Invalid as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("This budget is now public. It stays as it is; a new version can correct it."))
    return redirect("pool_budget", here.slug, found.pk)


@require_POST
def discard(request: HttpRequest, place: str, budget: int) -> HttpResponse:
    """Throw a draft away."""
    here = place_for(request.user, place)
    found = queries.budget_in(here, budget, request.user)
    try:
        actions.discard(request.user, found)
    except Invalid as problem:
        messages.error(request, str(problem.message))
        return redirect("pool_budget", here.slug, found.pk)
    messages.success(request, _("The draft is thrown away. What is public has not changed."))
    return redirect(reverse("pool_history", args=[here.slug, found.agency.slug]))
