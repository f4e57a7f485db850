"""What a heading tells about its column."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from .words import Said, say

# Meaning -> what people call it, in lower case without punctuation. Order settles ties.
SPENDING: dict[str, tuple[str, ...]] = {
    "amount_net": (
        "net amount", "amount net", "net", "amount excluding vat", "amount ex vat", "net value",
        "amount excl vat", "total excluding vat", "net of vat", "net payment", "line amount net",
        "amount exc vat",
    ),
    "amount_gross": (
        "gross amount", "amount gross", "gross", "amount including vat", "amount inc vat", "gross value",
        "total including vat", "invoice total", "gross payment", "amount incl vat",
    ),
    "vat_lost": ("irrecoverable vat amount", "irrecoverable vat", "non recoverable vat"),
    "vat": ("vat", "vat amount", "recoverable vat"),
    "amount": (
        "amount", "amount paid", "total", "value", "payment amount", "total amount", "invoice amount", "spend",
        "paid amount", "amount gbp", "transaction amount", "payment value", "line amount", "sum paid", "cost",
        "total paid", "amount in pounds", "distribution amount",
    ),
    "payee": (
        "supplier name", "beneficiary name", "payee", "payee name", "vendor name", "creditor name", "supplier",
        "vendor", "name", "beneficiary", "merchant name", "creditor", "paid to", "supplier final", "recipient",
        "company name", "name of supplier", "merchant",
    ),
    "paid_on": (
        "payment date", "date paid", "paid date", "date of payment", "date", "pay date", "transaction date",
        "posting date", "invoice date", "date posted", "cheque date", "clearing date", "actual date",
    ),
    "service": (
        "service", "department area", "directorate", "department", "organisational unit", "service area",
        "service label", "service cost centre", "service name", "business unit", "cost centre",
        "organisation unit", "cost centre description", "directorate name", "group", "organisational area",
    ),
    "division": (
        "service division label", "division", "service division", "section", "sub service", "team",
        "service area categorisation", "cost centre name", "profit centre", "service area", "service label",
    ),
    "category": (
        "expenditure category", "category internal name", "expenditure type", "category", "account detail",
        "subjective description", "proclass label", "expense type", "detailed expenditure type",
        "account description", "type of spend", "purpose", "subjective", "expense area", "nature of spend",
        "purpose of expenditure", "purpose of spend", "merchant category", "expenditure description",
        "spend category", "cost type",
    ),
    "description": (
        "description", "purpose", "detail", "details", "narrative", "text", "invoice description",
        "line description", "transaction description", "detailed expenditure type", "summary of purpose",
        "comment",
    ),
    "transaction": (
        "transaction number", "trans no", "transaction no", "transaction", "payment number",
        "payment reference", "hbc ref no", "ref no", "reference", "reference number", "transaction id",
        "document number", "payment ref", "invoice number", "voucher number", "doc no", "internal reference",
    ),
    "supplier_id": (
        "supplier id", "beneficiary other id", "supplier number", "vendor number", "creditor number",
        "supplier code", "vendor id", "vat registration number", "company number", "beneficiary id",
        "creditor id",
    ),
    "supplier_class": (
        "supplier classification", "supplier type", "vendor type", "beneficiary type", "supplier category",
    ),
    "postcode": (
        "postcode", "supplier postcode", "payee postcode", "post code", "beneficiary postcode",
        "supplier post code", "vendor postcode",
    ),
    "publisher": (
        "body name", "organisation label", "organisation name", "organisation", "client", "authority",
        "council", "publisher", "local authority", "public body", "organisation code", "body",
    ),
    "capital_revenue": (
        "capital or revenue", "capital revenue", "caporrev", "revenue or capital", "type",
        "type of expenditure", "revenue capital", "cap rev", "capital or revenue marker",
    ),
    "ignore": (
        "effective date", "organisation uri", "body uri", "expenditure code", "detailed expenditure code",
        "account code", "cost centre code", "procurement card", "line", "line number", "proclass code",
        "subjective code", "card transaction", "service code", "vat type", "organisation code", "uri", "url",
        "invoice number", "profit centre",
    ),
}  # fmt: skip

BUDGET: dict[str, tuple[str, ...]] = {
    "service": (
        "service", "line", "budget line", "service name", "department", "heading", "budget heading",
        "service area", "programme", "item", "description", "budget", "directorate", "function",
    ),
    "amount": (
        "amount", "amount gbp", "budget", "net budget", "total", "net expenditure", "actual", "outturn",
        "value", "net cost", "original budget", "revised budget", "approved budget", "pounds",
        "net current expenditure", "spend", "amount pounds",
    ),
    "amount_gross": ("gross budget", "gross expenditure", "gross", "gross cost"),
    "agency": ("agency", "body", "organisation", "authority", "organisation name", "public body", "council"),
    "cofog": ("cofog", "cofog code", "cofog division", "function code"),
    "capital_revenue": ("kind", "capital or revenue", "type", "capital revenue", "revenue or capital"),
    "year": ("year", "financial year", "period", "fiscal year"),
    "basis": ("basis",),
    "control": ("control", "who decides"),
    "counted": ("counted",),
    "source": ("source", "where from", "reference", "source file"),
    "note": ("note", "notes", "comment", "comments", "remarks"),
    "ignore": ("place", "code", "uri"),
}  # fmt: skip

AMOUNTS = ("amount_net", "amount", "amount_gross")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_UNIT_WORDS = frozenset(("gbp", "k", "000", "000s", "m", "thousand", "thousands", "million", "millions", "s"))
_LONGEST_HEADING = 120
# One of these is in every row of headings we take for one: it names the money.
_MONEY_WORDS = frozenset(
    (
        "amount", "amounts", "total", "value", "net", "gross", "vat", "spend", "spent", "cost", "paid", "budget",
        "actual", "outturn", "pounds", "payment", "expenditure", "sum",
    )
)  # fmt: skip


@lru_cache(maxsize=4096)
def normal(heading: str) -> str:
    """A heading in lower case, words apart, without punctuation: ``BeneficiaryName`` is ``beneficiary name``."""
    return " ".join(_NOT_WORDS.split(_CAMEL.sub(" ", heading[:_LONGEST_HEADING]).lower())).strip()


def vocabulary(kind: str) -> dict[str, tuple[str, ...]]:
    """The headings we know for payments ("spending") or budget lines ("budget")."""
    return SPENDING if kind == "spending" else BUDGET


@lru_cache(maxsize=8192)
def meanings_of(heading: str, kind: str) -> tuple[tuple[str, float], ...]:
    """What a heading may mean, the likeliest first, each with a confidence between 0 and 1."""
    words = normal(heading)
    bare = " ".join(word for word in words.split() if word not in _UNIT_WORDS) or words
    found: dict[str, float] = {}
    for meaning, phrases in vocabulary(kind).items():
        best = max(_likeness(bare, phrase, rank) for rank, phrase in enumerate(phrases))
        if best >= 0.55:
            found[meaning] = best
    return tuple(sorted(found.items(), key=lambda item: -item[1]))


def _likeness(words: str, phrase: str, rank: int) -> float:
    # The first names of a meaning are the plainest, so they win a column over the later ones.
    early = max(0, 20 - rank) / 1000
    if words == phrase:
        return 0.97 + early
    if not words:
        return 0.0
    have, want = words.split(), phrase.split()
    if len(want) > 1 and all(word in have for word in want):
        return 0.75 + early
    if len(words) > 3 and _nearly(words, phrase):
        return 0.85 + early
    if len(want) == 1 and have[-1] == phrase and len(have) <= 4:
        return 0.6 + early
    return 0.0


def _nearly(words: str, phrase: str) -> bool:
    """Whether two headings differ by a slip of the pen ("Catergory")."""
    if abs(len(words) - len(phrase)) > 3 or words[0] != phrase[0]:
        return False
    return difflib.SequenceMatcher(None, words, phrase).ratio() >= 0.88


def assign(headings: list[tuple[int, str]], kind: str) -> dict[int, tuple[str, float, Said]]:
    """Give each heading one meaning, and each meaning to one column: the surest first.

    Parameters
    ----------
    headings : list of (index, heading)
    kind : {"spending", "budget"}

    Returns
    -------
    dict
        Index -> (meaning, confidence, why). Headings that nothing fits mean "ignore".
    """
    claims = sorted(
        (
            (-sure, index, order, meaning)
            for index, heading in headings
            for order, (meaning, sure) in enumerate(meanings_of(heading, kind))
        ),
    )
    names = dict(headings)
    given: dict[int, tuple[str, float, Said]] = {}
    taken: set[str] = set()
    for minus_sure, index, _, meaning in claims:
        if index in given or (meaning in taken and meaning != "ignore"):
            continue
        taken.add(meaning)
        given[index] = (meaning, -minus_sure, say("meaning_heading", heading=names[index]))
    for index, _ in headings:
        given.setdefault(index, ("ignore", 0.3, say("meaning_unknown")))
    return given


def is_heading_row(texts: list[str], kinds: tuple[str, ...] = ("spending", "budget")) -> str:
    """Whether a row of cells, stripped, is a row of headings we know; returns the kind, or nothing.

    At least two known meanings must be there, one of them an amount, and nearly half of the cells known.
    """
    filled = [text for text in texts if text]
    if len(filled) < 2 or any(len(text) > _LONGEST_HEADING for text in filled):
        return ""
    if not any(_MONEY_WORDS & set(normal(text).split()) for text in filled):
        return ""
    best, most = "", 0
    for kind in kinds:
        known = [meanings_of(text, kind) for text in filled]
        sure = [{meaning for meaning, confidence in found if confidence >= 0.6} for found in known]
        meanings = set().union(*sure) - {"ignore"}
        has_amount = bool(meanings & {*AMOUNTS, "vat"})
        has_more = (
            bool(meanings & {"payee", "paid_on"}) if kind == "spending" else bool(meanings & {"service", "agency"})
        )
        share = sum(bool(one) for one in sure) / len(filled)
        if has_amount and has_more and share >= 0.4 and len(meanings) > most:
            best, most = kind, len(meanings)
    return best
