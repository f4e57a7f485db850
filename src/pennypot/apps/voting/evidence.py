"""The evidence: one ZIP with everything that anybody needs to check an election and to count it again."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

from pennypot.apps.voting.counting import Counted, Opened
from pennypot.apps.voting.log.leaves import canonical
from pennypot.apps.voting.models import Election

VERIFIER = Path(__file__).parent / "verifier.py"
# One moment for every file, so that the same evidence is the same ZIP, byte for byte.
_MOMENT = (1980, 1, 1, 0, 0, 0)

READ_ME = """\
The evidence of an election: {place}, {round}
Origin of its log: {origin}

config.json       what was frozen before voting: the projects, the money, the rule, the public keys
log.jsonl         the log: one leaf a line, in order
checkpoints.txt   signed notes on the log's size and root
ballots.jsonl     the ballots that count, opened, in the order of their SHA-256 (no order of casting)
roll.json         how many voted, by channel and by day
result.json       the result, the public draw, and what could not be counted
ballots.pb        the ballots for counting programs (Pabulib format)
certificate.json  the count's certificate
verify.py         checks all of this and counts again

To check it you need Python 3.11 or later and nothing else:

    python3 verify.py {name} --checkpoint A-NOTE-YOU-KEPT.txt

Take verify.py from somewhere else than this file if you can, and give it checkpoints that you were sent while people
voted: they show that nobody changed the log afterwards. With Pennypot installed: pennypot verify {name}
and pennypot recount certificate.json ballots.pb.
"""


def write_evidence(target: Path, election: Election, opened: Opened, counted: Counted) -> None:
    """Write the ZIP. The log must already end with its tally leaf, and a checkpoint must cover it."""
    config = election.config
    leaves = election.events.order_by("index").values_list("leaf", flat=True)
    notes = election.checkpoints.order_by("size").values_list("note", flat=True)
    read_me = READ_ME.format(
        place=config["place"], round=config["round"], origin=election.origin, name=f"evidence-{election.round.slug}.zip"
    )
    # Until the result is published nobody but this server reads it: it holds every opened ballot.
    whole = os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")
    with whole, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        _add(archive, "README.txt", read_me.encode())
        _add(archive, "config.json", canonical(config))
        _add(archive, "log.jsonl", b"".join(bytes(leaf) + b"\n" for leaf in leaves.iterator(10_000)))
        _add(archive, "checkpoints.txt", "\n".join(notes).encode())
        _add(archive, "ballots.jsonl", b"".join(body + b"\n" for body in opened.bodies))
        _add(archive, "roll.json", canonical(election.roll_counts))
        _add(archive, "result.json", canonical(counted.result))
        _add(archive, "ballots.pb", counted.pb.encode())
        _add(archive, "certificate.json", _readable(counted.certificate))
        _add(archive, "verify.py", VERIFIER.read_bytes())


def _readable(data: dict[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
