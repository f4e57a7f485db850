"""Ends a verb that runs until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading

_LAST_SECONDS = 3.0


def stop_on_signals() -> None:
    """Make Ctrl-C, a polite kill and a closed terminal all end in a clean stop."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def end_stragglers() -> None:
    """See that the process ends although a thread still computes: its database is gone, so nobody waits for it."""
    last = threading.Timer(_LAST_SECONDS, os._exit, args=[0])
    last.daemon = True
    last.start()
