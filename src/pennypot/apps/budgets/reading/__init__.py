"""Reading the files that public bodies really publish: CSV, XLSX, XLS, ODS and ZIP files of them.

Three steps, none of which writes anything, and none of which knows Django:

>>> with recognise(path) as source:             # what is it? refuses what it must      # doctest: +SKIP
...     understood = understand(source)         # what do its columns mean? what to ask?
...     reading = read(source, understood)      # rows kept, rows rejected with reasons, sums before and after

`Mapping` is what an officer confirms or changes; keep ``mapping.as_json()`` for each publisher under
``mapping.fingerprint`` and hand it back as ``understand(source, remembered=...)`` the next time.
Workbooks with an authority a row (MHCLG's revenue outturn) have a declared layout instead: `find_layout`, then
`read_authority`. Every refusal is a `CannotRead` whose text is a plain sentence; every sentence is a `Said`
with a code that pages translate (`words.ENGLISH`).
"""

from .cofog import Suggestion, cofog_label, suggest_cofog
from .layouts import Authority, BudgetLine, Layout, find_layout, list_authorities, read_authority
from .read import read
from .recognise import Source, recognise
from .shapes import (
    Batch,
    Block,
    Column,
    Limits,
    Mapping,
    Question,
    Reading,
    Rejected,
    Row,
    Sheet,
    SheetUnderstood,
    Understanding,
)
from .understand import change, understand
from .words import ENGLISH, CannotRead, Said, say

__all__ = [
    "ENGLISH",
    "Authority",
    "Batch",
    "Block",
    "BudgetLine",
    "CannotRead",
    "Column",
    "Layout",
    "Limits",
    "Mapping",
    "Question",
    "Reading",
    "Rejected",
    "Row",
    "Said",
    "Sheet",
    "SheetUnderstood",
    "Source",
    "Suggestion",
    "Understanding",
    "change",
    "cofog_label",
    "find_layout",
    "list_authorities",
    "read",
    "read_authority",
    "recognise",
    "say",
    "suggest_cofog",
    "understand",
]
