"""What can be done with budgets, files and payments. Each verb checks, changes in one transaction, writes one deed."""

from pennypot.apps.budgets.actions.budgets import (
    discard,
    net_off,
    note_gaps,
    publish,
    put_lines,
    start_budget,
    start_new_version,
)

__all__ = ["discard", "net_off", "note_gaps", "publish", "put_lines", "start_budget", "start_new_version"]
