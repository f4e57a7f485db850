"""Draws the code on a receipt for a phone's camera (QR), in a tenth of the time of a general encoder.

A code of one size differs from another only in the modules that carry the text. So what all share is taken once from
segno, and a text is laid into it by array: bytes only, error level L, mask 4, which every reader reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import segno
from segno import consts

MASK = 4
# Of sizes 1 to 9 at level L (ISO/IEC 18004, table 9): blocks, bytes of text in each, bytes of error correction in each.
_BLOCKS = {
    1: (1, 19, 7), 2: (1, 34, 10), 3: (1, 55, 15), 4: (1, 80, 20), 5: (1, 108, 26), 6: (2, 68, 18), 7: (2, 78, 20),
    8: (2, 97, 24), 9: (2, 116, 30),
}  # fmt: skip
_BORDER = 2
# What the modules are that carry text.
_TEXT = {consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT}


@dataclass(frozen=True)
class _Size:
    """What all codes of one size share: the modules, the order in which text fills them, and the sums for errors."""

    blocks: int
    room: int
    modules: np.ndarray
    places: tuple[np.ndarray, np.ndarray]
    masked: np.ndarray
    parity: np.ndarray


def draw(text: str, title: str) -> str:
    """Return the code as inline SVG. The title must be safe HTML."""
    modules = matrix(text)
    size = len(modules) + 2 * _BORDER
    edges = np.diff(np.pad(modules, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    runs = zip((starts + _BORDER).tolist(), (rows + _BORDER).tolist(), (ends - starts).tolist(), strict=True)
    path = "".join([f"M{x} {y}.5h{length}" for x, y, length in runs])
    return (
        f'<svg class="qr" viewBox="0 0 {size} {size}"><title>{title}</title>'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path stroke="#000" d="{path}"/></svg>'
    )


def matrix(text: str) -> np.ndarray:
    """Return the modules of a text, one row a line; True is dark."""
    raw = text.encode()
    version = next((one for one, (blocks, room, _) in _BLOCKS.items() if len(raw) + 2 <= blocks * room), None)
    if version is None:
        return np.array(segno.make_qr(raw, error="l", mask=MASK, boost_error=False).matrix, bool)
    size = _size(version)
    # Four bits say "bytes", eight how many; after the text four bits end it. What follows is as segno has it.
    words = bytes.fromhex(f"4{len(raw):02x}{raw.hex()}0") + b"\0" + b"\xec\x11" * (size.room * size.blocks)
    blocks = np.frombuffer(words, np.uint8, size.blocks * size.room).reshape(size.blocks, size.room)
    sums = np.bitwise_xor.reduce(_products()[blocks[:, :, None], size.parity], axis=1)
    bits = np.unpackbits(np.concatenate([blocks.T.ravel(), sums.T.ravel()]))
    filled = size.masked.copy()
    filled[: len(bits)] ^= bits.astype(bool)
    modules = size.modules.copy()
    modules[size.places] = filled
    return modules


@cache
def _size(version: int) -> _Size:
    blocks, room, errors = _BLOCKS[version]
    empty = segno.make_qr(b"x", version=version, error="l", mode="byte", mask=MASK, boost_error=False)
    kinds = np.array([list(row) for row in empty.matrix_iter(border=0, verbose=True)])
    free = np.isin(kinds, list(_TEXT))
    free[8, -9] = True  # segno counts this module to the format, but lays text into it
    places = _order(free)
    masked = (places[0] // 2 + places[1] // 3) % 2 == 0
    return _Size(blocks, room, np.array(empty.matrix, bool), places, masked, _parity(room, errors))


def _order(free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the modules for text in their order: two columns at a time, up and down, from the right."""
    size, found, up = len(free), [], True
    # The column of the timing pattern is passed over.
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for row in range(size - 1, -1, -1) if up else range(size):
            found += [(row, column) for column in (right, right - 1) if free[row, column]]
        up = not up
    rows, columns = zip(*found, strict=True)
    return np.array(rows), np.array(columns)


@cache
def _products() -> np.ndarray:
    """The table of products in the field of 256 elements, modulo x^8 + x^4 + x^3 + x^2 + 1."""
    powers, logs, value = [0] * 510, [0] * 256, 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logs[value] = exponent
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    table = np.zeros((256, 256), np.uint8)
    for one in range(1, 256):
        table[one, 1:] = [powers[logs[one] + logs[other]] for other in range(1, 256)]
    return table


def _parity(room: int, errors: int) -> np.ndarray:
    """What a byte of one at each place of a block adds to the block's error correction (Reed and Solomon)."""
    products, generator, root = _products(), [1], 1
    for _ in range(errors):
        by_root = [int(products[root, one]) for one in generator]
        generator = [a ^ b for a, b in zip([*generator, 0], [0, *by_root], strict=True)]
        root = int(products[2, root])
    rows, rest = [], [1] + [0] * (errors - 1)
    for _ in range(room):
        first, *others = [*rest, 0]
        rest = [a ^ int(products[first, b]) for a, b in zip(others, generator[1:], strict=True)]
        rows.append(rest)
    return np.array(rows[::-1], np.uint8)
