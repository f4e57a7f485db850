"""Where the server listens: taken before anything slow is done, so that a port in use is said at once."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from pennypot.house.problems import Problem


@contextmanager
def socket_for(options: SimpleNamespace) -> Iterator[socket.socket]:
    """Give a bound socket, on which nobody is answered yet.

    Raises
    ------
    Problem
        The port is taken or may not be used, the address is not one of this machine, or a demonstration was asked to
        listen where others can reach it.
    """
    where = _addresses(options)
    if options.demo:
        refuse_public_demo(options, where)
    family, address = where[0]
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((address, options.port))
            # Linux lets two bind; only one may listen. Calls queue until we are ready.
            found.listen(2048)
        except (OSError, OverflowError) as problem:
            raise Problem(_why_not(problem, options)) from problem
        yield found
    finally:
        found.close()


def refuse_public_demo(options: SimpleNamespace, where: list[tuple[int, str]]) -> None:
    """In a demonstration everyone may enter every role, so nobody elsewhere may reach it.

    Raises
    ------
    Problem
        With the setting that would open it.
    """
    if not all(ipaddress.ip_address(address).is_loopback for _, address in where):
        raise Problem(
            "A demonstration lets anyone enter every role, so it listens only on this machine: "
            f"PENNYPOT_LISTEN is {options.listen}. Leave it out, or run `pennypot serve` without PENNYPOT_DEMO."
        )
    public = [
        name for name, value in (("PENNYPOT_ADDRESS", options.address), ("PENNYPOT_HOSTS", options.hosts)) if value
    ]
    if public and not _is_here(options):
        raise Problem(
            "A demonstration lets anyone enter every role, so it has no public address: "
            f"take {' and '.join(public)} out, or run `pennypot serve` without PENNYPOT_DEMO."
        )


def _is_here(options: SimpleNamespace) -> bool:
    hosts = [*options.hosts, *([options.address.split("://", 1)[1].split("/")[0]] if options.address else [])]
    return all(host.rsplit(":", 1)[0] in ("localhost", "127.0.0.1") for host in hosts)


def trusted_proxies(options: SimpleNamespace) -> list[str]:
    """Return whose word about the client is believed.

    A site that is reached over https and listens on loopback has its proxy on this machine: nobody else can call it.
    """
    if options.proxies or not options.address.startswith("https://"):
        return list(options.proxies)
    only_here = all(ipaddress.ip_address(address).is_loopback for _, address in _addresses(options))
    return ["127.0.0.1", "::1"] if only_here else []


def address_of(taken: socket.socket, options: SimpleNamespace) -> str:
    """Return the address to open in a browser."""
    if options.address:
        return str(options.address)
    host, port = taken.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _addresses(options: SimpleNamespace) -> list[tuple[int, str]]:
    try:
        found = socket.getaddrinfo(options.listen, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise Problem(
            f"PENNYPOT_LISTEN is {options.listen}, which is no address of this machine. "
            "Write an IP address such as 127.0.0.1, or leave it out."
        ) from None
    # An IPv4 address comes first: "localhost" means 127.0.0.1 to the browsers and proxies of a village hall.
    return sorted(
        ((family, str(end[0]).split("%")[0]) for family, _, _, _, end in found), key=lambda pair: ":" in pair[1]
    )


def _why_not(problem: Exception, options: SimpleNamespace) -> str:
    number = getattr(problem, "errno", None)
    if number == errno.EADDRINUSE:
        return (
            f"Port {options.port} is taken, perhaps by another Pennypot. Stop that one, or choose another port: "
            f"PORT={8001 if options.port != 8001 else 8002} pennypot ..."
        )
    if number == errno.EACCES:
        return f"Port {options.port} is for administrators. Choose one above 1023, for example PORT=8000."
    if number == errno.EADDRNOTAVAIL:
        return f"PENNYPOT_LISTEN is {options.listen}, which is no address of this machine."
    return f"Pennypot cannot listen on {options.listen}, port {options.port}: {problem}."
