"""Forgers of evidence: seven kinds, each with the log's own key, so that every file inside fits together.

A forger rewrites the log and everything that hangs on it (hashes, checkpoints, the result, the counts of the roll) as a
dishonest insider could. Only checkpoints that were kept outside give such work away; clumsier forgers, who do not
rewrite everything, must be caught by the files alone.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable

from nacl.signing import SigningKey

from pennypot.apps.voting.log import merkle, notes
from pennypot.apps.voting.log.leaves import canonical
from pennypot.apps.voting.verifier import NOTE, recount

Files = dict[str, bytes]


class Forger:
    """Evidence taken apart, to be changed and put together again."""

    def __init__(self, files: Files, key: SigningKey, draw: random.Random) -> None:
        self.files, self.key, self.draw = dict(files), key, draw
        self.config = json.loads(files["config.json"])
        self.roll = json.loads(files["roll.json"])
        self.result = json.loads(files["result.json"])
        self.leaves = [json.loads(line) for line in files["log.jsonl"].split(b"\n")[:-1]]
        self.bodies = {hashlib.sha256(line).hexdigest(): line for line in files["ballots.jsonl"].split(b"\n")[:-1]}
        self.sizes = [int(note[2]) for note in NOTE.findall(files["checkpoints.txt"].decode())]

    def casts(self) -> list[int]:
        """Leaves that count and that no other leaf speaks of."""
        spoken = {leaf.get("replaces", leaf.get("voids")) for leaf in self.leaves}
        return [
            at for at, leaf in enumerate(self.leaves)
            if leaf["type"] == "cast" and at not in spoken and "replaces" not in leaf
        ]  # fmt: skip

    def changed_votes(self) -> list[int]:
        return [at for at, leaf in enumerate(self.leaves) if "replaces" in leaf]

    def take(self, at: int) -> None:
        """Take a leaf out and close the gap."""
        gone = self.leaves.pop(at)
        self.bodies.pop(gone.get("commitment"), None)
        for leaf in self.leaves:
            for verb in ("replaces", "voids"):
                if leaf.get(verb, -1) > at:
                    leaf[verb] -= 1
        self.sizes = sorted({size - 1 if size > at else size for size in self.sizes})

    def new_body(self) -> bytes:
        """A ballot that nobody cast."""
        project = self.draw.choice(self.config["projects"])["id"]
        return canonical({"choices": [project], "nonce": self.draw.randbytes(16).hex(), "word": "forged"})

    def together(self, *, roots: bool = True) -> Files:
        """Put everything together so that it fits: hashes, counts, result, tally, checkpoints."""
        for at, leaf in enumerate(self.leaves):
            leaf["i"] = at
        self._settle()
        raw = [canonical(leaf) for leaf in self.leaves]
        self.files["log.jsonl"] = b"".join(line + b"\n" for line in raw)
        self.files["config.json"] = canonical(self.config)
        if roots:
            self._sign(raw)
        return self.files

    def _settle(self) -> None:
        out = {leaf[verb] for leaf in self.leaves for verb in ("replaces", "voids") if verb in leaf}
        counted = [leaf for at, leaf in enumerate(self.leaves) if "commitment" in leaf and at not in out]
        bodies = sorted((leaf["commitment"], self.bodies[leaf["commitment"]]) for leaf in counted
                        if leaf["commitment"] in self.bodies)  # fmt: skip
        self.files["ballots.jsonl"] = b"".join(body + b"\n" for _, body in bodies)
        ballots = Counter(tuple(json.loads(body)["choices"]) for _, body in bodies)
        head = self.files["ballots.pb"].decode().split("\nVOTES\n")[0]
        votes = [f"{at};{','.join(map(str, one))}" for at, one in enumerate(ballots.elements(), 1)]
        self.files["ballots.pb"] = (head + "\nVOTES\nvoter_id;vote\n" + "\n".join(votes) + "\n").encode()
        winners = recount(self.config, self.result, ballots) or []
        cost = {str(one["id"]): one["cost_pence"] for one in self.config["projects"]}
        self.result |= {
            "ballots": len(bodies),
            "winners": [int(one) for one in winners],
            "cost_pence": sum(cost[one] for one in winners),
        }
        self.roll["channels"] = dict(sorted(Counter(leaf["channel"] for leaf in counted).items()))
        self.roll["days"] = {"2027-05-03": len(counted)}
        self.files["roll.json"], self.files["result.json"] = canonical(self.roll), canonical(self.result)
        for leaf in self.leaves:
            if leaf["type"] == "open":
                leaf["config"] = _hex(canonical(self.config))
            elif leaf["type"] == "close":
                leaf["roll"] = _hex(self.files["roll.json"])
            elif leaf["type"] == "tally":
                leaf |= {"ballots": len(bodies), "pb": _hex(self.files["ballots.pb"]),
                         "result": _hex(self.files["result.json"])}  # fmt: skip

    def _sign(self, raw: list[bytes]) -> None:
        """Sign the new roots with the log's own key."""
        tree, wanted, made, origin = merkle.Tree(), {*self.sizes, len(raw)}, [], self.config["origin"]
        for line in raw:
            tree.add(merkle.leaf_hash(line))
            if tree.size in wanted:
                made.append(notes.sign(origin, notes.CheckpointText(origin, tree.size, tree.root).text, self.key))
        self.files["checkpoints.txt"] = "\n".join(made).encode()


def drop(forger: Forger) -> Files:
    """A ballot vanishes."""
    forger.take(forger.draw.choice(forger.casts()))
    return forger.together()


def alter(forger: Forger) -> Files:
    """A ballot is exchanged for another."""
    leaf, body = forger.leaves[forger.draw.choice(forger.casts())], forger.new_body()
    forger.bodies.pop(leaf["commitment"])
    leaf["commitment"] = _hex(body)
    forger.bodies[leaf["commitment"]] = body
    return forger.together()


def count_twice(forger: Forger) -> Files:
    """A changed vote counts beside the one that it replaced."""
    leaf = forger.leaves[forger.draw.choice(forger.changed_votes())]
    first, body = forger.leaves[leaf.pop("replaces")], forger.new_body()
    first["commitment"] = _hex(body)
    forger.bodies[first["commitment"]] = body
    return forger.together()


def reorder(forger: Forger) -> Files:
    """Two leaves change places."""
    one, other = forger.draw.sample(forger.casts(), 2)
    forger.leaves[one], forger.leaves[other] = forger.leaves[other], forger.leaves[one]
    return forger.together()


def cut_the_last(forger: Forger) -> Files:
    """The last ballots before the close never were."""
    for at in forger.casts()[-forger.draw.randrange(1, 4) :][::-1]:
        forger.take(at)
    return forger.together()


def undo_a_change(forger: Forger) -> Files:
    """A change of mind vanishes, and the first vote counts after all."""
    at = forger.draw.choice(forger.changed_votes())
    first, body = forger.leaves[forger.leaves[at]["replaces"]], forger.new_body()
    first["commitment"] = _hex(body)
    forger.take(at)
    forger.bodies[first["commitment"]] = body
    return forger.together()


def edit_the_budget(forger: Forger) -> Files:
    """There was more money, or less, or a project cost something else."""
    if forger.draw.random() < 0.5:
        forger.config["budget_pence"] += forger.draw.choice([-1, 1]) * forger.draw.randrange(1, 20_000) * 100
    else:
        forger.draw.choice(forger.config["projects"])["cost_pence"] += forger.draw.randrange(1, 5_000) * 100
    return forger.together()


KINDS: tuple[Callable[[Forger], Files], ...] = (
    drop, alter, count_twice, reorder, cut_the_last, undo_a_change, edit_the_budget,
)  # fmt: skip


def clumsily(files: Files, draw: random.Random) -> Files:
    """Change one byte of one file, or leave a line out: nothing else is made to fit."""
    name = draw.choice(["config.json", "log.jsonl", "ballots.jsonl", "roll.json", "result.json", "ballots.pb"])
    content = bytearray(files[name])
    if draw.random() < 0.5 and content.count(b"\n") > 1:
        lines = bytes(content).split(b"\n")
        lines.pop(draw.randrange(len(lines) - 1))
        return files | {name: b"\n".join(lines)}
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(7)
    return files | {name: bytes(content)}


def _hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
