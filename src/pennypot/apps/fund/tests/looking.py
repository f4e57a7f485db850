"""How tests of pages read them."""

from __future__ import annotations

import re

from django.urls import reverse


def text(response):
    """What a reader reads: without tags, runs of space as one."""
    words = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", words)
    return re.sub(r"\s+", " ", words.replace("&#x27;", "'").replace("&amp;", "&"))


def page(client, name, *args, **query):
    """Open a page by its name."""
    return client.get(reverse(name, args=args), query)
