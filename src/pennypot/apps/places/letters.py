"""The letter that invites somebody to a role."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from pennypot.apps.places.models import Invitation

log = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, token: str) -> bool:
    """Send the letter; say whether the mail server took it. What failed is logged without the address or the token."""
    context = {
        "invitation": invitation,
        "link": settings.SITE_ADDRESS + reverse("invitation", args=[token]),
        "site": settings.SITE_ADDRESS,
    }
    subject = _("%(place)s invites you: %(role)s") % {
        "place": invitation.place.name,
        "role": invitation.get_role_display(),
    }
    # A header is one line, whatever a name holds.
    subject = " ".join(subject.split())
    letter = EmailMessage(subject, render_to_string("places/letters/invitation.txt", context), to=[invitation.email])
    try:
        letter.send()
    except (OSError, SMTPException) as problem:
        log.warning("The letter of invitation %s could not be sent: %s", invitation.pk, type(problem).__name__)
        return False
    return True
