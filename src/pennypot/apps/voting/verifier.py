#!/usr/bin/env python3
"""Check an election's evidence and count it again. One file; it needs Python 3.11 or later and nothing else.

    python3 verify.py EVIDENCE.zip --checkpoint NOTE.txt [--checkpoint ANOTHER.txt ...]

A checkpoint is a note that you were sent, or copied from the election's page, while people voted. It is what shows that
nobody changed the log afterwards; without one, all that can be shown is that the evidence fits together.
What is checked, and why, is told in words at docs/algorithms/ballot-log.md of Pennypot.
"""

import argparse
import base64
import hashlib
import heapq
import json
import re
import sys
import zipfile
from collections import Counter
from fractions import Fraction
from math import lcm
from pathlib import Path

FILES = ("config.json", "log.jsonl", "checkpoints.txt", "ballots.jsonl", "roll.json", "result.json", "ballots.pb")
# A signed note: origin, leaves, root; then who signed, and the signature.
NOTE = re.compile(r"(([^\n]+)\n(\d+)\n([A-Za-z0-9+/=]+)\n)\n— ([^ \n]+) ([A-Za-z0-9+/=]+)\n")


class Wrong(Exception):
    """Something does not hold; the words say what."""


def need(holds, words):
    if not holds:
        raise Wrong(words)


def sha256(content):
    return hashlib.sha256(content).digest()


def canonical(data):
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# Ed25519 (RFC 8032): points of the curve as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def point(raw):
    """Read a point from 32 bytes; None where there is none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signature_holds(public, message, signature):
    """Whether an Ed25519 signature is by this key over this message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    minus = (P - key[0], key[1], 1, P - key[3])
    steps, total = {1: BASE, 2: minus, 3: add(BASE, minus)}, (0, 1, 1, 0)
    for bit in range(255, -1, -1):  # s * BASE - k * key, both at once
        total = add(total, total)
        step = (s >> bit & 1) | (k >> bit & 1) << 1
        total = add(total, steps[step]) if step else total
    return not ((total[0] - nonce[0] * total[2]) % P or (total[1] - nonce[1] * total[2]) % P)


def check_note(note, config, roots, leaves, mine):
    """Check a checkpoint: of this election, signed by its key, and with the root that the log has there."""
    text, origin, size, root, name, signature = note
    name_of_key, key_id, key = config["log_key"].split("+", 2)
    words = f"{'your' if mine else 'the'} checkpoint at {size} leaves"
    need(origin == config["origin"] and name == name_of_key, f"{words} is another election's")
    need(int(size) in roots, f"{words} is longer than the log, which has {leaves}: the end was cut off")
    need(roots[int(size)] == base64.b64decode(root), f"{words} has another root: the log was changed")
    raw, public = base64.b64decode(signature), base64.b64decode(key)[1:]
    signed = raw[:4].hex() == key_id and signature_holds(public, text.encode(), raw[4:])
    need(signed, f"{words} is not signed by this election's key")


def roots_at(leaves, sizes):
    """The log's root at each of these sizes (RFC 9162, section 2.1)."""
    edge, found = [], {}
    for index, leaf in enumerate(leaves):
        node, rest = sha256(b"\x00" + leaf), index
        while rest & 1:
            node, rest = sha256(b"\x01" + edge.pop() + node), rest >> 1
        edge.append(node)
        if index + 1 in sizes:
            root = edge[-1]
            for left in reversed(edge[:-1]):
                root = sha256(b"\x01" + left + root)
            found[index + 1] = root
    return found


class Log:
    """The log's leaves, read by the rules: what was cast, what was replaced, what is void."""

    def __init__(self, content):
        self.raw = content.split(b"\n")[:-1]
        self.leaves = [json.loads(line) for line in self.raw]
        self.ballots, self.out, commitments, self.at_close, self.close, self.tally = {}, set(), set(), None, None, None
        for index, (raw, leaf) in enumerate(zip(self.raw, self.leaves, strict=True)):
            need(canonical(leaf) == raw and leaf["i"] == index, f"leaf {index} is not written as leaves are")
            kind = leaf["type"]
            need(self.tally is None, "something follows the tally, which must be the last leaf")
            need((kind == "open") == (index == 0) and (kind == "keys") == (index == 1), f"leaf {index} is misplaced")
            if kind in ("cast", "paper"):
                need(self.close is None, f"leaf {index} was cast after the close")
                need(leaf["commitment"] not in commitments, f"leaf {index} repeats another ballot")
                commitments.add(leaf["commitment"])
                if "replaces" in leaf:
                    self._take_out(index, "replaces", leaf["replaces"], ("cast",) if kind == "cast" else ())
                self.ballots[index] = leaf
            elif kind == "void":
                self._take_out(index, "voids", leaf["voids"], ("cast", "paper"))
            elif kind == "close":
                need(self.close is None, "the election was closed twice")
                self.close, self.at_close = leaf, self.counted()
            else:
                need(index < 2 or kind == "tally", f"leaf {index} is of no known kind")
                self.tally = leaf if kind == "tally" else None
        need(self.close and self.tally, "the log does not end with a close and a tally: something was cut off")

    def _take_out(self, index, verb, target, kinds):
        found = self.ballots.get(target, {"type": None})["type"]
        need(found in kinds, f"leaf {index} {verb} something that is no such ballot")
        need((verb, target) not in self.out, f"leaf {index} {verb} what was taken out before")
        self.out.add((verb, target))

    def counted(self):
        """Ballots that count: neither replaced nor void, by index."""
        return {at: leaf for at, leaf in self.ballots.items() if not {("replaces", at), ("voids", at)} & self.out}


def holds(config, cost, choices):
    """Whether the choices of one ballot hold against the ballot form; each project's cost is given by its number."""
    try:
        pairs = [(one[0], one[1]) if config["form"] == "points" else (one, 1) for one in choices]
        proper = all(type(n) is int and n in cost and type(points) is int and points > 0 for n, points in pairs)
        if not pairs or not proper or len({number for number, _ in pairs}) < len(pairs):
            return False
    except (TypeError, IndexError, KeyError):
        return False
    spent, given = sum(cost[number] for number, _ in pairs), sum(points for _, points in pairs)
    fits = config["form"] != "knapsack" or spent <= config["budget_pence"]
    fits = fits and (config["form"] != "points" or config["points"] is None or given <= config["points"])
    return fits and (config["max_choices"] is None or len(pairs) <= config["max_choices"])


class Count:
    """One election, or the part of it that a pot pays for. Money is in whole pence."""

    def __init__(self, config, rule, ballots, members, budget):
        self.rule, self.budget, self.form, self.voters = rule, budget, config["form"], 0
        self.usual = {"cost": "votes", "count": "votes-per-cost", "points": "points"}[rule["utility"]]
        self.by_points = rule["utility"] == "points"
        self.cost = {str(one["id"]): one["cost_pence"] for one in config["projects"] if one["id"] in members}
        self.points = dict.fromkeys(self.cost, 0)
        self.fans = {project: ([], []) for project in self.cost}  # who pays for it, and how many times the price
        for choices, times in ballots.items():
            pairs = choices if self.form == "points" else [(number, 1) for number in choices]
            pairs = [(str(number), points) for number, points in pairs if number in members]
            if self.form == "rank":
                pairs = [(p, len(pairs) - at - 1 + rule["last_place"]) for at, (p, _) in enumerate(pairs)]
            for project, points in pairs:
                if points > 0:
                    self.points[project] += points * times
                    self.fans[project][0].extend(range(self.voters, self.voters + times))
                    self.fans[project][1].extend([points if self.by_points else 1] * times)
            self.voters += times if pairs else 0
        self.votes = {c: len(voters) for c, (voters, _) in self.fans.items()}
        score = self.points if self.form in ("points", "rank") else self.votes
        self.can = {c for c in self.cost if self.votes[c] and score[c] >= rule["threshold"]} - set(rule["withdrawn"])
        self.rivals = {c: {r for g in rule["exclusive"] if c in g for r in g} - {c} for c in self.cost}
        keys = rule["ties"] if {"lot", "id"} & set(rule["ties"]) else [*rule["ties"], "lot"]
        self.rank = {c: (*(self._tie(key, c) for key in keys), c) for c in self.cost}

    def _tie(self, key, c):
        lot = hashlib.sha256(f"{self.rule['seed']}\n{c}".encode()).hexdigest()
        return {"lot": lot, "votes": -self.votes[c], "points": -self.points[c], "cost": self.cost[c], "id": c}[key]

    def winners(self):
        if self.rule["rule"] == "greedy":
            return self.greedy([], self.budget, self.rule["measure"] or self.usual, self.rule["too_dear"] == "stop")
        start, step = Fraction(self.budget, max(1, self.voters)), Fraction(self.rule["step"]) * 100
        start = Fraction(start // 100 * 100) if self.rule["start"] == "whole" else start
        won = self.shares(start)
        while self.rule["completion"] == "add1" and not self._finished(won):
            more, start = self.shares(start + step), start + step
            if self.left(more) < 0:
                break
            won = more
        if self.rule["completion"] == "greedy":
            won += self.greedy(won, self.left(won), "points-per-cost" if self.by_points else self.usual)
        return won

    def left(self, won):
        return self.budget - sum(self.cost[c] for c in won)

    def _finished(self, won):
        waiting = [self.cost[c] for c in self.can - set(won).union(*(self.rivals[c] for c in won))]
        return not waiting or (self.rule["stop"] == "exhaustive" and min(waiting) > self.left(won))

    def greedy(self, won, left, measure, stop=False):
        """The best first, then the next, passing over what does not fit (or stopping there)."""
        base = self.votes if measure.startswith("votes") else self.points
        value = {c: Fraction(base[c], self.cost[c]) if measure.endswith("per-cost") else base[c] for c in self.cost}
        taken, found = set(won), []
        for c in sorted(self.can - taken, key=lambda c: (-value[c], self.rank[c])):
            if self.cost[c] <= left and not self.rivals[c] & taken:
                left -= self.cost[c]
                taken.add(c)
                found.append(c)
            elif stop and not self.rivals[c] & taken:
                break
        return found

    def shares(self, endowment):
        """Equal Shares for one endowment. Money is in whole parts of a penny that every payment divides."""
        # Who holds the same money shares a purse; nothing is in the first.
        money, purse, unit, won, gone = [0, endowment.numerator], [1] * self.voters, endowment.denominator, [], set()
        # A price never falls, so the least one that was ever worked out comes first and is worked out again.
        queue = sorted((Fraction(0), self.rank[c], c, -1) for c in self.can)
        while queue:
            key, rank, c, when = heapq.heappop(queue)
            if c in gone:
                continue
            if when < len(won):
                price = self._price(c, money, unit, purse)
                if price is not None:
                    key = price / self.cost[c] if self.rule["utility"] == "cost" else price
                    heapq.heappush(queue, (key, rank, c, len(won)))
                continue
            price = key * self.cost[c] if self.rule["utility"] == "cost" else key
            finer = lcm(unit, price.denominator)
            money, unit = [m * (finer // unit) for m in money], finer
            due = price.numerator * (finer // price.denominator)
            after = {}
            for voter, points in zip(*self.fans[c], strict=True):
                kind = purse[voter], points
                if kind not in after:
                    money.append(money[kind[0]] - due * points)
                    after[kind] = len(money) - 1 if money[-1] > 0 else 0
                purse[voter] = after[kind]
            won.append(c)
            gone |= self.rivals[c] | {c}
        return won

    def _price(self, c, money, unit, purse):
        """What each supporter pays (for each point) when nobody pays more than they have; None if it is too dear."""
        kinds = Counter(zip(map(purse.__getitem__, self.fans[c][0]), self.fans[c][1], strict=True))
        fans = [(money[held], points, number) for (held, points), number in kinds.items() if held]
        fans.sort(key=(lambda fan: Fraction(fan[0], fan[1])) if self.by_points else None)
        due, share = self.cost[c] * unit, sum(points * number for _, points, number in fans)
        for held, points, number in fans:
            if held * share >= due * points:
                return Fraction(due, share * unit)
            due, share = due - held * number, share - points * number
        return None


def recount(config, result, ballots):
    """Winners in order, or None where this file does not know the rule."""
    rule = config["rule"] | {"seed": result["seed"], "withdrawn": [str(number) for number in result["withdrawn"]]}
    shares = rule["rule"] == "equal-shares" and rule["completion"] in ("none", "greedy", "add1")
    if (rule["rule"] != "greedy" and not shares) or rule["caps"] or rule["part_funding"] or rule["prefer"]:
        return None
    everything = {one["id"] for one in config["projects"]}
    whole, left, won = Count(config, rule, ballots, everything, config["budget_pence"]), config["budget_pence"], []
    if not rule["pots"]:
        return whole.winners()
    others = everything
    for pot in rule["pots"]:
        column = "category" if pot["by"] == "category" else "neighborhood"
        inside = {one["id"] for one in config["projects"] if one["columns"][column] == pot["name"]}
        won += Count(config, rule, ballots, inside, pot["budget"]).winners()
        others, left = others - inside, left - pot["budget"]
    won += Count(config, rule, ballots, others, left).winners() if left else []
    if rule["leftover"] == "greedy":
        won += whole.greedy(won, whole.left(won), rule["measure"] or whole.usual, rule["too_dear"] == "stop")
    return won


def check_ballots(config, log, files):
    """Compare the opened ballots with the log; return the choices that count, with how often each was made."""
    result, wanted = json.loads(files["result.json"]), {leaf["commitment"] for leaf in log.counted().values()}
    ballots, invalid, seen = Counter(), [], set()
    cost = {project["id"]: project["cost_pence"] for project in config["projects"]}
    for line in files["ballots.jsonl"].split(b"\n")[:-1]:
        commitment = sha256(line).hex()
        need(commitment in wanted, "a ballot was changed or added: its SHA-256 is of no ballot that counts in the log")
        need(commitment not in seen, "a ballot is there twice")
        seen.add(commitment)
        choices = json.loads(line)["choices"]
        if holds(config, cost, choices):
            ballots[tuple(tuple(one) if isinstance(one, list) else one for one in choices)] += 1
        else:
            invalid.append(commitment)
    need(wanted - seen == set(result["unopened"]), "ballots that are in the log are missing")
    need(sorted(invalid) == result["invalid"], "the ballots that do not hold are not those that the result names")
    need(result["ballots"] == log.tally["ballots"] == sum(ballots.values()), "the number of ballots is not the log's")
    votes = Counter()
    for line in files["ballots.pb"].decode().split("\nVOTES\n")[1].splitlines()[1:]:
        fields = line.split(";")
        listed = [int(number) for number in fields[1].split(",") if number]
        points = [int(number) for number in fields[2].split(",")] if len(fields) > 2 and fields[2] else None
        votes[tuple(zip(listed, points, strict=True)) if points else tuple(listed)] += 1
    need(votes == ballots, "the file for counting programs has other ballots")
    return ballots


def verify(files, outside=(), say=lambda words: None):
    """Check evidence given as {name: bytes}, with the texts of checkpoints kept outside. Raises Wrong."""
    need(set(FILES) <= set(files), f"a file is missing: {', '.join(sorted(set(FILES) - set(files)))}")
    config, roll, result = (json.loads(files[name]) for name in ("config.json", "roll.json", "result.json"))
    log = Log(files["log.jsonl"])
    say(f"The log has {len(log.raw)} leaves, {len(log.counted())} ballots count.")
    need(log.leaves[0]["config"] == sha256(canonical(config)).hex(), "the rules, the money or a project were changed")
    need(log.leaves[0]["origin"] == config["origin"], "the log is another election's")
    need((log.leaves[1]["box"], log.leaves[1]["log"]) == (config["box_key"], config["log_key"]), "the keys differ")
    inside, kept = NOTE.findall(files["checkpoints.txt"].decode()), NOTE.findall("\n".join(outside))
    need(kept or not outside, "there is no checkpoint in the file that you gave")
    need(inside and int(inside[-1][2]) == len(log.raw), "the last checkpoint does not cover the whole log")
    roots = roots_at(log.raw, {int(note[2]) for note in [*inside, *kept]})
    for note, mine in [*((one, True) for one in kept), *((one, False) for one in inside)]:
        check_note(note, config, roots, len(log.raw), mine)
    say(f"{len(inside)} checkpoints hold, and {len(kept)} that were kept outside.")
    need(log.close["roll"] == sha256(canonical(roll)).hex(), "the counts of the roll were changed")
    need(log.tally["result"] == sha256(canonical(result)).hex(), "the result was changed")
    need(log.tally["pb"] == sha256(files["ballots.pb"]).hex(), "the file for counting programs was changed")
    cast, all_cast = (Counter(one["channel"] for one in all.values()) for all in (log.at_close, log.ballots))
    need(dict(cast) == roll["channels"], "the log has more or fewer ballots than the roll has voters")
    need(roll["off_roll"] == 0, f"{roll['off_roll']} ballots belong to nobody on the roll")
    need(all_cast["paper"] + roll["spoilt"] == roll["envelopes"], "paper ballots and envelopes are not the same number")
    voters = sum(cast.values()) - cast["paper"] + roll["envelopes"]
    need(voters == sum(roll["days"].values()) <= roll["roll"], "voters by day, by channel and on the roll differ")
    ballots = check_ballots(config, log, files)
    say(f"{sum(ballots.values())} ballots are what their voters committed to; {len(result['invalid'])} do not hold.")
    winners = recount(config, result, ballots)
    if winners is None:
        say("This file does not know the rule. To count again: pennypot recount certificate.json ballots.pb")
        return
    cost = {str(one["id"]): one["cost_pence"] for one in config["projects"]}
    need([int(c) for c in winners] == result["winners"], f"counted again, other projects win: {', '.join(winners)}")
    need(sum(cost[c] for c in winners) == result["cost_pence"] <= config["budget_pence"], "the money does not add up")
    say(f"Counted again: the same {len(winners)} projects win, for £{result['cost_pence'] / 100:,.2f}.")


def main(words=None):
    parser = argparse.ArgumentParser(description="Check an election's evidence and count it again.")
    parser.add_argument("evidence", help="the ZIP file")
    parser.add_argument("--checkpoint", action="append", default=[], help="a file with checkpoints that you kept")
    chosen = parser.parse_args(words)
    try:
        with zipfile.ZipFile(chosen.evidence) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        outside = [Path(name).read_text(encoding="utf-8") for name in chosen.checkpoint]
        verify(files, outside, print)
    except (Wrong, OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError) as problem:
        print(f"WRONG: {problem or type(problem).__name__}")
        return 1
    if not outside:
        print("You gave no checkpoint of your own, so this does not show that the log is the one people voted into.")
    print("Everything that was checked holds.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
