"""How people show that they may vote: what a round can choose from. `voting` knows how each is done."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Method:
    """One way to get a ballot."""

    key: str
    name: str | Promise
    what: str | Promise


METHODS = {
    one.key: one
    for one in (
        Method("posted_code", _("A code by post"), _("Each resident gets a letter with a code of their own.")),
        Method("roll_code", _("A list and a code"), _("You upload who may vote; each of them is given a code.")),
        Method("roll_email", _("A list and an e-mail"), _("You upload who may vote; each gets a link by e-mail.")),
        Method(
            "email_postcode",
            _("E-mail and postcode"),
            _("People give an e-mail address and a postcode of the place. Quick, but easier to cheat."),
        ),
        Method("sms", _("A code to a phone"), _("Together with another way only: a phone is no proof of an address.")),
        Method("oidc", _("A sign-in service"), _("An account that people have already, such as GOV.UK One Login.")),
        Method("desk", _("In person"), _("At a desk with an officer: a library, a surgery, a school fair.")),
    )
}
USUAL_METHODS = ("posted_code", "desk")
