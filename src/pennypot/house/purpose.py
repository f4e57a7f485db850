"""What an installation is for. A demonstration's people never serve the public; real people never enter a demo."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from django.conf import settings
from django.contrib.auth import get_user_model

from pennypot.house.problems import Problem

Purpose = Literal["demo", "real"]


def claim(purpose: Purpose) -> None:
    """Remember in the home folder what this installation is for.

    Raises
    ------
    Problem
        It is for the other thing, by what the home folder remembers or by the people in the database.
    """
    before = kept()
    people = get_user_model().objects
    if purpose == "real" and (before == "demo" or people.filter(is_demo=True).exists()):
        raise Problem(
            f"{settings.HOME} holds a demonstration, in which anyone may enter every role; it must not serve real "
            "people. Set PENNYPOT_HOME to another folder (and DATABASE_URL to another database, if you use it)."
        )
    if purpose == "demo" and (before == "real" or (not before and people.filter(is_demo=False).exists())):
        raise Problem(
            f"{settings.HOME} holds a real installation. A demonstration would let anyone at this machine enter "
            "every role in it. Set PENNYPOT_HOME to another folder, such as PENNYPOT_HOME=~/pennypot-demo."
        )
    if before != purpose:
        _note().write_text(f"{purpose}\n", encoding="utf-8")


def kept() -> str:
    """Return what the home folder remembers: ``demo``, ``real`` or nothing."""
    return _note().read_text(encoding="utf-8").strip() if _note().exists() else ""


def _note() -> Path:
    return Path(settings.HOME) / "purpose"
