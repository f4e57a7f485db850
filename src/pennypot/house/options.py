"""Every setting Pennypot reads from the environment, in one table.

Each option has a name, a kind, a default and a sentence for the reference page (a test fails when the page lacks one).
A secret may be given by ``NAME_FILE``, the path of a file that holds it. An unknown ``PENNYPOT_*`` name or a bad value
stops the start with a message that says which and why: a typing slip must not silently mean the default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class BadSettings(SystemExit):
    """Stops the program with every bad setting named."""


@dataclass(frozen=True)
class Option:
    """One setting.

    Parameters
    ----------
    name
        Environment variable.
    default
        Text taken when it is not set.
    read
        Turns the text into a value; raises ValueError with words that say what is expected.
    help
        One sentence for the reference.
    secret
        Whether ``NAME_FILE`` is read too and the value is never printed.
    """

    name: str
    default: str
    read: Callable[[str], Any]
    help: str
    secret: bool = False

    @property
    def key(self) -> str:
        """Name in code: ``PENNYPOT_MAIL_FROM`` becomes ``mail_from``."""
        return self.name.removeprefix("PENNYPOT_").lower()


def text(value: str) -> str:
    return value.strip()


def yes_or_no(value: str) -> bool:
    known = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}
    try:
        return known[value.strip().lower()]
    except KeyError:
        raise ValueError("write yes or no") from None


def number(value: str) -> int:
    try:
        found = int(value)
    except ValueError:
        raise ValueError("write a whole number") from None
    if found < 0:
        raise ValueError("write a number that is not negative")
    return found


def port(value: str) -> int:
    found = number(value)
    if not 1 <= found <= 65535:
        raise ValueError("write a number from 1 to 65535")
    return found


def words(value: str) -> list[str]:
    return [part for part in value.replace(",", " ").split() if part]


def one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError("write one of: " + ", ".join(choices))
        return value

    return read


def calling_code(value: str) -> str:
    if not value.isascii() or not value.isdigit() or not 1 <= len(value) <= 3:
        raise ValueError("write one to three figures, such as 44")
    return value


def web_address(value: str) -> str:
    if value and not value.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError("write an address that starts with https://")
    return value.rstrip("/")


OPTIONS: tuple[Option, ...] = (
    Option("PENNYPOT_HOME", "", text, "Folder that holds the database, uploads, keys and logs; by default the platform's user data folder, or /var/lib/pennypot as root."),
    Option("DATABASE_URL", "", text, "A PostgreSQL server of your own (postgresql://user:password@host/name); by default Pennypot runs its own.", secret=True),
    Option("PORT", "8000", port, "Port to listen on."),
    Option("PENNYPOT_LISTEN", "127.0.0.1", text, "Address to listen on; put a proxy that speaks https in front."),
    Option("PENNYPOT_DEMO", "no", yes_or_no, "Demonstration: every role can be entered without signing in. Refuses to listen on anything but loopback. Set by `pennypot demo`."),
    Option("PENNYPOT_ADDRESS", "", web_address, "The public address of this installation (https://...); needed to serve people, for links in mail, passkeys and allowed hosts."),
    Option("PENNYPOT_HOSTS", "", words, "Other host names that are answered, separated by spaces."),
    Option("PENNYPOT_PROXIES", "", words, "IP addresses of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."),
    Option("PENNYPOT_SECRET_KEY", "", text, "Key that signs sessions and links (50 letters or more); by default one is made and kept in the home folder.", secret=True),
    Option("PENNYPOT_MAIL_URL", "", text, "Mail server: smtp://user:password@host:587 or smtps://...; without it mail is written to files in the home folder.", secret=True),
    Option("PENNYPOT_MAIL_FROM", "Pennypot <pennypot@localhost>", text, "The sender of mail."),
    Option("PENNYPOT_LANGUAGE", "en", one_of("en", "cy", "pl"), "Language shown to people whose browser asks for none that we have."),
    Option("PENNYPOT_TIME_ZONE", "Europe/London", text, "Time zone of dates on pages."),
    Option("PENNYPOT_OIDC_NAME", "", text, "Name on the button of an OpenID Connect provider (GOV.UK One Login or any other)."),
    Option("PENNYPOT_OIDC_SERVER", "", web_address, "Address of that provider's discovery document."),
    Option("PENNYPOT_OIDC_CLIENT", "", text, "Client id given by that provider."),
    Option("PENNYPOT_OIDC_SECRET", "", text, "Client secret given by that provider.", secret=True),
    Option("PENNYPOT_OIDC_SECOND_FACTOR", "no", yes_or_no, "Whether signing in by that provider counts as a second factor; say yes only when the provider itself asks everyone for one."),
    Option("PENNYPOT_SMS_PROVIDER", "", text, "Who sends text messages with voting codes: console (writes them to the terminal, for demonstrations) or a class of your own as module:Class; without it nobody votes by text."),
    Option("PENNYPOT_SMS_COUNTRY", "44", calling_code, "Calling code of phone numbers that are written without one."),
    Option("PENNYPOT_SMS_PENCE", "4", number, "What one text message costs, in pence."),
    Option("PENNYPOT_SMS_PENCE_A_DAY", "2000", number, "The most that text messages may cost on one day, in pence; after that none is sent until the next day."),
    Option("PENNYPOT_SMS_VOTERS_A_PHONE", "1", number, "How many people may vote with the same phone (1 or 2)."),
    Option("PENNYPOT_UPLOAD_LIMIT_MB", "200", number, "Largest file that officers may upload, in megabytes."),
    Option("PENNYPOT_WORKER", "yes", yes_or_no, "Whether `serve` also runs the worker for long jobs; say no when `pennypot worker` runs apart."),
    Option("PENNYPOT_SECURITY_CONTACT", "", text, "Where to report a security problem (mailto: or https:), shown in /.well-known/security.txt."),
)  # fmt: skip


def read_options(environ: Mapping[str, str]) -> SimpleNamespace:
    """Read every option from the environment.

    Returns
    -------
    SimpleNamespace
        One attribute an option (`Option.key`), and ``given``, the set of names that were set.

    Raises
    ------
    BadSettings
        With one line for each setting that is unknown, given twice or cannot be read.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    given: set[str] = set()
    known = {option.name for option in OPTIONS} | {f"{option.name}_FILE" for option in OPTIONS if option.secret}
    for name in sorted(environ):
        if name.startswith("PENNYPOT_") and name not in known and name not in OUTSIDE_THE_SERVER:
            problems.append(f"{name} is not a setting of Pennypot; see docs/reference/settings.md.")
    for option in OPTIONS:
        raw = _raw_value(option, environ, problems)
        if raw is not None:
            given.add(option.name)
        try:
            values[option.key] = option.read(option.default if raw is None else raw)
        except ValueError as problem:
            shown = "" if option.secret else f" (it is {raw!r})"
            problems.append(f"{option.name}: {problem}{shown}.")
            values[option.key] = None
    if problems:
        raise BadSettings("Pennypot cannot start with these settings:\n  " + "\n  ".join(problems))
    return SimpleNamespace(**values, given=given)


# Names that tests and benchmarks read, and the server does not.
OUTSIDE_THE_SERVER = frozenset({"PENNYPOT_SHARED", "PENNYPOT_TESTING"})


def _raw_value(option: Option, environ: Mapping[str, str], problems: list[str]) -> str | None:
    raw = environ.get(option.name)
    path = environ.get(f"{option.name}_FILE") if option.secret else None
    if path is None:
        return raw
    if raw is not None:
        problems.append(f"{option.name} and {option.name}_FILE are both set; keep one.")
        return raw
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        problems.append(f"{option.name}_FILE: {path} cannot be read ({problem}).")
        return None
