"""What stands on the ballot: frozen copies of the proposals, in an order that was drawn in public."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pennypot.apps.rounds.models.proposal import Proposal
from pennypot.apps.rounds.models.round import Pot, Round


class BallotItem(models.Model):
    """A proposal as voters see it. Written when the ballot is fixed; then it can only be withdrawn, with a reason.

    Title, summary and cost are copies, so that nothing that happens to the proposal changes what people voted on.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="ballot", db_index=False)
    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="ballot_item")
    # The proposal's number: what ballots and the Pabulib file name it by.
    number = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    summary = models.TextField()
    cost_pence = models.BigIntegerField()
    pot = models.ForeignKey(Pot, models.PROTECT, null=True, blank=True, related_name="items")
    area_name = models.CharField(max_length=120, blank=True)
    category_name = models.CharField(max_length=60, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["round", "position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "position"], name="one_project_a_position"),
            models.UniqueConstraint(fields=["round", "number"], name="one_project_a_number"),
            models.CheckConstraint(condition=Q(cost_pence__gt=0), name="a_project_costs_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="a_project_withdrawn_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"

    @property
    def ballot_id(self) -> str:
        """What ballots name it by."""
        return str(self.number)
