"""Every sentence of the code is said in Welsh and Polish, with the same placeholders, and compiled."""

from __future__ import annotations

import re

import pytest

from pennypot.house.messages import LANGUAGES, LOCALE, compiled, read_catalogue, untranslated

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language):
    assert untranslated(language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_placeholders(language):
    wrong = []
    for message in read_catalogue(language):
        plural = isinstance(message.id, tuple | list)
        # A plural form may leave the number out ("one resident"), so all forms together must name the same things.
        asked = set(PLACEHOLDER.findall(" ".join(message.id) if plural else message.id or ""))
        said = message.string if isinstance(message.string, tuple | list) else (message.string,)
        used = set(PLACEHOLDER.findall(" ".join(said)))
        if message.id and used != asked:
            wrong.append((message.id, asked ^ used))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_django_reads_was_compiled_from_the_catalogue(language):
    assert (LOCALE / language / "LC_MESSAGES" / "django.mo").read_bytes() == compiled(language)


def test_the_sentences_of_the_count_can_be_translated_although_it_translates_nothing():
    from pennypot.count.sentences import SENTENCES
    from pennypot.house.messages import found_strings

    found = {message.id for message in found_strings()}
    assert set(SENTENCES.values()) <= found
