"""One comment: report it, take it back, hide it. And what the place team looks after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of
from pennypot.apps.talk import actions, forms, queries
from pennypot.apps.talk.models import Comment
from pennypot.apps.talk.permissions import may_moderate, may_report, may_take_back
from pennypot.house.answers import Invalid, require


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, place: str, comment: int) -> HttpResponse:
    """One comment on a page of its own, with what this reader can do about it."""
    here = place_for(request.user, place)
    found = queries.comment_of(here, comment)
    reason, hiding = forms.Reason(), forms.HidingReason()
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do == "report":
            reason = forms.Reason(request.POST)
        elif do == "hide":
            hiding = forms.HidingReason(request.POST)
        elif do not in ("take-back", "let-stand"):
            raise Invalid(_("There is nothing like that to do with a comment."))
        form = {"report": reason, "hide": hiding}.get(do)
        if (form is None or form.is_valid()) and _done(request, found, do, form):
            return redirect(queries.address_of_comment(found))
    context = {
        "place": here,
        "stage": "proposals",
        "comment": found,
        "address": queries.address_of_comment(found),
        "may_report": may_report(request.user, found),
        "may_take_back": may_take_back(request.user, found),
        "may_moderate": may_moderate(request.user, here),
        "reason": reason,
        "hiding": hiding,
        "reports": list(found.reports.select_related("person", "answered_by"))
        if may_moderate(request.user, here)
        else [],
    }
    return render(request, "talk/comment.html", context)


def _done(request: HttpRequest, comment: Comment, do: str, form: Any) -> bool:
    """Do it; what cannot be done is said beside the field."""
    person = person_of(request)
    doing: dict[str, tuple[Callable[[], Any], str]] = {
        "report": (
            lambda: actions.report(person, comment, form.cleaned_data["reason"]),
            _("Thank you. The place team will look at it."),
        ),
        "hide": (lambda: actions.hide(person, comment, form.cleaned_data["reason"]), _("The comment is hidden.")),
        "take-back": (lambda: actions.take_back(person, comment), _("Your comment is taken back.")),
        "let-stand": (lambda: actions.let_stand(person, comment), _("The comment stays. The reports are answered.")),
    }
    act, said = doing[do]
    try:
        act()
    except Invalid as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        return False
    messages.success(request, said)
    return True


@require_safe
def reports(request: HttpRequest, place: str) -> HttpResponse:
    """What readers reported, and the busiest conversations: for the place team."""
    here = place_for(request.user, place)
    require(may_moderate(request.user, here))
    context = {
        "place": here,
        "stage": "proposals",
        "waiting": queries.waiting_reports(here),
        "answered": queries.answered_reports(here),
        "threads": queries.threads_of(here),
    }
    return render(request, "talk/reports.html", context)


@require_POST
def close(request: HttpRequest, place: str, thread: int) -> HttpResponse:
    """Close a conversation, or open it again."""
    here = place_for(request.user, place)
    closed = request.POST.get("do") != "open"
    actions.set_closed(person_of(request), queries.thread_of(here, thread), closed)
    messages.success(request, _("The conversation is closed.") if closed else _("The conversation is open again."))
    return redirect("talk_reports", here.slug)
