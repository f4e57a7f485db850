"""What the database keeps of the secret in a link."""

from __future__ import annotations

import hashlib


def hash_of(token: str) -> bytes:
    """Return the SHA-256 of a token: enough to know it again, useless to somebody who reads the table."""
    return hashlib.sha256(token.encode()).digest()
