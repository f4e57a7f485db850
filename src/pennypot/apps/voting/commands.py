"""``pennypot verify``: check an election's evidence, and count it again."""

from __future__ import annotations

from typing import Any


def add_subcommands(verbs: Any) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "verify",
        help="check an election's evidence and count it again",
        description="Check the evidence of an election (the ZIP of its result page). The same checks are in the single "
        "file verify.py inside the ZIP, which needs nothing but Python.",
    )
    parser.add_argument("evidence", metavar="FILE.zip", help="the evidence")
    parser.add_argument(
        "--checkpoint", action="append", default=[], metavar="NOTE", help="a file with checkpoints that you kept"
    )
    parser.set_defaults(run=lambda chosen: verify(chosen.evidence, chosen.checkpoint), needs_database=False)


def verify(evidence: str, checkpoints: list[str]) -> int:
    """Run the verifier; 0 when everything holds, 1 when something does not."""
    from pennypot.apps.voting.verifier import main

    return int(main([evidence, *(part for name in checkpoints for part in ("--checkpoint", name))]))
