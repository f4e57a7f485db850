"""The roles a person can have in a place, what each is for, and which need a second factor."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A role in a place. Operator is different: it belongs to the installation (`Person.is_operator`)."""

    RESIDENT = "resident", _("resident")
    GROUP_MEMBER = "group", _("group member")
    AGENCY_OFFICER = "officer", _("agency officer")
    PLACE_TEAM = "team", _("place team")
    ACCOUNTABLE_OFFICER = "accountable", _("accountable officer")
    FACILITATOR = "facilitator", _("facilitator")
    SCRUTINEER = "scrutineer", _("scrutineer")
    OPERATOR = "operator", _("operator")


# Those who can change public figures, money or other people's roles act only with a second factor.
NEEDS_SECOND_FACTOR = frozenset({Role.AGENCY_OFFICER, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER, Role.OPERATOR})

WHAT_IT_IS_FOR = {
    Role.RESIDENT: _("Proposes, votes, plays and asks."),
    Role.GROUP_MEMBER: _("Speaks for a community group: proposes, offers, runs projects."),
    Role.AGENCY_OFFICER: _("Publishes an agency's budget, pledges its share, pays and reports."),
    Role.PLACE_TEAM: _("Sets the place up, invites people and opens rounds."),
    Role.ACCOUNTABLE_OFFICER: _("Answers for all the place's public money and signs the yearly statement."),
    Role.FACILITATOR: _("Runs game tables in a hall."),
    Role.SCRUTINEER: _("Checks the count and follows every pound."),
    Role.OPERATOR: _("Looks after the server: backups, upgrades, new places."),
}
