"""Advice and its answers, for everybody to read; and the page where it is answered."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.game.actions import advice as actions
from pennypot.apps.game.after_forms import ReplyForm
from pennypot.apps.game.models import Advice
from pennypot.apps.game.permissions.after import may_answer_advice
from pennypot.apps.game.queries.after import Shown, advice_of
from pennypot.apps.places.queries import place_for
from pennypot.house.answers import Invalid


@require_safe
def all_advice(request: HttpRequest, place: str) -> HttpResponse:
    """What tables have advised, what was answered, and what is overdue."""
    found = place_for(request.user, place)
    shown = advice_of(found, timezone.localdate())
    context = {
        "place": found,
        "stage": "game",
        "advice": shown,
        "overdue": sum(one.overdue for one in shown),
        "answered": sum(hasattr(one.advice, "reply") for one in shown),
    }
    return render(request, "game/after/advice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one_advice(request: HttpRequest, place: str, advice: int) -> HttpResponse:
    """One piece of advice, and its answer; the officer answers here."""
    found = place_for(request.user, place)
    one = Advice.objects.filter(place=found, pk=advice).select_related("session", "agency", "reply__by").first()
    if one is None:
        raise Http404
    may_answer = may_answer_advice(request.user, one)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        # The permission is asked first: a stranger learns nothing from the form's own checks.
        valid = form.is_valid()
        try:
            actions.answer(
                request.user,  # type: ignore[arg-type]
                one,
                form.cleaned_data.get("kind", "") if valid else "",
                form.cleaned_data.get("why", "") if valid else "",
            )
        except Invalid as problem:
            if valid:
                form.add_error(problem.field or None, str(problem.message))
        else:
            return redirect("game_one_advice", found.slug, one.pk)
    overdue = not hasattr(one, "reply") and one.due_on < timezone.localdate()
    context = {
        "place": found,
        "stage": "game",
        "shown": Shown(one, overdue),
        "form": form,
        "may_answer": may_answer,
    }
    return render(request, "game/after/one_advice.html", context, status=status)
