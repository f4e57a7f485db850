"""The key ceremony: who holds a share, taking it, and the rehearsal."""

from __future__ import annotations

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from pennypot.apps.people.models import Person
from pennypot.apps.voting.actions import ceremony
from pennypot.apps.voting.ceremony_forms import HoldersForm, ShareForm
from pennypot.apps.voting.models import Election, KeyHolder
from pennypot.apps.voting.permissions.core import may_begin_ceremony, may_run_election
from pennypot.apps.voting.views.asked import Asked, ask
from pennypot.house.answers import Invalid, require


@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """How far the ceremony is; the returning officer begins it here."""
    asked = ask(request, place, round)
    form = HoldersForm(request.POST or None)
    if request.method == "POST":
        require(may_run_election(request.user, _thought_of(asked)))
        if form.is_valid():
            try:
                election = ceremony.prepare_election(_person(request), asked.round)
                ceremony.begin(_person(request), election, form.holders)
            except Invalid as problem:
                form.add_error(problem.field or None, str(problem.message))
            else:
                messages.success(request, _("The keys are made. Each holder can take their share now."))
                return asked.go("keys")
    return _page(asked, form=form)


@sensitive_variables("found")
@require_POST
def share(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Show a holder their share, once."""
    asked = ask(request, place, round)
    holder = own_holder(asked)
    try:
        found = ceremony.take_share(_person(request), holder)
    except Invalid as problem:
        messages.error(request, str(problem.message))
        return asked.go("keys")
    return asked.page(
        "share", {"share": found, "holder": holder, "qr": _qr(found.text), "groups": found.text.split("-")}
    )


@sensitive_post_parameters("share")
@require_POST
def rehearse(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """A holder types their share in; with the second, the test ballot is opened."""
    asked = ask(request, place, round)
    holder = own_holder(asked)
    form = ShareForm(request.POST)
    if form.is_valid():
        try:
            ready = ceremony.rehearse(_person(request), holder, form.cleaned_data["share"])
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            said = (
                _("It works: the test ballot is open, and the election is ready.")
                if ready
                else _("Your share is right. Now a second holder types theirs.")
            )
            messages.success(request, said)
            return asked.go("keys")
    return _page(asked, share_form=form)


def own_holder(asked: Asked) -> KeyHolder:
    """Return the share of the person who asks.

    Raises
    ------
    Http404
        They hold none.
    """
    found = _holder_of(asked)
    if found is None:
        raise Http404
    return found


def _holder_of(asked: Asked) -> KeyHolder | None:
    if asked.election is None or not isinstance(asked.request.user, Person):
        return None
    holders = asked.election.key_holders.select_related("election__round__place", "person")
    return holders.filter(person=asked.request.user).first()


def _page(asked: Asked, form: HoldersForm | None = None, share_form: ShareForm | None = None) -> HttpResponse:
    election = asked.election
    bad = any(one is not None and one.is_bound for one in (form, share_form))
    context = {
        "election": election,
        "holders": list(election.key_holders.select_related("person")) if election else [],
        "mine": _holder_of(asked),
        "may_run": may_run_election(asked.request.user, _thought_of(asked)),
        "may_begin": may_begin_ceremony(asked.request.user, _thought_of(asked)),
        "form": form or HoldersForm(),
        "share_form": share_form or ShareForm(),
    }
    return asked.page("keys", context, 422 if bad else 200)


def _thought_of(asked: Asked) -> Election:
    """The election, or what it would be: permissions look at its round."""
    return asked.election or Election(round=asked.round)


def _person(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise Http404
    return request.user


def _qr(text: str) -> SafeString:
    drawn = segno.make_qr(text, error="m")
    return SafeString(
        drawn.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True, dark="#000", light="#fff")
    )
