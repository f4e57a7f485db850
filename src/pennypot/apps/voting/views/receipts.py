"""Receipts: what a voter keeps, and finding the ballot in the log again.

What is asked comes by POST and never stands in an address: who looks for which ballot is in no log of a web server.
A code drawn for a phone (QR) carries it after the ``#``, which a browser keeps to itself.
"""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64encode

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pennypot.apps.voting import qr
from pennypot.apps.voting.actions.casting import Receipt
from pennypot.apps.voting.forms import FindForm
from pennypot.apps.voting.queries.receipts import find_by_commitment, find_by_index
from pennypot.apps.voting.views.asked import Asked, ask, election_or_404
from pennypot.house.kept import Kept

# Stands in a kept page where a receipt's own parts come; drawn anew at each start, so that nobody can write it.
_MARK = secrets.token_hex(16)
_kept: Kept[list[str]] = Kept(most=48)


def receipt_page(asked: Asked, sent: Receipt) -> HttpResponse:
    """Your vote is in: the receipt, which says nothing of the choice.

    All around the receipt is the same for everybody who is not signed in, so it is drawn once and kept.
    """
    parts = _parts(asked, sent)
    if asked.booth is None or asked.tablet or not _is_nobody(asked.request):
        return asked.answer(asked.drawn("receipt", {"first": sent.first, **parts}))
    key = (asked.booth.version, get_language(), asked.request.get_full_path(), sent.first, bool(sent.word))
    page = _kept.get(key, lambda: _page_with_marks(asked, sent))
    if "csrf_token" in page[1::2]:
        parts["csrf_token"] = get_token(asked.request)
    return asked.answer("".join(conditional_escape(parts[one]) if at % 2 else one for at, one in enumerate(page)))


def _parts(asked: Asked, sent: Receipt) -> dict[str, str]:
    fingerprint = sent.commitment.hex()
    return {
        "index": str(sent.index),
        "word": sent.word,
        "fingerprint": " ".join(fingerprint[start : start + 4] for start in range(0, 64, 4)),
        "signature": sent.signature,
        "origin": sent.origin,
        "code": _code(asked, sent),
    }


def _page_with_marks(asked: Asked, sent: Receipt) -> list[str]:
    """Draw the page with a mark for each part; return text and names of parts by turns."""
    names = ("index", "fingerprint", "signature", "origin", "code", "csrf_token", *(["word"] if sent.word else []))
    marks = {name: f"{_MARK}-{name}-" for name in names}
    return re.split(f"{_MARK}-([a-z_]+)-", asked.drawn("receipt", {"first": sent.first, **marks}))


def _is_nobody(request: HttpRequest) -> bool:
    """Whether nothing on the page around a receipt speaks of this person."""
    return not request.user.is_authenticated and not len(get_messages(request))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def find_receipt(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Is my vote in? Look a receipt up in the log."""
    asked = ask(request, place, round)
    election = election_or_404(asked)
    form = FindForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        index, commitment = form.cleaned_data["index"], form.cleaned_data["fingerprint"]
        found = find_by_commitment(election, commitment) if commitment else find_by_index(election, index)
        same = found is not None and (index is None or found.index == index)
        context |= {"looked": True, "found": found if same else None, "by_both": index is not None and bool(commitment)}
    return asked.page("find_receipt", context, 422 if form.is_bound and not form.is_valid() else 200)


def _code(asked: Asked, sent: Receipt) -> SafeString:
    """Draw the receipt for a phone's camera: where to look it up, its number and its fingerprint."""
    page = settings.SITE_ADDRESS + reverse("find_receipt", args=[asked.round.place.slug, asked.round.slug])
    fingerprint = urlsafe_b64encode(sent.commitment).decode().rstrip("=")
    return SafeString(qr.draw(f"{page}#{sent.index}.{fingerprint}", escape(_("Your receipt"))))
