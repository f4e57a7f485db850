"""The sentences of explanations, marked for translation; whoever shows them looks the translation up.

Names in braces are filled from what `explain` gives for a project. This library translates nothing itself.
"""


def _(text: str) -> str:
    """Mark a sentence for translation; whoever shows it looks the translation up."""
    return text


SENTENCES = {
    "won": _("Funded as number {round}."),
    "won_paid": _("Funded as number {round}: {payers} voters paid {price} each."),
    "won_paid_all": _(
        "Funded as number {round}: {payers} voters paid {price} each, {giving_all} gave all they had left."
    ),
    "won_part": _("Funded in part, with the {amount} that was left."),
    "withdrawn": _("Not funded: it was withdrawn."),
    "no_votes": _("Not funded: nobody voted for it."),
    "below_threshold": _("Not funded: it had {score} and needed {threshold} to be considered."),
    "rival": _("Not funded: {rival} was funded, and only one of the two can be."),
    "too_dear_alone": _("Not funded: it costs more than the whole budget."),
    "too_dear": _("Not funded: when its turn came {left} was left and it costs {cost}."),
    "after_stop": _("Not funded: the count stopped at a project that was too dear, before its turn came."),
    "over_cap": _("Not funded: with it, its category or area would have got more than its limit."),
    "supporters": _("Not funded: its supporters could pay {held} of its cost of {cost} at the end."),
    "passed_by": _("Not funded: other projects were chosen before it and used up the money."),
    "both": _("With {more}, or if it had cost {less} less, this would have been funded."),
    "votes": _("With {more} this would have been funded; no lower cost would have helped."),
    "less": _("If it had cost {less} less, this would have been funded; more votes alone would not have helped."),
    "neither": _("Neither more votes nor a lower cost would have been enough."),
    "withdrawn_rivals": _("It would have been funded without {names}."),
    "adds": _(
        "Of those who voted but not for it, the right {optimist} would have been enough; "
        "any {pessimist} would have been."
    ),
    "adds_right": _("Of those who voted but not for it, the right {optimist} would have been enough."),
    "adds_tried": _(
        "Of those who voted but not for it, {optimist} with most money left would have been enough, "
        "and {pessimist} with least."
    ),
}
