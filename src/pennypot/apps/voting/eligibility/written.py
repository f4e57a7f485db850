"""Addresses, phone numbers and postcodes in the one way of writing, so that one person counts once."""

from __future__ import annotations

import re
from dataclasses import dataclass

_EMAIL = re.compile(r"[^@\s,;:<>()\"\\]{1,64}@[^@\s,;:<>()\"\\.]+(\.[^@\s,;:<>()\"\\.]+)+")
_DOTS_DO_NOT_COUNT = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
_POSTCODE = re.compile(r"([A-Z]{1,2})([0-9]{1,2})([A-Z]?)(?:([0-9])([A-Z]{2}))?")
_FORBIDDEN = re.compile(r"[^0-9+]")


def email(typed: str) -> str:
    """Return an e-mail address in small letters, or nothing if it is none."""
    found = typed.strip().lower()
    return found if len(found) <= 254 and _EMAIL.fullmatch(found) else ""


def mailbox(address: str) -> str:
    """Return what stands for one mailbox: ``a.b+2@gmail.com`` and ``ab@gmail.com`` are the same person's."""
    local, _, domain = address.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTS_DO_NOT_COUNT:
        local, domain = local.replace(".", ""), _DOTS_DO_NOT_COUNT[domain]
    return f"{local}@{domain}"


def phone(typed: str, country: str = "44") -> str:
    """Return a phone number as E.164 (``+447700900123``), or nothing if it cannot be one.

    Parameters
    ----------
    typed
        As people write it: ``07700 900 123``, ``+44 (0)7700 900123``, ``0044 7700 900123``.
    country
        Calling code of numbers that are written without one.

    Notes
    -----
    ITU-T E.164: a plus sign, a country code that does not begin with nought, 15 figures at most.
    """
    if len(typed) > 40 or re.search(r"[A-Za-z]", typed):
        return ""
    figures = _FORBIDDEN.sub("", typed.replace("(0)", "").translate(_FIGURES))
    if figures.startswith("00"):
        figures = "+" + figures[2:]
    if not figures.startswith("+"):
        figures = f"+{country}{figures.removeprefix('0')}"
    elif figures.startswith(f"+{country}0"):
        figures = f"+{country}{figures[len(country) + 2 :]}"
    return figures if re.fullmatch(r"\+[1-9][0-9]{7,14}", figures) else ""


_FIGURES = {ord(str(figure)) + 0xFEE0: str(figure) for figure in range(10)} | {ord("＋"): "+"}


def postcode(typed: str) -> str:
    """Return a whole British postcode as ``B29 6BD``, or nothing if it is none."""
    found = _POSTCODE.fullmatch(_squeezed(typed))
    if not found or not found[4]:
        return ""
    return f"{found[1]}{found[2]}{found[3]} {found[4]}{found[5]}"


@dataclass(frozen=True)
class PostcodeRange:
    """From one postcode to another, both included; written so that texts compare as postcodes do."""

    first: str
    last: str

    def holds(self, whole: str) -> bool:
        """Say whether a whole postcode lies in it."""
        return self.first <= _sortable(whole, "") <= self.last


def postcode_range(typed: str) -> PostcodeRange | None:
    """Read one line of a list: ``B29``, ``B29 6``, ``B29 6BD`` or ``B29 6AA - B29 6ZZ``; None if it is none of them."""
    first, dash, last = re.sub(r"\bto\b|[–—]", "-", typed, flags=re.IGNORECASE).partition("-")
    low, high = _sortable(first, " "), _sortable(last if dash else first, "~")
    if not low or not high or low > high:
        return None
    return PostcodeRange(low, high)


def _sortable(typed: str, fill: str) -> str:
    """Write a postcode, or the beginning of one, eight signs wide; what is missing becomes `fill`."""
    text = _squeezed(typed).rstrip("*")
    found = re.fullmatch(r"([A-Z]{1,2})([0-9]{1,2})([A-Z]?)([0-9][A-Z]{2})", text)
    if not found and fill:
        # `B29 6` and `B296` mean different things, so where the space stands decides.
        outward, _, inward = typed.strip().rstrip("*").upper().partition(" ")
        found = re.fullmatch(r"([A-Z]{1,2})([0-9]{1,2})([A-Z]?)((?:[0-9][A-Z]{0,2})?)", f"{outward}{inward.strip()}")
        if found and (found[4] and not inward):
            found = re.fullmatch(r"([A-Z]{1,2})([0-9]{1,2})([A-Z]?)()", outward)
    if not found:
        return ""
    # `W1` stands for W1A, W1B ... as well.
    suffix = found[3] or (fill if fill and not found[4] else " ")
    return f"{found[1]:<2}{found[2]:>2}{suffix}{found[4]:{fill or ' '}<3}"


def _squeezed(typed: str) -> str:
    return re.sub(r"\s", "", typed).upper()
