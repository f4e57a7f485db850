"""Amounts as people write them, read exactly: integers and `Decimal`, never binary floats for text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

# Beyond any public budget; longer runs of digits are account numbers.
_MOST_DIGITS = 15
_MOST_REMEMBERED = 200_000
_CURRENCY = re.compile(r"£|GBP|\bUKP\b", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f']+")
_POINT = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?")
_COMMA = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)?(?:,[0-9]*)?")
_PLAIN = re.compile(r"-?[0-9]{1,12}\.[0-9]{2}")
_OF_AMOUNTS = "£+ ')(GBPUKCDR-−–‐‑\u00a0\u2009\u202f\t"
_DROPPED = str.maketrans("", "", _OF_AMOUNTS + ",")
_DROPPED_BUT_COMMA = str.maketrans("", "", _OF_AMOUNTS + ".")
_DROPPED_MINUSES = str.maketrans("", "", "-−–‐‑")
_MINUSES = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-"})
_HAS_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True)
class Money:
    """An amount in pence, and whether parts of a penny were rounded off."""

    pence: int
    rounded: bool = False


def parse_money(cell: Any, *, decimal: str = ".", unit_pence: int = 100) -> Money | None:
    """Read one cell as an amount.

    Understands ``1,234.56``, ``£1,234.56``, ``16,989.00-``, ``(123.45)``, ``12.00 CR``, ``-`` for nothing, and the
    numbers of spreadsheet cells. Refuses what is not certainly an amount: wrongly grouped thousands (``12,34``),
    two points, shortened numbers (``1.2E+05``), and more digits than money has.

    Parameters
    ----------
    cell : str, int, float or anything
    decimal : {".", ","}
        What marks the pence in text.
    unit_pence : int
        Pence in one unit.

    Returns
    -------
    Money or None
        None where the cell is no amount.
    """
    if isinstance(cell, str):
        # Most cells of most files look like this, and need no more than taking the point out.
        if decimal == "." and unit_pence == 100 and _PLAIN.fullmatch(cell):
            return Money(int(cell.replace(".", "")))
        number = _number_in_text(cell, decimal)
    elif isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    else:
        # repr gives the shortest decimal that names the float: 9533.91 where the cell shows 9533.91.
        number = _number(repr(cell))
    if number is None:
        return None
    exact = number * unit_pence
    pence = int(exact.to_integral_value(ROUND_HALF_UP))
    # Spreadsheets carry dust such as 9533.910000000003; less than a ten-thousandth of a penny is that.
    return Money(pence, rounded=abs(exact - pence) > Decimal("0.0001"))


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() < _MOST_DIGITS else None


def _number_in_text(text: str, decimal: str) -> Decimal | None:
    if len(text) > 64:
        return None
    text = _SPACES.sub("", _CURRENCY.sub("", text)).translate(_MINUSES).upper()
    if text == "-":
        # A lone dash is how accountants write nothing; an empty cell is not.
        return Decimal(0)
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1]
    if text.endswith("CR"):
        negative, text = not negative, text[:-2]
    elif text.endswith("DR"):
        text = text[:-2]
    if text.startswith("-"):
        negative, text = not negative, text[1:]
    elif text.startswith("+"):
        text = text[1:]
    elif text.endswith("-"):
        negative, text = not negative, text[:-1]
    pattern = _POINT if decimal == "." else _COMMA
    if not pattern.fullmatch(text) or not _HAS_DIGIT.search(text):
        return None
    plain = text.replace(",", "") if decimal == "." else text.replace(".", "").replace(",", ".")
    number = _number(plain)
    return -number if negative and number is not None else number


class MoneyColumn(dict[Any, "Money | None"]):
    """Remembers each amount it has read: files repeat the same few thousand."""

    def __init__(self, decimal: str = ".", unit_pence: int = 100) -> None:
        super().__init__()
        self._decimal, self._unit_pence = decimal, unit_pence

    def __missing__(self, cell: Any) -> Money | None:
        if len(self) > _MOST_REMEMBERED:
            self.clear()
        # 1, 1.0 and True are one key to a dictionary, so only text and floats are remembered.
        read = parse_money(cell, decimal=self._decimal, unit_pence=self._unit_pence)
        if isinstance(cell, str | float):
            self[cell] = read
        return read


class SecondOpinion(dict[Any, int]):
    """Remembers `second_opinion_pence` for each different text."""

    def __init__(self, decimal: str, unit_pence: int) -> None:
        super().__init__()
        self._decimal, self._unit_pence = decimal, unit_pence

    def __missing__(self, cell: Any) -> int:
        if len(self) > _MOST_REMEMBERED:
            self.clear()
        pence = second_opinion_pence(cell, self._decimal, self._unit_pence)
        if isinstance(cell, str | float):
            self[cell] = pence
        return pence


def second_opinion_pence(cell: Any, decimal: str, unit_pence: int) -> int:
    """The amount of a cell worked out another way, for checking sums; nought where there is none.

    It shares no code with `parse_money`: it drops what is no figure and looks at the signs apart. Meant for cells
    that `parse_money` took for amounts.
    """
    if isinstance(cell, bool) or cell is None or not isinstance(cell, str | int | float):
        return 0
    if not isinstance(cell, str):
        exact = Decimal(str(cell)) if cell == cell and abs(cell) < 10**_MOST_DIGITS else Decimal(0)
        return int((exact * unit_pence).quantize(Decimal(1), ROUND_HALF_UP))
    text = cell.strip().upper()
    bare = text.translate(_DROPPED if decimal == "." else _DROPPED_BUT_COMMA).replace(",", ".")
    # A sign at either end, brackets round it, or CR behind it make it negative; two of them undo each other.
    signs = (text[:1] == "(") + text.endswith("CR") + len(text) - len(text.translate(_DROPPED_MINUSES))
    if not bare or bare == ".":
        return 0
    try:
        pence = int((Decimal(bare) * unit_pence).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        return 0
    return -pence if signs % 2 else pence
