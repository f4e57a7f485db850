"""Reading codes out of the letters that tests are sent."""

from __future__ import annotations

import re

from django.core import mail


def last_code() -> str:
    """Return the code in the latest letter."""
    found = re.search(r"^ +(\d{4}-\d{4})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def same_page(html: bytes, *words: str) -> str:
    """Return a page without what differs by chance (the form token) and without the words given."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html.decode())
    for word in words:
        text = text.replace(word, "…")
    return text
