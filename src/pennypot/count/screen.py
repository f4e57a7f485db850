"""What the commands show on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .election import Election
from .result import Result
from .ties import Tie
from .words import describe


def show_result(election: Election, result: Result, certificate: str | None) -> None:
    """Winners, money and ties."""
    console = Console()
    console.print(f"[bold]{escape(election.meta.get('description') or 'Election')}[/bold]")
    console.print(f"{describe(result.card)}.", highlight=False)
    for note in election.notes:
        console.print(f"[yellow]{escape(note)}[/yellow]")
    prices = {entry["project"]: entry["shown"] for entry in result.trail if "price" in entry}
    table = Table(box=None, pad_edge=False)
    for name in ("", "id", "project"):
        table.add_column(name)
    for name in ("cost", "votes"):
        table.add_column(name, justify="right")
    if prices:
        pointed = result.card.utility == "points" and result.card.rule == "equal-shares"
        table.add_column("each point pays" if pointed else "each supporter pays", justify="right")
    for number, name in enumerate(result.winners, 1):
        at = election.index[name]
        project = election.projects[at]
        cells = [str(number), escape(name), escape(project.name if project.name != name else "")]
        cells += [election.shown(result.parts.get(name, project.cost)), f"{election.votes[at]:,}"]
        if prices:
            cells.append(f"{prices[name]:,.2f}" if name in prices else "completion")
        table.add_row(*cells)
    console.print(table)
    lost = len(election.projects) - len(result.winners)
    console.print(
        f"{len(result.winners)} of {len(election.projects)} projects funded with {election.shown(result.cost)} "
        f"of {election.shown(election.budget)}; {lost} not funded; {election.voters:,} voters.",
        highlight=False,
    )
    _show_ties(console, result)
    if certificate:
        console.print(f"Certificate written to {escape(certificate)}.")


def _show_ties(console: Console, result: Result) -> None:
    matters = [tie for tie in result.ties if tie.matters]
    if result.ties:
        met = "1 tie was met" if len(result.ties) == 1 else f"{len(result.ties)} ties were met"
        console.print(f"{met}; {len(matters) or 'none'} changed who is funded.", highlight=False)
    for tie in matters:
        console.print(
            f"  {when(tie)}: {escape(', '.join(tie.among))} were level; {escape(tie.among[0])} went first, "
            f"decided by {tie.decided_by}.",
            highlight=False,
        )
    if any(tie.decided_by == "lot" for tie in matters) and not result.card.seed:
        console.print("[yellow]A lot decided, and no seed was given: name a public draw in advance (--seed).[/yellow]")


def when(tie: Tie) -> str:
    """Where a tie was met."""
    return f"Round {tie.round}" if tie.step is None else f"Step {tie.step}, round {tie.round}"


def show_recount(claimed: dict[str, Any], wrong: list[str]) -> None:
    """Whether a certificate holds."""
    console = Console()
    if wrong:
        console.print("[bold red]The certificate does not hold.[/bold red]")
        for problem in wrong:
            console.print(f"  {escape(problem)}", highlight=False)
        return
    console.print("[bold green]The certificate holds.[/bold green]")
    console.print(f"{len(claimed['winners'])} winners, the same in the same order, from the same ballots.")


def show_explanations(election: Election, result: Result, told: list[dict[str, Any]]) -> None:
    """What happened to each project, in sentences."""
    console = Console()
    console.print(f"{describe(result.card)}.", highlight=False)
    for one in told:
        cost = election.shown(election.costs[election.index[one["project"]]])
        title = one["name"] if one["name"] != one["project"] else f"Project {one['project']}"
        console.print(f"\n[bold]{escape(title)}[/bold] ({escape(one['project'])}, {escape(cost)})", highlight=False)
        for sentence in one["sentences"]:
            console.print(f"  {escape(sentence)}", highlight=False)


def show_comparison(election: Election, rows: list[dict[str, Any]]) -> None:
    """Rules side by side."""
    console = Console()
    table = Table(box=None, pad_edge=False)
    for name in ("rule", "funded", "cost", "voters with nothing", "fair", "added", "lost"):
        table.add_column(name, justify="left" if name in ("rule", "added", "lost") else "right", overflow="fold")
    for row in rows:
        cells = [row["rule"], str(len(row["winners"])), row["cost"], f"{row['voters_with_nothing']:,}"]
        cells += ["yes" if row["fair"] else "no", escape(", ".join(row["added"])), escape(", ".join(row["lost"]))]
        table.add_row(*cells)
    console.print(table)
    console.print("Added and lost are against the first row. Fair: every group of voters that supports an unfunded")
    console.print("project already has what its share of the budget deserves (EJR+ up to any project, cost utility).")
