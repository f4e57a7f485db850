"""Purposes in plain words: the ten divisions of COFOG as things that people recognise.

COFOG is the United Nations' classification of what governments spend money on. A line's code may be as short as
a division (``07``) or as long as a class (``10.6.0``); only what decides the theme is looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Theme:
    """A purpose that people recognise.

    Parameters
    ----------
    slug
        Its address: ``/<place>/pool/for/<slug>/``.
    name, about
        What people read.
    colour
        One of the seven calm colours of the look.
    cofog
        Code prefixes that belong to it.
    """

    slug: str
    name: str | Promise
    about: str | Promise
    colour: str
    cofog: tuple[str, ...]


THEMES = (
    Theme("health", _("Health"), _("Hospitals, doctors, clinics and staying well."), "pine", ("07",)),
    Theme("learning", _("Schools and learning"), _("Schools, early years and help to learn."), "leaf", ("09",)),
    Theme(
        "care-and-family",
        _("Care and support"),
        _("Social care for children and adults, disability, carers and families."),
        "plum",
        ("10", "10.1", "10.4", "10.7", "10.8", "10.9"),
    ),
    Theme("older-people", _("Pensions"), _("State Pension and help for pensioners."), "slate", ("10.2", "10.3")),
    Theme(
        "homes",
        _("Homes and places"),
        _("Help with rent, housing, planning and places that work."),
        "ochre",
        ("06", "10.6"),
    ),
    Theme(
        "work",
        _("Work and business"),
        _("Help while out of work, jobs, trade and industry."),
        "rose",
        ("04", "10.5"),
    ),
    Theme("getting-about", _("Getting about"), _("Roads, buses, trains and pavements."), "river", ("04.5",)),
    Theme("safety", _("Keeping safe"), _("Police, fire and rescue, courts."), "river", ("02", "03")),
    Theme(
        "green-and-culture",
        _("Streets, parks and culture"),
        _("Bins, clean air, parks, libraries, sport and the arts."),
        "leaf",
        ("05", "08"),
    ),
    Theme("running-things", _("Running the place"), _("Elections, taxes, offices and debt."), "slate", ("01",)),
)
UNKNOWN = Theme("not-sorted", _("Not sorted yet"), _("Nobody has said yet what these lines are for."), "slate", ())

BY_SLUG = {theme.slug: theme for theme in (*THEMES, UNKNOWN)}
_BY_CODE = {code: theme for theme in THEMES for code in theme.cofog}


def theme_of(cofog: str) -> Theme:
    """Return the theme of a COFOG code, by its longest known prefix (``10.6.0`` -> ``10.6`` -> homes)."""
    parts = cofog.split(".")
    while parts:
        theme = _BY_CODE.get(".".join(parts))
        if theme is not None:
            return theme
        parts.pop()
    return UNKNOWN
