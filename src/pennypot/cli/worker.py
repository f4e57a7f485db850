"""``pennypot worker``: long jobs and schedules in a process of their own."""

from __future__ import annotations

import threading
from typing import Any


def add_subcommands(verbs: Any) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "worker",
        help="do long jobs in a process of its own",
        description="Take long jobs and schedules from the database until Ctrl-C. `pennypot serve` does this itself "
        "unless PENNYPOT_WORKER is no.",
    )
    parser.set_defaults(run=lambda chosen: work())


def work() -> int:
    """Run the worker until it is told to stop."""
    from pennypot.cli.ready import django_ready
    from pennypot.cli.stopping import end_stragglers, stop_on_signals

    stop_on_signals()
    with django_ready():
        from pennypot.house.worker import WorkerThread

        worker = WorkerThread()
        worker.start()
        print("The worker is waiting for jobs. Ctrl-C stops it.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            pass
        finally:
            worker.stop()
    end_stragglers()
    return 0
