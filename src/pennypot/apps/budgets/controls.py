"""How free an agency is to move a line's money. Policies of the one per cent leave lines out by these words."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Control(TextChoices):
    """What binds a line: nothing but local choice, or a law, a formula, a person's right."""

    LOCAL = "local", _("free to decide locally")
    STATUTORY = "statutory", _("a duty in law")
    SCHOOLS = "schools", _("schools")
    NHS = "nhs", _("NHS")
    ENTITLEMENT = "entitlement", _("pensions and benefits that people are owed")
    LEVY = "levy", _("charged by another body")
    DEBT = "debt", _("loans and interest")
    GRANT = "grant", _("a grant for one purpose only")


# What each means for somebody who asks "could this be decided differently here?"
SAID = {
    Control.LOCAL: _("The agency can decide what to spend here, within its budget."),
    Control.STATUTORY: _("The law says that it must be provided; how much and how is partly a local choice."),
    Control.SCHOOLS: _("Most of it goes straight to schools by a national formula."),
    Control.NHS: _("Set by the government for health care in this area."),
    Control.ENTITLEMENT: _("Belongs to named people by right. Nobody here can spend it on anything else."),
    Control.LEVY: _("Another public body sends the bill, and it has to be paid."),
    Control.DEBT: _("Already promised to lenders."),
    Control.GRANT: _("Given by the government for this purpose and no other."),
}
