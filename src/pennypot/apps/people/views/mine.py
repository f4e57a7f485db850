"""My account: name, language, roles, sessions, everything kept about me, leaving."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.people import actions, queries
from pennypot.apps.people.adapter import remember_language
from pennypot.apps.people.forms import AS_THE_BROWSER_ASKS, Details, Leaving
from pennypot.apps.people.models import Person
from pennypot.apps.people.permissions import may_leave
from pennypot.house.answers import Invalid


def _person(request: HttpRequest) -> Person:
    """Return the signed-in person; `login_required` stands before every view that calls this."""
    assert isinstance(request.user, Person)
    return request.user


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Show the account at a glance; change name and language."""
    person = _person(request)
    form = Details(
        request.POST or None, initial={"name": person.name, "language": person.language or AS_THE_BROWSER_ASKS}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_details(person, **form.cleaned_data)
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            with override(person.language or None):
                messages.success(request, _("Saved."))
            response = redirect("me")
            remember_language(response, person.language)
            return response
    # The room of places may show roles in its own way.
    roles = select_template(["places/my_roles.html", "people/roles.html"])
    context = {
        "form": form,
        "glance": queries.glance(person),
        "roles_template": roles,
        "has_organisation": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }
    return render(request, "people/me.html", context)


@require_safe
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where the person is signed in."""
    return render(
        request,
        "people/sessions.html",
        {"sessions": queries.sessions_of(_person(request), request.session.session_key)},
    )


@require_POST
@login_required
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """End one of one's own sessions."""
    if not actions.end_session(_person(request), session):
        raise Http404
    messages.success(request, _("That session has ended."))
    return redirect("usersessions_list")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    actions.end_other_sessions(request, _person(request))
    messages.success(request, _("You are now signed in only here."))
    return redirect("usersessions_list")


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """Hand over everything kept about the person as a JSON file."""
    response = JsonResponse(queries.everything_about(_person(request)), json_dumps_params={"indent": 1})
    response.headers["Content-Disposition"] = 'attachment; filename="everything-about-me.json"'
    return response


@require_safe
@login_required
def leaving(request: HttpRequest) -> HttpResponse:
    """First step of deleting an account: what goes, what stays, and whether it can go now."""
    person = _person(request)
    return render(request, "people/leaving.html", {"answer": may_leave(person)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required(app="pennypot.apps.people")
def leave(request: HttpRequest) -> HttpResponse:
    """Second step: say so once more, having shown a moment ago who one is."""
    person = _person(request)
    if not may_leave(person):
        return redirect("leaving")
    form = Leaving(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.leave(person)
        logout(request)
        return redirect("left")
    return render(request, "people/leave.html", {"form": form})


@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """Say good-bye."""
    return render(request, "people/left.html")
