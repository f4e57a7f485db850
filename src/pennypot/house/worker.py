"""The worker: takes long jobs and schedules from the database, inside `serve` or as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading

from procrastinate.app import App
from procrastinate.contrib.django import app, utils
from procrastinate.psycopg_connector import PsycopgConnector

# Long jobs at the same time. More would slow the pages, which share the processor with them.
AT_ONCE = 2
# Seconds that jobs have to end by themselves when the server stops; then they count as stopped in the middle.
PATIENCE = 10

logger = logging.getLogger(__name__)


def app_of_worker() -> App:
    """Return our app of jobs with connections for a worker.

    A second app, because the first keeps handing out jobs over Django's connections, inside the transactions of pages.
    """
    connector = PsycopgConnector(kwargs=utils.connector_params(), min_size=1, max_size=3)
    own = App(connector=connector, worker_defaults=app.worker_defaults, periodic_defaults=app.periodic_defaults)
    app.perform_import_paths()
    own.tasks = app.tasks
    own.periodic_registry = app.periodic_registry
    return own


async def work_until(stop: asyncio.Event) -> None:
    """Do jobs until told to stop; when the database goes away, wait for it to come back."""
    pause = 1.0
    while not stop.is_set():
        own = app_of_worker()
        try:
            async with own.open_async():
                pause = 1.0
                await _run_or_stop(own, stop)
        except Exception as problem:
            logger.warning("The worker lost the database (%s); it tries again.", problem)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(pause * 2, 30)


async def _run_or_stop(own: App, stop: asyncio.Event) -> None:
    working = asyncio.create_task(
        own.run_worker_async(
            name="pennypot",
            concurrency=AT_ONCE,
            install_signal_handlers=False,
            shutdown_graceful_timeout=PATIENCE,
            fetch_job_polling_interval=30,
            abort_job_polling_interval=30,
        )
    )
    told = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


class WorkerThread:
    """The worker in a thread of its own with its own event loop, so that a busy page never delays a heartbeat."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker")

    def start(self) -> None:
        """Start it; returns at once."""
        self._thread.start()
        self._running.wait(10)

    def stop(self) -> None:
        """Stop it; returns when running jobs have ended or had their time."""
        if self._loop is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # its loop has just ended
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE + 5)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running.set()
        await work_until(self._stop)
