"""``pennypot demo``: two real places to look around in, with every role open, on this machine only."""

from __future__ import annotations

import hashlib
import importlib
import os
from pathlib import Path
from typing import Any

PLACES = ("birmingham", "trafford")
_ROOMS = ("places", "budgets", "fund", "rounds", "voting", "game")


def add_subcommands(verbs: Any) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "demo",
        help="look around in two real places, on this machine only",
        description="Run a demonstration with Birmingham 2010-11 and Trafford 2023-24. Every role can be entered from "
        "a bar at the top, so it answers on this machine only. PORT changes the port, PENNYPOT_HOME the folder.",
    )
    parser.set_defaults(run=lambda chosen: demo())


def demo() -> int:
    """Run the demonstration until Ctrl-C."""
    from pennypot.cli.serve import serve

    os.environ["PENNYPOT_DEMO"] = "yes"
    return serve(say_ready=_welcome, load=load_places)


def load_places() -> None:
    """Load the demonstration's places, unless they are there as this version has them."""
    from django.conf import settings

    from pennypot.apps.places.models import Place

    stamp = settings.HOME / "demo-loaded-from.txt"
    wanted = _data_version()
    there = Place.objects.filter(slug__in=PLACES).count() == len(PLACES)
    if there and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    stamp.unlink(missing_ok=True)
    load_place, *loaders = [importlib.import_module(f"pennypot.apps.{room}.demo").load for room in _ROOMS]
    for slug in PLACES:
        place = load_place(slug)
        for load in loaders:
            load(place)
    stamp.write_text(wanted, encoding="utf-8")


def _data_version() -> str:
    """Return a text that changes when what the demonstration loads does."""
    apps = Path(__file__).resolve().parent.parent / "apps"
    seen = hashlib.sha256()
    for room in _ROOMS:
        files = [apps / room / "demo.py", *(apps / room / "demo").rglob("*"), *(apps / room / "data").rglob("*")]
        for path in sorted(path for path in files if path.is_file() and path.suffix != ".pyc"):
            seen.update(f"\n{path.relative_to(apps)} ".encode() + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


def _welcome(address: str) -> None:
    print(
        f"""
Pennypot is ready: {address}

  Look first at   {address}/birmingham/pool/     all the public money of a city, on one page
  then            {address}/birmingham/fund/     what one penny in every pound of it is
  and             {address}/birmingham/results/  what people chose with it, and why each was chosen or not
  Propose in      {address}/birmingham/proposals/  a round that also reviews and hears appeals now
  Play            {address}/birmingham/game/solo/  cut and create: ten minutes, no account
  Vote in         {address}/birmingham/vote/     the round that is open (its page has codes to try)
  Today           {address}/trafford/            a place with what is not known shown as not known

The bar at the top lets you be anyone: a resident, an officer, the treasurer.
Nothing here leaves this machine. Ctrl-C stops it; what you did is there next time.
""",
        flush=True,
    )
