"""Text messages go out through a provider; which one is a setting, and a new one is a class of one method.

A provider is anything with ``send(number, text)`` that raises `NotSent` when the message was not taken. The setting
PENNYPOT_SMS_PROVIDER names it: ``console`` for demonstrations, or a class of your own as ``module:Class``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Protocol

from django.conf import settings


class NotSent(Exception):
    """Raised by a provider that did not take a message."""


class Provider(Protocol):
    """What sends text messages."""

    def send(self, number: str, text: str) -> None:
        """Send one message to a number in E.164 form."""


class Console:
    """Writes messages to the terminal, for demonstrations: nothing leaves the machine."""

    def send(self, number: str, text: str) -> None:
        print(f"Text message to {number}:\n{text}\n", file=sys.stdout, flush=True)


def provider() -> Provider | None:
    """Return the provider of this installation, or None where there is none."""
    name = settings.OPTIONS.sms_provider
    if not name:
        return None
    if name == "console":
        return Console()
    module, _, attribute = name.partition(":")
    found: Provider = getattr(import_module(module), attribute)()
    return found
