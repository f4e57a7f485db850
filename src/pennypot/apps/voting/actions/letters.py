"""Letters with codes: asked for by the returning officer, made by the worker part by part, fetched once.

A code is drawn, goes into its letter and, as a keyed hash, into the roll; nothing else ever holds it. The letters of a
part and its roll entries are one transaction: there is no letter without its entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting import codes
from pennypot.apps.voting.actions.entering import today
from pennypot.apps.voting.models import LetterRun, RollEntry
from pennypot.apps.voting.papers import made, sealed
from pennypot.apps.voting.papers.addressed import Addressed
from pennypot.apps.voting.papers.contents import CodeLetter, PaperRound
from pennypot.apps.voting.permissions.paper import may_make_letters, may_open_letters
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require
from pennypot.house.models import Work
from pennypot.house.work import start

IN_A_PART = 500
MOST_LETTERS = 500_000
# So long the sealed letters wait to be fetched, and the browser keeps its key.
KEPT = timedelta(days=1)
WORK = "voting.letters"
_ADDRESSES = "addresses"


@dataclass(frozen=True)
class Asked:
    """What came of asking for letters: the run, the work to follow, and the key that the browser keeps."""

    run: LetterRun
    work: Work
    private_key: bytes


def ask_for_letters(
    person: Person,
    round: Round,
    *,
    count: int = 0,
    addressed: Sequence[Addressed] = (),
    language: str = "en",
    large: bool = False,
) -> Asked:
    """Have letters made: so many without address, or one for each address.

    Raises
    ------
    Refused, Invalid
        The person may not make letters now; there are none, or too many.
    """
    require(may_make_letters(person, round))
    letters = len(addressed) or count
    if not 1 <= letters <= MOST_LETTERS:
        raise Invalid(_("Say how many letters, or send a list of addresses."), "count")
    private, public = sealed.new_key()
    with transaction.atomic():
        run = LetterRun.objects.create(
            round=round, letters=letters, language=language, large=large, public_key=public, by=person
        )
        if addressed:
            _keep_addresses(run, addressed)
        work = start(
            WORK, owner=person, place=round.place, said=made.letters_said(letters), run=str(run.pk),
        )  # fmt: skip
        deeds.record(
            "voting.letters.asked", actor=person, about=run, place=round.place,
            after={"letters": letters, "round": round.slug, "language": language},
        )  # fmt: skip
    return Asked(run, work, private)


def make_part(run: LetterRun, paper: PaperRound, part: int, addressed: Sequence[Addressed]) -> None:
    """Make one part of a run: draw codes, write them into letters, put their hashes on the roll, seal the letters."""
    round = run.round
    first = (part - 1) * IN_A_PART
    size = min(IN_A_PART, run.letters - first)
    mine = addressed[first : first + size]
    drawn = [codes.new_code() for _number in range(size)]
    letters = [
        CodeLetter(codes.said(code), f"{paper.web}#{code}", mine[number].rows if mine else ())
        for number, code in enumerate(drawn)
    ]
    pdf = made.pdf(made.code_letters(paper, letters, language=run.language, large=run.large))
    with transaction.atomic():
        RollEntry.objects.bulk_create(
            [
                RollEntry(
                    round=round,
                    how=RollEntry.How.POSTED_CODE,
                    code_hash=codes.hash_of(round.pk, code),
                    area_id=mine[number].area if mine else None,
                    day=today(round),
                )
                for number, code in enumerate(drawn)
            ]
        )
        LetterRun.objects.filter(pk=run.pk).update(parts=part)
        sealed.put(run.pk, _part_name(part), pdf, bytes(run.public_key))


def fetch_part(person: Person, run: LetterRun, part: int, private_key: bytes) -> bytes:
    """Return a part's letters as a PDF, for the browser that has the key.

    Raises
    ------
    Refused, Invalid
        Somebody else asked for them; this browser has not the key; they are gone.
    """
    require(may_open_letters(person, run))
    try:
        pdf = sealed.get(run.pk, _part_name(part), private_key)
    except sealed.CannotOpen as problem:
        raise Invalid(_("These letters are gone, or another browser has their key. Make new ones.")) from problem
    deeds.record("voting.letters.fetched", actor=person, about=run, place=run.round.place, after={"part": part})
    return pdf


def throw_letters_away(person: Person, run: LetterRun) -> None:
    """Throw the sealed letters away once they are fetched; the codes in them stay good."""
    require(may_open_letters(person, run))
    with transaction.atomic():
        if LetterRun.objects.filter(pk=run.pk, gone_at=None).update(gone_at=Now()):
            deeds.record("voting.letters.thrown-away", actor=person, about=run, place=run.round.place)
    sealed.throw_away(run.pk)


def forget_old_letters() -> None:
    """Throw away what nobody fetched in a day, also where the making stopped half way."""
    old = LetterRun.objects.filter(gone_at=None, made_at__lt=Now() - KEPT)
    for key in list(old.values_list("pk", flat=True)):
        sealed.throw_away(key)
        LetterRun.objects.filter(pk=key).update(gone_at=Now())


def addresses_of(run: LetterRun) -> list[Addressed]:
    """Return the addresses that came with a run; none where letters have none."""
    try:
        kept = sealed.get(run.pk, _ADDRESSES, _own_key(run.pk)[0])
    except sealed.CannotOpen:
        return []
    return [Addressed(tuple(rows), area) for rows, area in json.loads(kept)]


def forget_addresses(run: LetterRun) -> None:
    """Delete the addresses as soon as the letters are made."""
    sealed.remove(run.pk, _ADDRESSES)


def link_of(round: Round) -> str:
    """Return the address of the page where a code is typed. A code follows it behind ``#``, which no server sees."""
    return settings.SITE_ADDRESS + reverse("vote_round", args=[round.place.slug, round.slug])


def _keep_addresses(run: LetterRun, addressed: Sequence[Addressed]) -> None:
    text = json.dumps([[one.rows, one.area] for one in addressed]).encode()
    sealed.put(run.pk, _ADDRESSES, text, _own_key(run.pk)[1])


def _own_key(run: UUID) -> tuple[bytes, bytes]:
    """The server's own key pair for a run's addresses, made of the site's secret key, which no database has."""
    private = hashlib.sha256(f"voting.letters:{run}:{settings.SECRET_KEY}".encode()).digest()
    return private, sealed.public_half(private)


def _part_name(part: int) -> str:
    return f"part-{part}"
