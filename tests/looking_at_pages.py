"""Looks at a page as an attacker would: is there anything in it that runs, or that comes from elsewhere?"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "xlink:href"}
NEVER = {"style", "object", "embed", "iframe", "frame", "applet", "base"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in NEVER:
            self.found.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/") and given.get("type") != "application/json":
            self.found.append("a script in the page")
        if tag == "meta" and "http-equiv" in given:
            self.found.append("<meta http-equiv>")
        for name, value in given.items():
            if name == "style" or name.startswith("on") or name in ("srcdoc", "nonce"):
                self.found.append(f"{name}={value!r} of <{tag}>")
            if name in ADDRESSES:
                self._address(tag, name, value)

    def _address(self, tag: str, name: str, value: str) -> None:
        scheme = value.split(":", 1)[0].strip().lower() if ":" in value.split("/", 1)[0] else ""
        links = {"", "http", "https", "mailto"}
        if scheme not in (links if tag == "a" else {"", "data"} if tag == "img" else {""}):
            self.found.append(f"{name}={value!r} of <{tag}>")
        if tag not in ("a", "form") and value.startswith("//"):
            self.found.append(f"{name}={value!r} of <{tag}>")


def what_runs_in(page: str) -> list[str]:
    """Name every script, style, handler and foreign address inside the page itself; an honest page has none."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found


def careless(response: Any) -> list[str]:
    """Name every header that an answer of ours must have and this one has not, or not as it should be."""
    security_policy = response.headers.get("Content-Security-Policy", "")
    policy = dict(part.strip().partition(" ")[::2] for part in security_policy.split(";"))
    wanted = {"default-src": "'self'", "frame-ancestors": "'none'", "object-src": "'none'", "base-uri": "'none'"}
    found = [f"{key}: {policy.get(key)}" for key, value in wanted.items() if policy.get(key) != value]
    found += [word for word in ("unsafe", "nonce", "*", "http:") if word in security_policy]
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    found += [name for name, value in headers.items() if response.headers.get(name) != value]
    if "camera=()" not in response.headers.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("text/") and "utf-8" not in kind:
        found.append("no charset")
    return found
