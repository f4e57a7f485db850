"""Letters: short plain e-mails from a template, in the reader's language."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import override

from pennypot.house.texts import one_line

log = logging.getLogger(__name__)
LONGEST_SUBJECT = 150


def send(template: str, context: dict[str, Any], *, to: str, language: str = "") -> bool:
    """Send one letter; say whether the mail server took it.

    A header is one line, whatever a title or a name holds. What failed is logged without the address or the words.

    Parameters
    ----------
    template
        A text template. Its first line is the subject; the rest, after an empty line, is the letter.
    context
        What the template says; ``site`` is added.
    to
        One address.
    language
        The reader's; empty for the site's own.
    """
    with override(language or settings.LANGUAGE_CODE):
        subject, _blank, body = render_to_string(template, {**context, "site": settings.SITE_ADDRESS}).partition("\n\n")
    letter = EmailMessage(one_line(subject)[:LONGEST_SUBJECT], body.strip() + "\n", to=[one_line(to)])
    try:
        letter.send()
    except (OSError, SMTPException, ValueError) as problem:
        log.warning("A letter (%s) could not be sent: %s", template, type(problem).__name__)
        return False
    return True
