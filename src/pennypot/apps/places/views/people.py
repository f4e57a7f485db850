"""Who holds which role in a place: invitations, joining, ending a role."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import WHAT_IT_IS_FOR, Role
from pennypot.apps.places import forms, queries
from pennypot.apps.places.actions import invitations, roles
from pennypot.apps.places.models import Invitation, Membership
from pennypot.apps.places.permissions import may_accept, may_end_role, may_manage_people
from pennypot.apps.places.views.asked import person_of, posted
from pennypot.house.answers import Invalid, require


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, place: str) -> HttpResponse:
    """Who holds which role; invite somebody."""
    found = queries.place_for(request.user, place)
    require(may_manage_people(request.user, found))
    form = forms.Invite(posted(request), place=found)
    if request.method == "POST" and form.is_valid():
        try:
            sent = invitations.invite(person_of(request), found, **form.cleaned_data)
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            _say_sent(request, sent)
            return redirect("place_people", found.slug)
    context = {"place": found, "form": form, "holders": queries.role_holders(found)}
    return render(request, "places/people.html", context, status=422 if form.errors else 200)


@require_POST
def invitation_again(request: HttpRequest, place: str, invitation: int) -> HttpResponse:
    """Send the letter again, with a new link."""
    found = queries.place_for(request.user, place)
    one = get_object_or_404(Invitation.objects.select_related("place", "agency"), pk=invitation, place=found)
    try:
        _say_sent(request, invitations.send_again(person_of(request), one))
    except Invalid as problem:
        messages.warning(request, str(problem.message))
    return redirect("place_people", found.slug)


@require_POST
def invitation_withdraw(request: HttpRequest, place: str, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    found = queries.place_for(request.user, place)
    one = get_object_or_404(Invitation.objects.select_related("place"), pk=invitation, place=found)
    try:
        invitations.withdraw(person_of(request), one)
        messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    except Invalid as problem:
        messages.warning(request, str(problem.message))
    return redirect("place_people", found.slug)


def _say_sent(request: HttpRequest, sent: invitations.Sent) -> None:
    if sent.letter_left:
        messages.success(request, _("The letter is on its way. Its link works once, for fourteen days."))
    else:
        said = _("The invitation is kept, but its letter could not be sent. Try to send it again in a while.")
        messages.warning(request, said)


@require_http_methods(["GET", "HEAD", "POST"])
def end_role(request: HttpRequest, place: str, membership: int) -> HttpResponse:
    """Ask once more, with the reason, and end a role."""
    found = queries.place_for(request.user, place)
    person = person_of(request)
    held = Membership.objects.select_related("person", "agency", "place").filter(pk=membership, place=found).first()
    # Whether a role exists is told only to those who could end it.
    if held is None or not (held.person_id == person.pk or may_manage_people(person, found)):
        require(may_manage_people(person, found))
        raise Http404
    require(may_end_role(person, held))
    own = held.person_id == person.pk
    form = forms.EndRole(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            roles.end_role(person, held, form.cleaned_data["reason"])
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            messages.success(request, _("The role has ended."))
            return redirect("place" if own else "place_people", found.slug)
    context = {"place": found, "form": form, "held": held, "own": own}
    return render(request, "places/end_role.html", context, status=422 if form.errors else 200)


@require_POST
def join(request: HttpRequest, place: str) -> HttpResponse:
    """Say that one lives here, or speaks for a group."""
    found = queries.place_for(request.user, place)
    roles.join(person_of(request), found, request.POST.get("role", ""))
    messages.success(request, _("Welcome to %(place)s.") % {"place": found.name})
    return redirect("place", found.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation; accept it. Only the link's holder sees it, and only its addressee may accept."""
    found = queries.invitation_by(token)
    if found is None:
        raise Http404
    if request.method == "POST":
        person = person_of(request)
        invitations.accept(person, found)
        messages.success(
            request,
            _("You now have a role in %(place)s: %(role)s.")
            % {"place": found.place.name, "role": found.get_role_display()},
        )
        return redirect("place", found.place.slug)
    used_by_me = isinstance(request.user, Person) and found.used_by_id == request.user.pk
    context = {
        "invitation": found,
        "state": queries.state_of(found),
        "used_by_me": used_by_me,
        "may_accept": may_accept(request.user, found),
        "what_for": WHAT_IT_IS_FOR[Role(found.role)],
    }
    return render(request, "places/invitation.html", context)
