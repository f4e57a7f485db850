"""Deciding what the bytes of a text file mean, by looking at every one of them.

Guessing from the start of a file goes wrong (a stray byte a megabyte in; a pound sign in the last heading), and
statistical guessers confuse the code pages of different countries. So the whole file is read once, in blocks, and
the decision follows from what is there: see ``docs/algorithms/reading.md``.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from .shapes import Limits
from .sizes import in_words
from .words import CannotRead, Said, say

BLOCK_BYTES = 1024 * 1024
# Longest first: the mark of UTF-32 starts with the mark of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PLAIN = bytes(range(128))
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x00"))
_NOT_IN_CP1252 = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))
# A pound sign stands before a figure, or alone in brackets in a heading.
_POUND_PLACE = re.compile(rb"\(([\x9c\xa3])\)|([\x9c\xa3]) ?-?\d")
_STRAY = re.compile("[\udc80-\udcff]")


def _stray_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: read the bytes that do not fit as Windows Western (Latin-1 where it has none)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("latin-1" if byte in _NOT_IN_CP1252 else "cp1252") for byte in wrong), error.end


STRAY_HANDLER = "pennypot_stray"
codecs.register_error(STRAY_HANDLER, _stray_as_cp1252)


@dataclass
class TextDecision:
    """How to turn a file's bytes into text, and why."""

    encoding: str
    errors: str = "strict"
    line_ends: str = "LF"
    remarks: list[Said] = field(default_factory=list)

    @property
    def in_words(self) -> str:
        """The encoding as people name it, for tables of evidence."""
        if self.errors == STRAY_HANDLER:
            return "utf-8 with stray cp1252"
        return {"utf-8-sig": "utf-8 with mark"}.get(self.encoding, self.encoding)


@dataclass
class _Survey:
    """What one pass over the bytes found."""

    name: str
    limits: Limits
    wide: str = ""  # the encoding, where a character takes two or four bytes
    size: int = 0
    high: Counter[int] = field(default_factory=Counter)
    first_high: int = -1
    control: int = 0
    crlf: int = 0
    lf: int = 0
    cr: int = 0
    stray: int = 0
    first_stray: int = -1
    pounds_9c: int = 0
    pounds_a3: int = 0
    run: int = 0
    _after_cr: bool = False
    _tail: bytes = b""
    _pending: bytes = b""

    def __post_init__(self) -> None:
        if self.wide:
            self._wide_decoder = codecs.getincrementaldecoder(self.wide)("strict")

    def add(self, block: bytes) -> None:
        start = self.size
        self.size += len(block)
        if self.wide:
            # Count lines and lengths in what the bytes say, one byte a character being enough for both.
            block = self._wide_decoder.decode(block).encode("latin-1", "replace")
        else:
            at = block.find(b"\0")
            if at >= 0:
                raise CannotRead(say("nul_bytes", offset=start + at), self.name, what_to_do=say("do_export_again"))
            self._note_high_bytes(block, start)
        self._count_lines(block)

    def _note_high_bytes(self, block: bytes, start: int) -> None:
        if not start:
            self.control = len(block) - len(block.translate(None, _CONTROL))
        high = block.translate(None, _PLAIN)
        if high:
            self.high.update(high)
            if b"\x9c" in high or b"\xa3" in high:
                for match in _POUND_PLACE.finditer(self._tail + block):
                    found = match.group(1) or match.group(2)
                    self.pounds_9c += found == b"\x9c"
                    self.pounds_a3 += found == b"\xa3"
        self._tail = block[-2:]
        if high or self._pending:
            self._note_utf8(self._pending + block, start - len(self._pending), last=False)

    def _note_utf8(self, block: bytes, start: int, *, last: bool) -> None:
        """Count the bytes that do not fit UTF-8; a character cut by the end of a block waits for the next one."""
        try:
            used = codecs.utf_8_decode(block, "strict", last)[1]
        except UnicodeDecodeError as error:
            if self.first_stray < 0:
                self.first_stray = start + error.start
            # What does not fit is let through as lone surrogates, and counted.
            text, used = codecs.utf_8_decode(block, "surrogateescape", last)
            self.stray += len(_STRAY.findall(text))
        self._pending = block[used:]

    def _count_lines(self, block: bytes) -> None:
        crlf = pairs = block.count(b"\r\n")
        lf = block.count(b"\n") - crlf
        if self._after_cr and block[:1] == b"\n":
            crlf, lf, self.cr = crlf + 1, lf - 1, self.cr - 1
        self.crlf += crlf
        self.lf += lf
        self.cr += block.count(b"\r") - pairs
        if block:
            self._after_cr = block[-1:] == b"\r"
        ends = [at for at in (block.find(b"\n"), block.find(b"\r")) if at >= 0]
        longest = self.run + (min(ends) if ends else len(block))
        if longest > self.limits.line_bytes:
            raise CannotRead(
                say("line_too_long", limit=in_words(self.limits.line_bytes)),
                self.name,
                row=self.crlf + self.lf + self.cr + 1 if not ends else None,
                what_to_do=say("do_export_again"),
            )
        self.run = len(block) - max(block.rfind(b"\n"), block.rfind(b"\r")) - 1 if ends else longest

    def finish(self) -> None:
        if self._pending:
            self._note_utf8(self._pending, self.size - len(self._pending), last=True)


def decide_text(opened: Callable[[], BinaryIO], name: str, limits: Limits) -> TextDecision:
    """Decide encoding and line ends over the whole of a text.

    Parameters
    ----------
    opened : callable
        Opens the bytes anew, from their start.
    name : str
        The file's name, for refusals.
    limits : Limits
        Longest line in bytes.

    Raises
    ------
    CannotRead
        For NUL bytes, a line longer than the limit, or bytes that are no text.
    """
    with opened() as stream:
        start = stream.read(4096)
    mark, wide, remarks = _mark_of(start)
    survey = _Survey(name, limits, wide if wide.startswith(("utf-16", "utf-32")) else "")
    try:
        with opened() as stream:
            while block := stream.read(BLOCK_BYTES):
                survey.add(block)
    except UnicodeDecodeError as error:
        raise CannotRead(say("not_a_table_file", what=say("what_other")), name) from error
    survey.finish()
    if survey.control * 100 > min(survey.size, BLOCK_BYTES):
        raise CannotRead(say("not_a_table_file", what=say("what_other")), name, what_to_do=say("do_check_file"))
    decision = TextDecision(wide, remarks=remarks) if survey.wide else _choose(survey, mark)
    decision.line_ends = _line_ends(survey, decision)
    return decision


def _mark_of(start: bytes) -> tuple[str, str, list[Said]]:
    """The encoding that a mark at the start, or the pattern of empty bytes, declares."""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding, encoding, [say("encoding_bom", encoding=encoding.removesuffix("-sig").upper())]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if half >= 8 and max(even, odd) > half * 0.6 and min(even, odd) < half * 0.05:
        encoding = "utf-16-be" if even > odd else "utf-16-le"
        return "", encoding, [say("encoding_utf16_pattern", encoding=encoding.upper())]
    return "", "", []


def _choose(survey: _Survey, mark: str) -> TextDecision:
    """Choose among the one-byte-or-more encodings by what the survey counted."""
    if not survey.stray:
        encoding = mark or "utf-8"
        if mark:
            why = say("encoding_bom", encoding="UTF-8")
        elif survey.high:
            why = say("encoding_utf8", high=survey.high.total())
        else:
            why = say("encoding_ascii")
        return TextDecision(encoding, remarks=[why])
    # Every character beyond plain letters that does fit UTF-8 took at least two bytes.
    fitting = (survey.high.total() - survey.stray) // 2
    if mark or fitting > survey.stray:
        why = say("encoding_stray", count=survey.stray, offset=survey.first_stray)
        return TextDecision(mark or "utf-8", errors=STRAY_HANDLER, remarks=[why])
    if survey.pounds_9c and not survey.pounds_a3:
        return TextDecision("cp437", remarks=[say("encoding_cp437", count=survey.pounds_9c)])
    if _NOT_IN_CP1252 & survey.high.keys():
        return TextDecision("latin-1", remarks=[say("encoding_latin1")])
    return TextDecision("cp1252", remarks=[say("encoding_cp1252", offset=survey.first_stray)])


def _line_ends(survey: _Survey, decision: TextDecision) -> str:
    """Name the line ends, and remark on those that are not one plain kind."""
    kinds = [name for name in ("crlf", "lf", "cr") if getattr(survey, name)]
    if len(kinds) > 1:
        decision.remarks.append(say("lines_mixed", crlf=survey.crlf, lf=survey.lf, cr=survey.cr))
        return "mixed " + "+".join(kind.upper() for kind in kinds)
    if kinds == ["cr"]:
        decision.remarks.append(say("lines_cr"))
    return kinds[0].upper() if kinds else "none"
