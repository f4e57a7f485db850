"""Receipts: what a voter keeps, and finding the ballot in the log again.

What is asked comes by POST and never stands in an address: who looks for which ballot is in no log of a web server.
A code drawn for a phone (QR) carries it after the ``#``, which a browser keeps to itself.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pennypot.apps.voting.actions.casting import Receipt
from pennypot.apps.voting.forms import FindForm
from pennypot.apps.voting.queries.receipts import find_by_commitment, find_by_index
from pennypot.apps.voting.views.asked import Asked, ask, election_or_404


def receipt_page(asked: Asked, sent: Receipt) -> HttpResponse:
    """Your vote is in: the receipt, which says nothing of the choice."""
    fingerprint = sent.commitment.hex()
    context = {
        "receipt": sent,
        "fingerprint": fingerprint,
        "groups": [fingerprint[start : start + 4] for start in range(0, 64, 4)],
        "qr": _qr(asked, sent),
    }
    return asked.page("receipt", context)


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


def _qr(asked: Asked, sent: Receipt) -> SafeString:
    """Draw the receipt for a phone's camera: where to look it up, its number and its fingerprint."""
    page = settings.SITE_ADDRESS + reverse("find_receipt", args=[asked.round.place.slug, asked.round.slug])
    fingerprint = urlsafe_b64encode(sent.commitment).decode().rstrip("=")
    # Every reader reads every mask; looking for the prettiest takes a fifth of the time of casting a ballot.
    drawn = segno.make_qr(f"{page}#{sent.index}.{fingerprint}", error="l", mask=4).svg_inline(
        border=2, svgclass="qr", lineclass=None, omitsize=True, dark="#000", light="#fff", title=_("Your receipt")
    )
    return SafeString(drawn)
