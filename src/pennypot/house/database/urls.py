"""Reading the address of a database: ``postgresql://user:password@host:port/name?option=value``."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

# Options of libpq that mean something to Pennypot's connections. Anything else is a slip of the pen,
# and a mistyped sslmode must not pass silently.
_OPTIONS = frozenset(
    {
        *("application_name", "client_encoding", "connect_timeout", "fallback_application_name", "hostaddr", "options"),
        *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "sslcrldir", "sslsni", "sslcertmode"),
        *("sslnegotiation", "ssl_min_protocol_version", "ssl_max_protocol_version", "channel_binding", "require_auth"),
        *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"),
        *(
            "target_session_attrs",
            "load_balance_hosts",
            "passfile",
            "service",
            "requirepeer",
            "gssencmode",
            "krbsrvname",
        ),
    }
)
_PLACES = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_EXAMPLE = "postgresql://pennypot:password@db.example.org:5432/pennypot"


def parse(url: str) -> dict[str, Any]:
    """Turn the address of a database into an entry of Django's ``DATABASES``.

    Parameters
    ----------
    url
        ``postgres://`` or ``postgresql://``; parts may be percent-encoded; several hosts may be given
        with commas; ``?host=/folder`` means a socket in that folder.

    Returns
    -------
    dict
        ``ENGINE``, ``NAME``, ``USER``, ``PASSWORD``, ``HOST``, ``PORT`` (text) and ``OPTIONS``.

    Raises
    ------
    ValueError
        The address cannot be read. The message never repeats the address, which may hold a password.

    Notes
    -----
    The form is that of PostgreSQL's manual, "Connection URIs" in the chapter on libpq.
    """
    scheme, mark, rest = url.strip().partition("://")
    if not mark or scheme.lower() not in ("postgres", "postgresql"):
        raise ValueError(f"The database address must begin with postgresql://, for example {_EXAMPLE}")
    if "#" in rest:
        raise ValueError("The database address holds a # sign: write it as %23.")
    rest, _, query = rest.partition("?")
    authority, _, name = rest.partition("/")
    if "/" in name:
        raise ValueError("The database's name in the address holds a slash: write it as %2F, or check the address.")
    login, _, hosts = authority.rpartition("@")
    user, _, password = login.partition(":")
    host, port = _hosts_and_ports(hosts)
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _decoded(name, "name"),
        "USER": _decoded(user, "user"),
        "PASSWORD": _decoded(password, "password"),
        "HOST": host,
        "PORT": port,
        "OPTIONS": {},
    }
    _apply_query(entry, query)
    _check(entry)
    return entry


def _hosts_and_ports(text: str) -> tuple[str, str]:
    """Split ``one:1,two:2`` into ``one,two`` and ``1,2``; an address in brackets may hold colons."""
    hosts, ports = [], []
    for part in text.split(","):
        found = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::([^:]*))?", part)
        if not found:
            raise ValueError(
                "The host in the database address cannot be read. A password with any of : / @ ? # must be "
                "percent-encoded (an @ is %40), and an IPv6 address stands in square brackets."
            )
        hosts.append(_decoded(found.group(1).strip("[]"), "host"))
        ports.append(found.group(2) or "")
    if not any(ports):
        return ",".join(hosts), ""
    return ",".join(hosts), ",".join(ports)


def _decoded(text: str, what: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise ValueError(f"A % sign in the {what} of the database address must be written as %25.")
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ValueError(f"The {what} in the database address is not percent-encoded UTF-8.") from None
    if "\0" in decoded:
        raise ValueError(f"The {what} in the database address holds a NUL byte (%00).")
    return decoded


def _apply_query(entry: dict[str, Any], query: str) -> None:
    """Put the options after the question mark into the entry."""
    if "@" in query:  # then the message below would repeat a piece of the password
        raise ValueError(
            "In the database address a ? before the last @ must be written as %3F, and an @ after it as %40."
        )
    seen = set()
    for pair in query.split("&") if query else []:
        key, mark, value = pair.partition("=")
        if not (key and mark):
            raise ValueError("What follows the ? in the database address must read option=value&option=value.")
        if key in seen:
            raise ValueError(f"The database address has an option more than once: {key}")
        seen.add(key)
        value = _decoded(value, key)
        if key in _PLACES:
            entry[_PLACES[key]] = value
        elif key == "ssl" and value == "true":  # as the manual allows, for JDBC's sake
            entry["OPTIONS"]["sslmode"] = "require"
        elif key in _OPTIONS:
            entry["OPTIONS"][key] = value
        else:
            raise ValueError(f"The database address has an option that PostgreSQL does not know: {key}")


def _check(entry: dict[str, Any]) -> None:
    if not entry["NAME"]:
        raise ValueError(f"The database address names no database: it goes last, after a slash, as in {_EXAMPLE}")
    for port in filter(None, str(entry["PORT"]).split(",")):
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("The port in the database address must be a number from 1 to 65535.")
    mode = entry["OPTIONS"].get("sslmode", "prefer")
    if mode not in _SSL_MODES:
        raise ValueError(f"The sslmode in the database address must be one of: {', '.join(_SSL_MODES)}.")
