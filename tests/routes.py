"""Every address of the site, found by walking the URL configuration, with an example of each.

A new route without a line in `EXAMPLES` fails the matrix of people and pages, so nobody can forget to say who may
open it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def all_routes() -> Iterator[str]:
    """Yield every route as written in the URL configuration: ``<slug:place>/pool/``."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            else:
                yield here

    return walk(get_resolver().url_patterns, "")
