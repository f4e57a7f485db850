"""Rule cards in words."""

from __future__ import annotations

from .card import RuleCard


def describe(card: RuleCard) -> str:
    """One line that names a rule and every choice that matters in it."""
    parts = [_RULES[card.rule](card)]
    if card.threshold:
        parts.append(f"at least {card.threshold} to be considered")
    if card.exclusive:
        parts.append("at most one winner of each group of rivals")
    if card.part_funding and card.rule == "greedy":
        parts.append("the first project that does not fit is funded in part")
    if card.pots:
        parts.append(f"{len(card.pots)} pots counted apart")
    if card.caps:
        parts.append(f"{len(card.caps)} caps")
    parts.append("ties by " + ", ".join(card.ties))
    return "; ".join(parts)


def _greedy(card: RuleCard) -> str:
    by = card.greedy_measure.replace("-", " ")
    ends = "stopping at the first that does not fit" if card.too_dear == "stop" else "skipping what does not fit"
    return f"Greedy by {by}, {ends}"


def _shares(card: RuleCard) -> str:
    worth = {"cost": "cost utility", "count": "count utility", "points": "points"}[card.utility]
    stop = "until nothing more fits" if card.stop == "exhaustive" else "until the budget would be broken"
    step = "" if card.step == "1" else f", step {card.step}"
    start = "" if card.start == "exact" else ", from the whole unit"
    ending = {
        "none": "no completion",
        "greedy": "greedy completion",
        "add1": f"Add1 {stop}{step}",
        "add1-utilitarian": f"Add1 {stop}{step}, then greedy",
        "add-opt": f"equal payments, ADD-OPT {stop}",
    }[card.completion]
    return f"Equal Shares, {worth}, {ending}{start}"


_RULES = {
    "greedy": _greedy,
    "equal-shares": _shares,
    "bounded-overspending": lambda card: (
        f"Equal Shares with bounded overspending, {card.utility}"
        + (", then greedy" if card.completion == "greedy" else "")
    ),
    "phragmen": lambda card: "Sequential Phragmén",
    "max-welfare": lambda card: f"Maximum welfare by {card.utility}",
    "ranked": lambda card: "Rankings by expanding approvals",
}
