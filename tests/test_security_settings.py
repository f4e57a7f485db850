"""Checks of what a real site is given: cookies and headers over https, patterns, deeds, licences, secrets, locks.

Numbers are those of the security checklist: 28 deeds, 30 cookies, 31 headers, 47 patterns, 62 what we build upon.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest

import pennypot

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(pennypot.__file__).parent

# 30 and 31

OVER_HTTPS = """
import json
import django
django.setup()
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.test import Client, RequestFactory
client = Client()
plain = client.get("/accessibility/", headers={"host": "pennypot.example"})
page = client.get("/accessibility/", headers={"host": "pennypot.example"}, secure=True)
client.post("/language/", {"language": "cy"}, headers={"host": "pennypot.example"}, secure=True)
settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
def view(request):
    request.session["kept"] = "something"
    return HttpResponse()
client.cookies.update(SessionMiddleware(view)(RequestFactory().get("/", secure=True)).cookies)
print(json.dumps({
    "plain": [plain.status_code, plain["Location"]],
    "headers": dict(page.headers),
    "cookies": {name: dict(kept) for name, kept in client.cookies.items()},
}))
"""


@pytest.fixture(scope="module")
def over_https() -> dict:
    """Ask a site whose address is https, in a process of its own: settings are made once."""
    given = {"PENNYPOT_ADDRESS": "https://pennypot.example", "PENNYPOT_TESTING": "1"}
    given |= {"DATABASE_URL": "postgresql:///nowhere", "DJANGO_SETTINGS_MODULE": "pennypot.house.settings"}
    said = subprocess.run([sys.executable, "-c", OVER_HTTPS], env=os.environ | given, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout.splitlines()[-1])


def test_s30_over_https_every_cookie_is_bound_to_this_host_and_kept_from_scripts(over_https):
    assert set(over_https["cookies"]) == {"__Host-session", "__Host-csrf", "__Host-language"}
    for name, kept in over_https["cookies"].items():
        assert kept["secure"] is True, name
        assert kept["httponly"] is True, name
        assert kept["samesite"] == "Lax", name
        # A browser takes a __Host- cookie only so.
        assert kept["path"] == "/", name
        assert kept["domain"] == "", name


def test_s31_over_https_browsers_are_told_to_stay_there(over_https):
    assert over_https["plain"] == [301, "https://pennypot.example/accessibility/"]
    assert over_https["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "default-src 'self'" in over_https["headers"]["Content-Security-Policy"]


# 28


def _actions() -> dict[str, dict[str, ast.FunctionDef]]:
    """Return the functions of each room's actions, by room and name."""
    found: dict[str, dict[str, ast.FunctionDef]] = {}
    for room in sorted((PACKAGE / "apps").iterdir()):
        for path in [room / "actions.py", *sorted((room / "actions").glob("*.py"))]:
            if path.is_file():
                tree = ast.parse(path.read_text(encoding="utf-8"))
                functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
                found.setdefault(room.name, {}).update(functions)
    return found


def _reaches(name: str, functions: dict[str, ast.FunctionDef]) -> set[str]:
    """Return the names of everything that a function calls, and what of the same room that calls, and so on."""
    called: set[str] = set()
    waiting = [name]
    while waiting:
        for node in ast.walk(functions[waiting.pop()]):
            if isinstance(node, ast.Call):
                said = ast.unparse(node.func)
                last = said.rsplit(".", 1)[-1]
                if last in functions and last not in called:
                    waiting.append(last)
                called |= {said, last}
    return called


WRITES = re.compile(r"^(create|update|delete|save|get_or_create|update_or_create|bulk_create|bulk_update|add|remove)$")
# What no person decides: the system does it by itself, or as a part of a verb that leaves the deed.
WITHOUT_A_DEED = {
    ("budgets", "read_now"): "the worker reads what was received, which is the deed",
    ("budgets", "forget_files"): "the nightly round removes files of uploads that were thrown away, which is the deed",
    ("budgets", "remember"): "a part of keeping rows, which is the deed",
    ("fund", "open_ledger"): "a part of the first entry, which is the deed",
    ("fund", "accounts"): "a part of the entry that needs them, which is the deed",
    ("fund", "check_ledger"): "the nightly round notes what it found",
    ("fund", "check_all_ledgers"): "the nightly round notes what it found",
    # Nobody is named in a game alone, and what somebody chooses there is nobody else's.
    ("game", "choose_alone"): "a game alone is nobody's",
    ("game", "forget_alone"): "a game alone is nobody's",
    ("game", "forget_unsent"): "the nightly round removes games that nobody finished",
    # A table's log of moves is its record: append-only, and without names.
    ("game", "make_move"): "the table's log holds it",
    ("game", "make_chosen_move"): "the table's log holds it",
    ("game", "sit_down"): "people sit without an account; the table's log holds that a seat was taken",
    ("game", "get_up"): "people sit without an account; the table's log holds that a seat was left",
    ("game", "mark_vacant"): "the table's log holds it; the facilitator's is a verb of its own",
    ("game", "ask_for_help"): "a table calls without an account; who answers leaves the deed",
    ("game", "make_tables"): "a part of planning an evening, which is the deed",
    ("game", "new_card"): "a part of renewing a card, which is the deed",
    ("game", "turned"): "a part of what a facilitator does, which is the deed",
    ("rounds", "write_once"): "a letter is a row of its own; what it tells of is the deed",
    ("rounds", "tell_decision"): "a letter is a row of its own; the decision is the deed",
    ("rounds", "tell_cost"): "a letter is a row of its own; the new cost is the deed",
    ("rounds", "add_evidence"): "a part of the count, which is the deed",
    ("rounds", "tell_openings"): "the schedule notes which letters went out",
    ("talk", "open_thread"): "a part of sending a proposal in, which is the deed",
    ("voting", "prepare_election"): "a part of making the keys, which is the deed",
    ("voting", "make_checkpoint"): "a checkpoint is a signed record of its own",
    # A deed has a person and a time: there is none of how somebody came to vote.
    ("voting", "enter_with_code"): "no deed ties a voter to a time",
    ("voting", "ask_for_link"): "no deed ties a voter to a time",
    ("voting", "make_link"): "no deed ties a voter to a time",
    ("voting", "enter_with_link"): "no deed ties a voter to a time",
    ("voting", "ask_for_text"): "no deed ties a voter to a time",
    ("voting", "enter_with_text"): "no deed ties a voter to a time",
    ("voting", "enter_with_provider"): "no deed ties a voter to a time",
    ("voting", "say_area"): "no deed ties a voter to a time",
    ("voting", "make_part"): "the worker makes what was asked for, which is the deed",
    ("voting", "forget_old_letters"): "the nightly round removes what was not fetched in a day",
    ("voting", "forget_addresses"): "a part of making letters, which is the deed",
}


@pytest.mark.parametrize(
    ("room", "name"),
    [(room, name) for room, functions in _actions().items() for name in functions if not name.startswith("_")],
)
def test_s28_every_verb_that_writes_leaves_a_deed(room, name):
    called = _reaches(name, _actions()[room])
    writes = {one for one in called if WRITES.match(one)}
    leaves_one = "deeds.record" in called
    if (room, name) in WITHOUT_A_DEED:
        assert writes
        assert not leaves_one, "take it off the list"
    else:
        assert leaves_one or not writes, writes


def test_s28_every_exception_is_a_verb_that_is_there():
    actions = _actions()
    assert [key for key in WITHOUT_A_DEED if key[1] not in actions[key[0]]] == []


# 47

PIECES = [
    " ",
    "0",
    "1",
    ",",
    ".",
    "-",
    "a",
    "A",
    "a ",
    "1,",
    "1,111",
    "1.1",
    "/",
    "%",
    "<",
    "a@",
    "a.",
    '"',
    '""',
    "\t",
    ":",
]


def _patterns() -> list[tuple[str, re.Pattern]]:
    """Every pattern that our modules hold or compile; those of reading files have a test of their own."""
    found = {}
    for module in pkgutil.walk_packages([str(PACKAGE)], "pennypot."):
        parts = module.name.split(".")
        if {"tests", "testing", "migrations", "__main__", "reading", "settings", "asgi"} & set(parts):
            continue
        source = Path(importlib.util.find_spec(module.name).origin)
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in PATTERN_MAKERS and node.args:
                given = node.args[0]
                literal = isinstance(given, ast.Call) and ast.unparse(given.func) == "re.escape"
                assert literal or isinstance(given, ast.Constant | ast.Name | ast.JoinedStr), (
                    f"{source}: {ast.unparse(node)}"
                )
                if isinstance(given, ast.Constant):
                    found[f"{module.name}:{node.lineno}"] = re.compile(given.value)
    return sorted(found.items())


PATTERN_MAKERS = {f"re.{verb}" for verb in ("compile", "match", "search", "fullmatch", "sub", "split", "findall")}
PATTERN_MAKERS |= {"RegexValidator"}


def test_s47_no_pattern_of_ours_takes_long_on_any_text():
    patterns = _patterns()
    assert len(patterns) > 15
    slow = []
    for where, pattern in patterns:
        for piece in PIECES:
            text = piece * (5_000 // len(piece))
            for attempt in (text + "!", "1" + text, "a" + text + "\n"):
                given = attempt.encode() if isinstance(pattern.pattern, bytes) else attempt
                began = time.process_time()
                pattern.fullmatch(given)
                for _ in zip(pattern.finditer(given), range(50), strict=False):
                    pass
                if time.process_time() - began > 0.3:
                    slow.append((where, piece))
    assert slow == []


# 62

# In the words of package metadata. LGPL is a library beside ours (psycopg); MPL is by file (certifi).
ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Python-2\.0|MPL|Mozilla Public|LGPL|Lesser General|Zlib|"
    r"Unlicense|Public Domain|CC0|0BSD|PostgreSQL|HPND",
    re.IGNORECASE,
)
REFUSED = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )General Public License", re.IGNORECASE)


def _locked(name: str) -> list[tuple[str, str]]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE)


def _licence(name: str) -> str:
    about = metadata.metadata(name)
    classified = " ".join(line for line in about.get_all("Classifier") or [] if line.startswith("License"))
    said = f"{about.get('License-Expression') or ''} {classified}".strip()
    # Some put the whole text there, or only into a file; its first lines name it.
    written = (about.get("License") or "").strip()
    files = [path for path in metadata.files(name) or [] if re.match(r"LICEN[CS]E|COPYING", path.name)]
    return said or written.split("\n")[0] or (files[0].read_text()[:200] if files else "")


@pytest.mark.parametrize("name", ["run", "dev"])
def test_s62_everything_we_build_upon_has_a_licence_that_lets_anyone_use_it(name):
    locked = _locked(name)
    assert len(locked) > 30
    unknown, refused = [], []
    for package in sorted({package for package, _version in locked}):
        try:
            installed = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue  # for another system
        assert (package, installed) in locked, f"{package}: install requirements/{name}.txt again"
        said = _licence(package)
        if REFUSED.search(said):
            refused.append((package, said))
        elif not ALLOWED.search(said):
            unknown.append((package, said))
    assert refused == []
    assert unknown == []


@pytest.mark.parametrize("name", ["run", "dev", "bench"])
def test_s62_locks_pin_every_file_and_name_no_host(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    # One entry is the lines up to one that does not go on.
    entries = [entry for entry in re.split(r"(?<!\\)\n", text) if entry.strip() and not entry.lstrip().startswith("#")]
    assert len(entries) == len(_locked(name))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}",
    "a key of a cloud": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of a code host": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,}|glpat-[A-Za-z0-9_-]{20,})\b",
    "a token of a payment or chat service": r"\b(?:sk_live_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{20,})\b",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}",
    "a password in an address": r"\b[a-z]+://[^\s/:@\"'{}<>]+:(?!password@|secret@|pw@|p%40ss|\.\.\.)[^\s/:@\"'{}<>]{6,}@[a-z0-9.-]+\.(?:com|org|net|uk|io)\b",
}  # fmt: skip


def test_s62_no_secret_is_among_the_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("Not a git checkout, so there is no list of what is published.")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [(name, what) for what, pattern in SECRETS.items() if re.search(pattern, text)]
    assert found == []


def test_s62_a_secret_would_be_found():
    key = "-----BEGIN RSA PRIVATE " + "KEY-----\n" + "A" * 64
    assert re.search(SECRETS["a private key"], key)
    assert re.search(SECRETS["a key of a cloud"], "AKIA" + "ABCDEFGHIJKLMNOP")
    assert re.search(SECRETS["a password in an address"], "smtp://someone:" + "hunter22@mail.example.org")
