"""``pennypot serve``: the database, the pages, the live lane and the worker, in one process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from pennypot.cli.stopping import end_stragglers, stop_on_signals
from pennypot.house.options import read_options


def add_subcommands(verbs: Any) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "serve",
        help="run the site: database, pages and worker in one process",
        description="Run the site until Ctrl-C: the built-in database (unless DATABASE_URL names another), "
        "the pages and the worker for long jobs. Put a proxy that speaks https in front of it.",
    )
    parser.set_defaults(run=lambda chosen: serve())


def serve(say_ready: Callable[[str], None] | None = None, load: Callable[[], None] | None = None) -> int:
    """Run the site until it is told to stop; afterwards no process of it is left.

    Parameters
    ----------
    say_ready
        Called with the site's address when it answers; by default one line is printed.
    load
        Called once the tables are there, before the site answers: the demonstration loads its places.
    """
    stop_on_signals()
    options = read_options(os.environ)
    from pennypot.cli import listening

    with listening.socket_for(options) as socket:
        from pennypot.cli.ready import django_ready

        with django_ready():
            from pennypot.house import prepare, purpose

            purpose.claim("demo" if options.demo else "real")
            prepare.static_files()
            prepare.addresses()
            if load:
                load()
            _run(options, socket, say_ready or _say_ready)
    end_stragglers()
    return 0


def _run(options: SimpleNamespace, socket: Any, say_ready: Callable[[str], None]) -> None:
    import uvicorn

    from pennypot.cli import listening
    from pennypot.house import live
    from pennypot.house.asgi import application
    from pennypot.house.worker import WorkerThread

    address = listening.address_of(socket, options)

    class Server(uvicorn.Server):
        """Ends open streams before waiting for them, and says when it answers."""

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            say_ready(address)

        async def shutdown(self, sockets: Any = None) -> None:
            await live.close()
            await super().shutdown(sockets)

    proxies = listening.trusted_proxies(options)
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=10,
    )
    worker = WorkerThread() if options.worker else None
    server = Server(config)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, server.handle_exit)
    try:
        if worker:
            worker.start()
        server.run(sockets=[socket])
    except KeyboardInterrupt:
        pass  # uvicorn raises the signal again after it has stopped
    finally:
        if worker:
            worker.stop()


def _say_ready(address: str) -> None:
    print(f"Pennypot answers at {address}. Ctrl-C stops it.", flush=True)
