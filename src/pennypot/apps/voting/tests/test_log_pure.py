"""The log's pure parts: the tree against the standard's definition, proofs that hold, proofs that were changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import re
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from pennypot.apps.voting import keys, sealing
from pennypot.apps.voting.log import leaves, merkle, notes
from pennypot.apps.voting.verifier import NOTE, roots_at, signature_holds

PAGE = Path(__file__).resolve().parents[5] / "docs/algorithms/ballot-log.md"


def by_definition(items: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not items:
        return hashlib.sha256(b"").digest()
    if len(items) == 1:
        return hashlib.sha256(b"\x00" + items[0]).digest()
    middle = 1
    while middle * 2 < len(items):
        middle *= 2
    return hashlib.sha256(b"\x01" + by_definition(items[:middle]) + by_definition(items[middle:])).digest()


ITEMS = [f"leaf {number}".encode() for number in range(70)]


def subtrees(items):
    hashes = {}
    for height in range(8):
        for start in range(0, len(items) - 2**height + 1, 2**height):
            hashes[start, height] = by_definition(items[start : start + 2**height])
    return lambda start, height: hashes[start, height]


@pytest.mark.parametrize("size", range(len(ITEMS)))
def test_a_growing_tree_has_the_root_that_the_standard_defines(size):
    tree = merkle.Tree()
    for item in ITEMS[:size]:
        tree.add(merkle.leaf_hash(item))
    assert tree.root == by_definition(ITEMS[:size])
    assert size == 0 or roots_at(ITEMS[:size], {size}) == {size: tree.root}


def test_s07_every_inclusion_proof_holds_and_every_changed_one_fails():
    known, draw = subtrees(ITEMS), random.Random(7)
    for size in (1, 2, 3, 7, 8, 33, 64, 70):
        root = by_definition(ITEMS[:size])
        for index in range(size):
            path = merkle.proof(merkle.inclusion_parts(index, size), known)
            assert merkle.is_included(ITEMS[index], index, size, path, root)
            assert not merkle.is_included(ITEMS[index] + b"x", index, size, path, root)
            assert not merkle.is_included(ITEMS[index], index, size, [*path, bytes(32)], root)
            if path:
                at = draw.randrange(len(path))
                changed = [*path[:at], bytes(32), *path[at + 1 :]]
                assert not merkle.is_included(ITEMS[index], index, size, changed, root)
                assert not merkle.is_included(ITEMS[index], index, size, path[:-1], root)
                assert not merkle.is_included(ITEMS[index], index ^ 1, size, path, root)


def test_s07_every_consistency_proof_holds_and_every_changed_one_fails():
    known, draw = subtrees(ITEMS), random.Random(8)
    roots = [by_definition(ITEMS[:size]) for size in range(len(ITEMS) + 1)]
    for new in range(1, 71):
        for old in range(1, new + 1):
            path = merkle.proof(merkle.consistency_parts(old, new), known)
            assert merkle.is_consistent(old, roots[old], new, roots[new], path)
            if old < new:
                assert not merkle.is_consistent(old, roots[old - 1], new, roots[new], path)
                assert not merkle.is_consistent(old, roots[old], new, roots[new - 1], path)
                at = draw.randrange(len(path))
                assert not merkle.is_consistent(
                    old, roots[old], new, roots[new], [*path[:at], bytes(32), *path[at + 1 :]]
                )


def test_a_leaf_is_the_two_parts_around_its_index():
    before, after = leaves.leaf_parts("cast", channel="web", commitment="ab")
    assert f"{before}7{after}".encode() == leaves.leaf(7, "cast", channel="web", commitment="ab")
    assert json.loads(f'{before}7,"replaces":3{after}')["replaces"] == 3
    assert "".join(leaves.leaf_parts("close", roll="x")).startswith('{"i":,')


def test_a_signed_note_holds_and_a_changed_one_does_not():
    key = SigningKey(bytes(32))
    note = notes.sign("town/2027", notes.CheckpointText("town/2027", 5, bytes(32)).text, key)
    public = bytes(key.verify_key)
    assert notes.read_checkpoint(notes.verify(note, "town/2027", public)).size == 5
    for changed in (
        note.replace("\n5\n", "\n6\n"),
        note.replace("town/2027\n5", "city/2027\n5"),
        note[:-8] + "AAAA==\n\n",
    ):
        with pytest.raises(notes.BadNote):
            notes.verify(changed, "town/2027", public)
    with pytest.raises(notes.BadNote):
        notes.verify(note, "town/2027", bytes(SigningKey(b"1" * 32).verify_key))
    assert len(NOTE.findall(note + "\n" + note)) == 2


def test_the_verifiers_own_signature_check_agrees_with_libsodium():
    draw = random.Random(1)
    for _ in range(20):
        key, message = SigningKey(draw.randbytes(32)), draw.randbytes(draw.randrange(90))
        good, public = key.sign(message).signature, bytes(key.verify_key)
        assert signature_holds(public, message, good)
        bad = bytearray(good)
        bad[draw.randrange(64)] ^= 1 << draw.randrange(8)
        assert not signature_holds(public, message, bytes(bad))
        assert not signature_holds(public, message + b"!", good)
    assert not signature_holds(b"\xff" * 32, b"", bytes(64))


def test_the_prime_of_the_shares_is_a_prime():
    odd, twos = keys.PRIME - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    draw = random.Random(2)
    for base in (draw.randrange(2, 2**64) for _ in range(40)):
        found = pow(base, odd, keys.PRIME)
        assert found in (1, keys.PRIME - 1) or any(
            (found := found * found % keys.PRIME) == keys.PRIME - 1 for _ in range(twos)
        )


def test_s12_any_two_shares_make_the_key_and_one_says_nothing():
    private, public = keys.new_key()
    shares = keys.split(private)
    for one in shares:
        for other in shares:
            if one != other:
                assert keys.combine(one, other) == private
    assert keys.public_half(private) == public
    with pytest.raises(keys.BadShare):
        keys.combine(shares[0], shares[0])
    # Whatever the key were, some line through this one share would give it: the share fits every key.
    for guess in (0, 1, 2**255, int.from_bytes(private, "big")):
        slope = (shares[1].value - guess) * pow(2, -1, keys.PRIME) % keys.PRIME
        assert (guess + slope * 2) % keys.PRIME == shares[1].value


def test_a_share_survives_paper_and_tells_every_slip():
    missed = 0
    for share in keys.split(keys.new_key()[0]):
        typed = share.text.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        assert keys.read_share(share.text[0] + typed[1:]) == share
        for at, letter in enumerate(share.text):
            if letter != "-":
                slip = share.text[:at] + ("Z" if letter != "Z" else "Y") + share.text[at + 1 :]
                with contextlib.suppress(keys.BadShare):
                    keys.read_share(slip)
                    missed += 1
    # The check signs let few slips through; the ceremony compares the share's own fingerprint besides.
    assert missed <= 4
    for nothing in ("", "1", "4-AAAA", "1-" + "Z" * 60, "x" * 500):
        with pytest.raises(keys.BadShare):
            keys.read_share(nothing)


def test_every_sealed_ballot_has_one_length_and_opens_to_what_it_committed_to():
    private, public = keys.new_key()
    length = sealing.padded_bytes("points", range(1, 221), 30, 100)
    full = [[number, 100] for number in range(191, 221)]
    made = [sealing.seal(choices, word, public, length) for choices, word in (([], ""), (full, "\x00ß界😀" * 10))]
    assert len({len(one.sealed) for one in made}) == 1
    assert sealing.choices_in(sealing.Opener(private).open(made[1].sealed, made[1].commitment)) == full
    with pytest.raises(sealing.CannotOpen):
        sealing.Opener(private).open(made[1].sealed, made[0].commitment)
    with pytest.raises(sealing.CannotOpen):
        sealing.Opener(keys.new_key()[0]).open(made[1].sealed, made[1].commitment)
    with pytest.raises(ValueError, match="longer"):
        sealing.seal([[number, 100] for number in range(1, 221)], "", public, length)


def test_the_worked_example_of_the_page_is_true():
    page = PAGE.read_text(encoding="utf-8")
    lines = re.findall(r'^\{".*\}$', page.split("## A worked example")[1], re.MULTILINE)
    assert len(lines) == 5
    tree = merkle.Tree()
    for line in lines:
        assert leaves.canonical(json.loads(line)) == line.encode()
        tree.add(merkle.leaf_hash(line.encode()))
        assert merkle.leaf_hash(line.encode()).hex()[:16] in page
    assert tree.root.hex() in page
    key = SigningKey(hashlib.sha256(b"the key of the worked example").digest())
    note = notes.sign(
        "example.org/brindley/2027", notes.CheckpointText("example.org/brindley/2027", 5, tree.root).text, key
    )
    assert note.strip() in page
    body = re.search(r'^\{"choices".*\}$', page.split("## A worked example")[0], re.MULTILINE)
    assert body is not None
    assert hashlib.sha256(body[0].encode()).hexdigest() in lines[2]
