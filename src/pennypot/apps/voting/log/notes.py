"""Signed notes (the shape of https://c2sp.org/signed-note): a short text, an empty line, a signature line.

A checkpoint is a note of three lines: origin, number of leaves, root in base64 (https://c2sp.org/tlog-checkpoint).
A receipt is a note of four: origin, the word "receipt", index of the leaf, commitment in hexadecimal.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

ED25519 = b"\x01"


class BadNote(ValueError):
    """The note is not of this shape, or its signature does not hold."""


@dataclass(frozen=True)
class CheckpointText:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def receipt_text(origin: str, index: int, commitment: bytes) -> str:
    """The four lines of a receipt that are signed. The voter's word is not among them: it is in the sealed ballot."""
    return f"{origin}\nreceipt\n{index}\n{commitment.hex()}\n"


def key_id(name: str, public: bytes) -> bytes:
    """Four bytes that name a key: the beginning of SHA-256 over its owner's name and itself."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """The public key as others' tools take it: name+id+key."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def signature(name: str, text: str, key: SigningKey) -> str:
    """The signature over a text, in base64, with the key's id before it."""
    signed = key.sign(text.encode()).signature
    return base64.b64encode(key_id(name, bytes(key.verify_key)) + signed).decode()


def sign(name: str, text: str, key: SigningKey) -> str:
    """The whole note."""
    return f"{text}\n— {name} {signature(name, text, key)}\n"


def verify(note: str, name: str, public: bytes) -> str:
    """Return the text of a note whose signature by this key holds.

    Raises
    ------
    BadNote
        It is of another shape, signed by another key, or changed.
    """
    text, found, signatures = note.rpartition("\n\n")
    if not found:
        raise BadNote("there is no signature")
    text += "\n"
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        signer, _, given = rest.partition(" ")
        if dash == "—" and signer == name:
            try:
                raw = base64.b64decode(given, validate=True)
                if raw[:4] != key_id(name, public):
                    continue
                VerifyKey(public).verify(text.encode(), raw[4:])
            except (ValueError, BadSignatureError) as problem:
                raise BadNote("the signature does not hold") from problem
            return text
    raise BadNote("this key did not sign it")


def read_checkpoint(text: str) -> CheckpointText:
    """Read the three lines of a checkpoint.

    Raises
    ------
    BadNote
        They are not a checkpoint.
    """
    lines = text.split("\n")
    try:
        origin, size, root = lines[:3]
        found = CheckpointText(origin, int(size), base64.b64decode(root, validate=True))
    except ValueError as problem:
        raise BadNote("this is not a checkpoint") from problem
    if len(found.root) != 32 or found.size < 0 or found.text != text:
        raise BadNote("this is not a checkpoint")
    return found
