"""Which agencies a place usually has, by country. Names can be changed before they are added."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from pennypot.apps.places.models import Agency, Place

F = Agency.Family


@dataclass(frozen=True)
class Suggestion:
    """One agency that a place like this has; ``usual`` ones come ticked."""

    name: str
    family: str
    org_id: str = ""
    usual: bool = True


def for_place(place: Place, taken: list[Agency]) -> list[Suggestion]:
    """Suggest the kinds of agency that the place has none of yet, by the first letter of its GSS code."""
    name = place.name
    council = Suggestion(_("%(place)s Council") % {"place": name}, F.COUNCIL)
    dwp = Suggestion("Department for Work and Pensions", F.WELFARE, "GB-GOR-D10")
    police = Suggestion(_("Police for %(place)s") % {"place": name}, F.POLICE)
    fire = Suggestion(_("Fire and rescue for %(place)s") % {"place": name}, F.FIRE)
    by_country = {
        "E": [
            council,
            Suggestion(_("NHS Integrated Care Board for %(place)s") % {"place": name}, F.NHS),
            police,
            fire,
            dwp,
            Suggestion(_("Combined authority for %(place)s") % {"place": name}, F.REGION, usual=False),
        ],
        "W": [council, Suggestion(_("Health board for %(place)s") % {"place": name}, F.NHS), police, fire, dwp],
        "S": [
            council,
            Suggestion(_("NHS board for %(place)s") % {"place": name}, F.NHS),
            Suggestion("Police Scotland", F.POLICE),
            Suggestion("Scottish Fire and Rescue Service", F.FIRE),
            dwp,
            Suggestion("Social Security Scotland", F.WELFARE),
        ],
        "N": [
            council,
            Suggestion(_("Health and Social Care Trust for %(place)s") % {"place": name}, F.NHS),
            Suggestion("Police Service of Northern Ireland", F.POLICE),
            Suggestion("Northern Ireland Fire and Rescue Service", F.FIRE),
            Suggestion("Department for Communities", F.WELFARE),
        ],
    }
    elsewhere = [
        council,
        Suggestion(_("Health service for %(place)s") % {"place": name}, F.NHS),
        police,
        fire,
        Suggestion(_("Pensions and benefits for %(place)s") % {"place": name}, F.WELFARE),
    ]
    had_families = {agency.family for agency in taken}
    had_names = {agency.name.casefold() for agency in taken}
    return [
        suggestion
        for suggestion in by_country.get(place.gss_code[:1], elsewhere)
        if suggestion.family not in had_families and suggestion.name.casefold() not in had_names
    ]
