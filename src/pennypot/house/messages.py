"""Keeps the translations in step with the words in the code: ``make messages``.

Strings are found in Python files and templates, merged into ``locale/<language>/LC_MESSAGES/django.po`` and compiled to
the ``.mo`` that Django reads. It needs Babel (in requirements/dev.txt) and no GNU gettext. A test runs `untranslated`.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
LANGUAGES = ("cy", "pl")
# The count translates nothing itself; pages look these sentences up.
MARKED_ELSEWHERE = {Path("count/sentences.py")}
HEADER = "# PROJECT's LANGUAGE translations. MIT licence. `make messages` keeps this file; write only the msgstr lines."
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    # The game's sentences, which pages fill in after they are translated: see `pennypot.play.words`.
    "Sentence": (1,),
    "Illegal": (1,),
    "BadPack": (1,),
    "marked": (1,),
}


def found_strings() -> Catalog:
    """Collect every string marked for translation, with the files it stands in."""
    catalog = Catalog(project="Pennypot", charset="utf-8")
    for path in sorted(_source_files()):
        for _line, function, message, _comments in _strings_in(path):
            _add(catalog, path, function, message)
    return catalog


def _source_files() -> Iterator[Path]:
    for pattern in ("**/*.py", "**/templates/**/*.html", "**/templates/**/*.txt"):
        for path in PACKAGE.glob(pattern):
            place = path.relative_to(PACKAGE)
            if place in MARKED_ELSEWHERE or not {"tests", "testing", "migrations", "count"} & set(place.parts):
                yield path


def _strings_in(path: Path) -> Iterator[tuple]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What stands between the strings is filler; without its indentation Python's tokenizer takes it for code.
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    yield from extract_python(io.BytesIO(text.encode()), KEYWORDS, [], {"encoding": "utf-8"})


def _add(catalog: Catalog, path: Path, function: str, message: str | tuple) -> None:
    parts = message if isinstance(message, tuple) else (message,)
    parts = tuple(part for part in parts if part is not None)
    context = None
    if function.startswith(("pgettext", "npgettext")):
        context, parts = parts[0], parts[1:]
    if not parts or not parts[0]:
        return
    plural = function.startswith(("ngettext", "npgettext"))
    identity = parts[:2] if plural and len(parts) > 1 else parts[0]
    flags = ["python-format"] if "%(" in parts[0] else []
    catalog.add(identity, locations=[(path.relative_to(PACKAGE).as_posix(), 0)], context=context, flags=flags)


def read_catalogue(language: str) -> Catalog:
    """Read a language's catalogue; an empty one when there is none yet."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return Catalog(locale=language, project="Pennypot", charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale=language)


def untranslated(language: str) -> list[str]:
    """Return the strings of the code that this language does not say yet."""
    catalogue = read_catalogue(language)
    missing = []
    for message in found_strings():
        if message.id:
            said = catalogue.get(message.id, message.context)
            texts = said.string if said and isinstance(said.string, tuple | list) else (said.string if said else "",)
            if said is None or said.fuzzy or not all(texts):
                missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def compiled(language: str) -> bytes:
    """Return the ``.mo`` file that belongs to the catalogue."""
    out = io.BytesIO()
    write_mo(out, read_catalogue(language))
    return out.getvalue()


def main(languages: Sequence[str] = LANGUAGES) -> int:
    """Merge new strings into the catalogues, compile, and say what is still to translate.

    ``python -m pennypot.house.messages pl`` does one language only.
    """
    template = found_strings()
    for language in languages:
        catalogue = read_catalogue(language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        folder = LOCALE / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        catalogue.header_comment = HEADER
        catalogue.fuzzy = False
        with (folder / "django.po").open("wb") as out:
            write_po(out, catalogue, width=120, sort_output=True, include_lineno=False)
        (folder / "django.mo").write_bytes(compiled(language))
        print(f"{language}: {len(template)} strings, {len(untranslated(language))} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or LANGUAGES))
