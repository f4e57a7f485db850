"""What happens by itself: every ledger is checked each night."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from pennypot.apps.fund.actions.checks import check_all_ledgers

log = logging.getLogger(__name__)


@app.periodic(cron="17 2 * * *")
@app.task(name="fund.check_ledgers", queueing_lock="fund.check_ledgers")
def check_ledgers(timestamp: int) -> None:
    """Recompute every balance and every chain; the money page of each place shows what was found."""
    for slug, problems in check_all_ledgers().items():
        for problem in problems:
            log.error("The ledger of %s is wrong. %s", slug, problem)
