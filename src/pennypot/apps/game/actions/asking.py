"""A table calls for the facilitator, an expert, or help at once."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pennypot.apps.game.models import HelpAsk, Phone
from pennypot.apps.game.names import HELP
from pennypot.house.announcing import announce
from pennypot.house.answers import Invalid


def ask_for_help(phone: Phone, wanted: str, text: str, *, key: uuid.UUID) -> None:
    """Put the table into the facilitator's queue; once for each kind until it is answered."""
    if wanted not in HELP:
        raise Invalid(_("Choose what you need."), "wanted")
    chair = phone.chair
    try:
        with transaction.atomic():
            HelpAsk.objects.create(table=chair.table, seat=chair.seat, wanted=wanted, text=text.strip()[:300], key=key)
            announce(f"table:{chair.table_id}")
            announce(f"session:{chair.table.session_id}")
    except IntegrityError:
        return  # the table has asked already
