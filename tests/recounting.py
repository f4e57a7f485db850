"""What somebody does at home with the files of a result: counts again, in two ways, and tries to cheat."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, without this project's settings."""
    bare = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=bare)


def pennypot(folder: Path, words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a page writes it: ``pennypot recount ...``."""
    return run(folder, sys.executable, "-m", *words.split())


def alone(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier with nothing but Python: no site packages, no settings, a folder with nothing else in it."""
    return run(folder, sys.executable, "-I", "-S", "verify.py", *arguments)


def with_one_byte_changed(evidence: Path, member: str, before: bytes, after: bytes) -> Path:
    """Return a copy of the evidence in which one byte of a file is another."""
    forged = evidence.with_name("forged.zip")
    assert len(before) == len(after) and sum(a != b for a, b in zip(before, after, strict=True)) == 1
    with zipfile.ZipFile(evidence) as whole, zipfile.ZipFile(forged, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in whole.infolist():
            content = whole.read(entry)
            if entry.filename == member:
                assert before in content
                content = content.replace(before, after, 1)
            copy.writestr(entry, content)
    return forged


def recount(taken: Path, kept_note: str, scratch: Path) -> None:
    """Count again with the commands of the page, with the single file alone, and with evidence that was changed."""
    commands = (taken / "commands.txt").read_text().splitlines()
    single, count, explain = commands
    counted = pennypot(taken, count)
    assert counted.returncode == 0, counted.stdout + counted.stderr
    explained = pennypot(taken, explain)
    assert explained.returncode == 0 and "A skate park" in explained.stdout, explained.stdout + explained.stderr

    evidence = taken / single.split()[-1]
    (taken / "kept.txt").write_text(kept_note)
    checked = pennypot(taken, f"pennypot verify {evidence.name} --checkpoint kept.txt")
    assert checked.returncode == 0, checked.stdout + checked.stderr

    empty = scratch / "empty"
    empty.mkdir()
    with zipfile.ZipFile(evidence) as archive:
        archive.extract("verify.py", empty)
    told = alone(empty, evidence, "--checkpoint", taken / "kept.txt")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "11 ballots are what their voters committed to; 0 do not hold." in told.stdout
    assert "Counted again: the same 2 projects win" in told.stdout

    changes = {
        "ballots.jsonl": (b'{"choices":[1,3]', b'{"choices":[1,2]'),
        "log.jsonl": (b'"replaces":2', b'"replaces":1'),
        "result.json": (b"3 14 22", b"3 14 23"),
    }
    for member, (before, after) in changes.items():
        forged = with_one_byte_changed(evidence, member, before, after)
        for said_no in (alone(empty, forged), pennypot(taken, f"pennypot verify {forged.name}")):
            assert said_no.returncode == 1, f"{member}: {said_no.stdout}{said_no.stderr}"
