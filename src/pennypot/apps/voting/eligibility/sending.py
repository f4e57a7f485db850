"""Letters and texts on their way: sealed, handed to the worker, and forgotten when they are sent.

The page does the same in every case (it seals one parcel and hands it over), so the time it takes says nothing of who
is on the roll. A parcel that holds nothing is thrown away by the worker.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from smtplib import SMTPException

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.mail import EmailMessage
from procrastinate.contrib.django import app

from pennypot.apps.voting.eligibility import texts

TASK = "voting.send_parcel"
_SIZE = 2_000
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parcel:
    """A letter (``email``), a text message (``sms``) or nothing (``nothing``)."""

    kind: str
    to: str = ""
    subject: str = ""
    body: str = ""


NOTHING = Parcel("nothing")


def hand_over(parcel: Parcel) -> None:
    """Give a parcel to the worker, inside the caller's transaction if there is one."""
    app.tasks[TASK].defer(sealed=_seal(parcel))


def send(sealed: str) -> None:
    """Open a parcel and send it; what cannot be sent is logged without the address and the words."""
    try:
        parcel = Parcel(**json.loads(_box().decrypt(sealed.encode())))
    except InvalidToken:
        log.warning("A letter of the entrance could not be opened: the secret key has changed.")
        return
    try:
        if parcel.kind == "email":
            # A header is one line, whatever a name holds.
            EmailMessage(" ".join(parcel.subject.split()), parcel.body, to=[parcel.to]).send()
        elif parcel.kind == "sms" and (by := texts.provider()):
            by.send(parcel.to, parcel.body)
    except (OSError, SMTPException, texts.NotSent) as problem:
        log.warning("A letter of the entrance could not be sent: %s", type(problem).__name__)


def _seal(parcel: Parcel) -> str:
    """Encrypt a parcel, all to about the same size."""
    written = json.dumps(asdict(parcel))
    return _box().encrypt(written.ljust(_SIZE).encode()).decode()


def _box() -> Fernet:
    key = hashlib.sha256(f"voting.parcels:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
