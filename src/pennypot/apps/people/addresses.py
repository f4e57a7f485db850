"""Where a person comes from and where they may be sent: the client's IP address, and safe addresses of our own."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping
from urllib.parse import unquote

_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


def is_own_path(url: str | None) -> bool:
    """Say whether an address is a plain path of this site, safe to send a person on to.

    Parameters
    ----------
    url
        What came as ``next=``. Only ``/path?query#part`` passes: no scheme, no host, no ``//``, no backslash and no
        control character or space, written plainly or percent-encoded (browsers forgive all of these differently).
    """
    if not url or len(url) > 2000:
        return False
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    return not any(
        _CONTROL.search(form) or not form.startswith("/") or form.startswith("//")
        for form in (path, unquote(path), unquote(unquote(path)))
    ) and not _CONTROL.search(url.replace(path, "", 1))


def client_ip(meta: Mapping[str, str], proxies: Collection[str]) -> str:
    """Return the address of the person's device.

    Parameters
    ----------
    meta
        The request's ``META``.
    proxies
        Addresses of our own proxies. ``X-Forwarded-For`` is read only when one of them handed the request over, and
        then from the right: the last address that is not a proxy of ours, because anything further left can be made up.

    Returns
    -------
    str
        An IPv4 or IPv6 address; ``0.0.0.0`` when the server gave none (a Unix socket).
    """
    peer = _address(meta.get("REMOTE_ADDR", ""))
    trusted = {_address(proxy) for proxy in proxies}
    if peer in trusted:
        for part in reversed(meta.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            found = _address(part)
            if found is None:
                break
            peer = found
            if found not in trusted:
                break
    return peer or "0.0.0.0"  # noqa: S104 - a value to show, nothing listens on it


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None
