"""How a line of the log is written: an address stands in it without the key that some addresses hold."""

from __future__ import annotations

import logging
import re

# Links that open something by themselves: a draft without an account, a way into a vote, an invitation.
_KEYS = re.compile(r"(/(?:drafts|link|authors|invitations)/|[?&]key=)[^/?&\s'\"]+")


class Plain(logging.Formatter):
    """Writes the moment, how bad it is, who says it, and what; keys in addresses are left out."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the whole line, with a traceback if there is one."""
        return _KEYS.sub(r"\1…", super().format(record))
