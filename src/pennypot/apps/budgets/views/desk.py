"""The officers' desk: what is public, what waits, and handing over a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.budgets import forms, queries
from pennypot.apps.budgets.actions.uploads import Told, receive
from pennypot.apps.budgets.permissions import may_use_desk
from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.house import uploads
from pennypot.house.answers import Invalid, require


@require_safe
def desk(request: HttpRequest, place: str) -> HttpResponse:
    """Each agency's budgets and payments; for its officers also drafts, files and what to do next."""
    here = place_for(request.user, place)
    found = queries.desk(request.user, here)
    context = {
        "place": here,
        "stage": "pool",
        "desks": found,
        "may": may_use_desk(request.user, here),
        "waiting": any(one.waits for one in found),
        "nothing": not any(one.public or one.payments or one.waits for one in found),
    }
    return render(request, "budgets/desk/desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, place: str) -> HttpResponse:
    """Hand over a file."""
    here = place_for(request.user, place)
    require(may_use_desk(request.user, here))
    agencies = queries.agencies_of(request.user, here)
    if request.method != "POST":
        return _form(request, here, forms.HandOver(agencies=agencies, initial=_start(request, here)))
    form = forms.HandOver(request.POST, request.FILES, agencies=agencies)
    too_large = uploads.too_large(request, "file")
    if form.is_valid():
        told = Told(
            **{name: form.cleaned_data[name] for name in Told.__dataclass_fields__ if name in form.cleaned_data}
        )
        try:
            upload = receive(request.user, form.cleaned_data["agency"], form.cleaned_data["file"], told)
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            return redirect("budgets_upload", here.slug, upload.pk)
    elif too_large:
        form.errors["file"] = form.error_class([_too_large()])
    elif "file" not in form.errors:
        form.add_error("file", _("Please choose the file again: a browser does not keep it."))
    return _form(request, here, form, 413 if too_large else 422)


def _start(request: HttpRequest, here: Place) -> dict[str, str]:
    """What the form begins with: what the address says, or all that was typed about a file that could not be read."""
    start = {"agency": request.GET.get("agency", ""), "kind": request.GET.get("kind", ""), "year": here.year}
    like = request.GET.get("like", "")
    if like.isascii() and like.isdigit() and len(like) < 19:
        before = queries.upload_in(here, int(like), request.user)
        names = (name for name in Told.__dataclass_fields__ if name != "authority")
        start |= {name: getattr(before, name) for name in names} | {"agency": before.agency.slug}
    return start


def _too_large() -> str:
    limit = uploads.limit_bytes() // (1024 * 1024)
    return ngettext(
        "This file is larger than %(limit)s megabyte, the most we take. Split it, or send it as a ZIP file.",
        "This file is larger than %(limit)s megabytes, the most we take. Split it, or send it as a ZIP file.",
        limit,
    ) % {"limit": limit}


def _form(request: HttpRequest, place: Place, form: forms.HandOver, status: int = 200) -> HttpResponse:
    context = {
        "place": place,
        "stage": "pool",
        "form": form,
        "limit_mb": uploads.limit_bytes() // (1024 * 1024),
        "said_more": any(form.errors.get(field.name) for field in form.about()),
    }
    return render(request, "budgets/uploads/add.html", context, status=status)
