"""``pennypot place``: add places and list them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any


def add_subcommands(verbs: Any) -> None:
    """Add the verb."""
    parser = verbs.add_parser("place", help="add a place, or list the places here")
    what = parser.add_subparsers(title="what to do", metavar="new | list", dest="place_verb", required=True)
    new = what.add_parser(
        "new",
        help="add a place and invite the first member of its team",
        description="Add a place and invite the first member of its team, who sets it up in the browser.",
    )
    new.add_argument("name", metavar="NAME", help='the name, such as "Isle of Wight"')
    new.add_argument("--team", metavar="EMAIL", required=True, help="whom to invite to the place's team")
    new.add_argument("--address", metavar="WORD", help="its address on this site; by default made from the name")
    new.add_argument("--operator", metavar="EMAIL", help="which operator adds it, if there are several")
    new.set_defaults(run=lambda chosen: add(chosen.name, chosen.address, chosen.team, chosen.operator))
    listing = what.add_parser("list", help="list the places of this installation")
    listing.set_defaults(run=lambda chosen: list_places())


def add(name: str, address: str | None, team: str, operator: str | None) -> int:
    """Add a place as one of the operators and say what comes next."""
    from django.conf import settings
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from pennypot.apps.places.actions.places import make_place
    from pennypot.house.problems import Problem

    try:
        validate_email(team)
    except ValidationError:
        raise Problem(f"{team} is no e-mail address.") from None
    place, sent = make_place(_operator(operator), name=name, slug=address or _address_from(name), team_email=team)
    print(f"{place.name} is at {settings.SITE_ADDRESS}/{place.slug}/. Only its team sees it until they open it.")
    if not sent.letter_left:
        print(f"The letter to {team} could not be sent. Look at `pennypot check --mail`, then send it again there.")
        return 1
    where = (
        ""
        if settings.OPTIONS.mail_url
        else f" (no mail server is set: it is the newest file in {settings.HOME / 'mail'})"
    )
    print(f"A letter invites {team} to its team{where}. The link in it works for fourteen days.")
    return 0


def list_places() -> int:
    """Print each place with its address and state."""
    from django.conf import settings

    from pennypot.apps.places.models import Place

    for place in Place.objects.order_by("name"):
        print(f"{place.name:<30} {settings.SITE_ADDRESS}/{place.slug}/  ({place.get_state_display()})")
    return 0


def _operator(email: str | None) -> Any:
    """Return the operator who acts. Whoever has the terminal of the server needs no second step besides."""
    from pennypot.apps.people.models import Person
    from pennypot.house.problems import Problem

    operators = Person.objects.filter(is_operator=True, is_active=True)
    if email:
        operators = operators.filter(email__iexact=email)
    found = list(operators.order_by("pk")[:2])
    if not found:
        who = f"{email} is no operator here" if email else "There is no operator here yet"
        raise Problem(f"{who}. First run: pennypot operator EMAIL")
    if len(found) > 1:
        raise Problem("There are several operators. Say who adds the place: --operator EMAIL")
    found[0].second_factor = True
    return found[0]


def _address_from(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
