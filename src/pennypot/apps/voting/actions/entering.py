"""Getting in: a code, a link, a text or a sign-in becomes a roll entry, for which the page gives a voting pass.

There is no deed here on purpose: a deed has a person and a time, and could be laid beside the log of ballots. What the
returning officer needs to see oddities (`Attempt`) knows the minute only and is deleted with the roll.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now, TruncMinute
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting import codes, limits
from pennypot.apps.voting.eligibility import posted, sending, texts, written
from pennypot.apps.voting.eligibility.sending import NOTHING, Parcel
from pennypot.apps.voting.models import Attempt, EntryLink, PhoneCode, RollEntry
from pennypot.house.answers import Invalid

How = RollEntry.How
LINK_LASTS = timedelta(hours=1)
TEXT_CODE_LASTS = timedelta(minutes=10)
TEXT_TRIES = 5
# Of coming in, only the minute is kept, so that it cannot be laid beside the log; what ends, ends a minute late.
_MINUTE = TruncMinute(Now())
_ROUNDED = timedelta(minutes=1)
_MAY_VOTE = (RollEntry.State.INVITED, RollEntry.State.ELIGIBLE)


@dataclass(frozen=True)
class Comer:
    """Who stands at the entrance, as far as a web server knows."""

    ip: str


class NotLetIn(Exception):
    """Raised for every code and link that does not open the ballot, whatever the reason: the page has one answer."""


def enter_with_code(round: Round, typed: str, comer: Comer) -> int:
    """Return the roll entry of a posted code.

    Raises
    ------
    NotLetIn
        The code is wrong, of another round, used up, or of a person who votes on paper.
    limits.TooMany, limits.CannotCount
        There were too many tries, or they cannot be counted.
    """
    tries = _tries(round, comer, (limits.PER_CODE, (round.pk, codes.plain(typed))))
    limits.take(*tries)
    entry = posted.lookup(round.pk, typed)
    _note(round, How.POSTED_CODE, comer, let_in=entry is not None)
    if entry is None:
        raise NotLetIn
    limits.give_back(*tries)
    _mark_eligible(entry)
    return entry


def ask_for_link(round: Round, how: str, address: str, comer: Comer, *, postcode: str = "") -> None:
    """Send a letter to an address in every case: with a link if it may vote, else with what to do.

    Raises
    ------
    Invalid
        This is no e-mail address, or the postcode is not in the round's list, which is no secret.
    limits.TooMany, limits.CannotCount
        There were too many.
    """
    email = written.email(address)
    if not email:
        raise Invalid(_("Write your whole e-mail address, like name@example.org."), "address")
    area, street = None, ""
    if how == How.EMAIL_POSTCODE:
        street = written.postcode(postcode)
        area = area_of(round, street)
    mailbox = written.mailbox(email)
    limits.take(
        (limits.LETTERS_PER_IP, (round.pk, comer.ip)),
        (limits.PER_ADDRESS, (round.pk, mailbox)),
        (limits.PER_ROUND, (round.pk,)),
    )
    key = codes.keyed(round.pk, "email", mailbox)
    entry = RollEntry.objects.filter(round=round, email_hash=key).first()
    # Whoever is on the roll already keeps the area and the street of the roll.
    may = entry.state in _MAY_VOTE if entry else how == How.EMAIL_POSTCODE
    with transaction.atomic():
        link = make_link(round, how, key, area=area, street=street, good=may)
        sending.hand_over(letter(round, email, link if may else ""))


def area_of(round: Round, postcode: str) -> int | None:
    """Return the area that the round's list gives a postcode; None where the list names no area. One SQL query.

    Raises
    ------
    Invalid
        It is no whole postcode, or not in the list.
    """
    if not postcode:
        raise Invalid(_("Write your whole postcode, like B29 6BD."), "postcode")
    listed = getattr(round, "postcode_list", None)
    for first, last, area in listed.rows if listed else []:
        if written.PostcodeRange(first, last).holds(postcode):
            return int(area) if area is not None else None
    raise Invalid(_("This postcode is not in the part of the place that votes here."), "postcode")


def make_link(
    round: Round, how: str, email_hash: bytes, *, area: int | None = None, street: str = "",
    lasts: timedelta = LINK_LASTS, good: bool = True,
) -> str:  # fmt: skip
    """Return the token of a new link; the database keeps its hash. Earlier links to the address end.

    Parameters
    ----------
    good
        Whether it will open anything. One that does not is written down all the same, already over, so that an address
        that may vote takes no longer than one that may not.
    """
    token = secrets.token_urlsafe(24)
    links = EntryLink.objects.filter(round=round, email_hash=email_hash, used_at=None)
    links.update(expires_at=_MINUTE)
    EntryLink.objects.create(
        round=round, how=how, token_hash=_token_hash(round, token), email_hash=email_hash, area_id=area,
        street=street, expires_at=_MINUTE + (lasts + _ROUNDED if good else timedelta()),
    )  # fmt: skip
    return token


def enter_with_link(round: Round, token: str, comer: Comer) -> int:
    """Return the roll entry of a link, once.

    Raises
    ------
    NotLetIn
        The link was used, is too old, or is none of this round's.
    limits.TooMany, limits.CannotCount
        There were too many tries.
    """
    tries = _tries(round, comer)
    limits.take(*tries)
    with transaction.atomic():
        mine = EntryLink.objects.filter(round=round, token_hash=_token_hash(round, token))
        good = mine.filter(used_at=None, expires_at__gt=Now()).update(used_at=_MINUTE)
        link = mine.first() if good else None
        entry = _entry_of_link(round, link) if link else None
    _note(
        round, link.how if link else How.ROLL_EMAIL, comer, let_in=entry is not None,
        subject=bytes(link.email_hash) if link else None, street=link.street if link else "",
    )  # fmt: skip
    if entry is None:
        raise NotLetIn
    limits.give_back(*tries)
    return entry


def ask_for_text(round: Round, typed: str, comer: Comer) -> str:
    """Send a code to a phone, unless it has had its codes; the page says the same in both cases.

    Returns
    -------
    str
        The number in E.164 form.

    Raises
    ------
    Invalid
        This cannot be a mobile number.
    """
    number = written.phone(typed, settings.OPTIONS.sms_country)
    if not number:
        raise Invalid(_("Write a mobile number with all its figures, like 07700 900123."), "phone")
    limits.take(
        (limits.LETTERS_PER_IP, (round.pk, comer.ip)),
        (limits.PER_PHONE, (round.pk, number)),
        (limits.PER_ROUND, (round.pk,)),
    )
    code = f"{secrets.randbelow(10**6):06d}"
    key = codes.keyed(round.pk, "phone", number)
    with transaction.atomic():
        PhoneCode.objects.filter(round=round, phone_hash=key, used_at=None).update(expires_at=_MINUTE)
        PhoneCode.objects.create(
            round=round, phone_hash=key, code_hash=_text_hash(round, number, code),
            expires_at=_MINUTE + TEXT_CODE_LASTS + _ROUNDED,
        )  # fmt: skip
        said = _("%(code)s is your code to vote in %(place)s. It works for ten minutes. Tell it to nobody.")
        text = said % {"code": code, "place": round.place.name}
        sending.hand_over(Parcel("sms", number, body=text) if _pay_for_text() else NOTHING)
    return number


def enter_with_text(round: Round, typed: str, code: str, which: int, comer: Comer) -> int:
    """Return the roll entry of a phone whose code was typed.

    Parameters
    ----------
    which
        Which of the people who share the phone this is, from 1.

    Raises
    ------
    NotLetIn
        The code is wrong, too old, used, or tried too often, or so many people may not share a phone.
    """
    number = written.phone(typed, settings.OPTIONS.sms_country)
    tries = _tries(round, comer, (limits.PER_PHONE, (round.pk, number, "code")))
    limits.take(*tries)
    key = codes.keyed(round.pk, "phone", number)
    entry = None
    with transaction.atomic():
        good = PhoneCode.objects.filter(
            round=round, phone_hash=key, used_at=None, expires_at__gt=Now(), tries__lt=TEXT_TRIES
        )
        ours = list(good.values_list("pk", "code_hash"))
        good.update(tries=F("tries") + 1)
        wanted = _text_hash(round, number, "".join(code.split()))
        right = [pk for pk, kept in ours if hmac.compare_digest(bytes(kept), wanted)]
        is_one = 1 <= which <= settings.OPTIONS.sms_voters_a_phone
        if right and is_one and PhoneCode.objects.filter(pk=right[0], used_at=None).update(used_at=_MINUTE):
            entry = _new_entry(round, How.SMS, code_hash=codes.keyed(round.pk, "phone", f"{number}#{which}"))
    _note(round, How.SMS, comer, let_in=entry is not None, subject=key)
    if entry is None:
        raise NotLetIn
    limits.give_back(*tries)
    return entry


def enter_with_provider(round: Round, person: Person, comer: Comer) -> int:
    """Return the roll entry of a person who signed in with the organisation's provider. The provider knows them.

    Raises
    ------
    NotLetIn
        The account is not tied to a sign-in with the provider, or may not vote.
    """
    account = SocialAccount.objects.filter(user_id=person.pk).order_by("pk").first()
    entry = None
    if account is not None:
        subject = codes.keyed(round.pk, "oidc", f"{account.provider}\x1f{account.uid}")
        entry = _new_entry(round, How.OIDC, code_hash=subject)
    _note(round, How.OIDC, comer, let_in=entry is not None)
    if entry is None:
        raise NotLetIn
    return entry


def _tries(round: Round, comer: Comer, *more: limits.Taken) -> list[limits.Taken]:
    # The round's own count comes last, because everybody waits for it.
    return [(limits.PER_IP, (round.pk, comer.ip)), *more, (limits.PER_ROUND, (round.pk,))]


def _note(
    round: Round, how: str, comer: Comer, *, let_in: bool, subject: bytes | None = None, street: str = ""
) -> None:
    minute = timezone.now().replace(second=0, microsecond=0)
    Attempt.objects.create(
        round=round, how=how, let_in=let_in, ip=comer.ip, minute=minute, subject_hash=subject, street=street
    )


def _mark_eligible(entry: int) -> None:
    RollEntry.objects.filter(pk=entry, state=RollEntry.State.INVITED).update(state=RollEntry.State.ELIGIBLE)


def _new_entry(round: Round, how: str, **keys: object) -> int | None:
    """Return the roll entry with these keys, made now if there is none, or None if it may not vote."""
    entry, _made = RollEntry.objects.get_or_create(
        round=round, **keys, defaults={"how": how, "state": RollEntry.State.ELIGIBLE, "day": today(round)}
    )
    if entry.state not in _MAY_VOTE:
        return None
    _mark_eligible(entry.pk)
    return entry.pk


def _entry_of_link(round: Round, link: EntryLink) -> int | None:
    email_hash = bytes(link.email_hash)
    if link.how == How.EMAIL_POSTCODE:
        entry, _made = RollEntry.objects.get_or_create(
            round=round,
            email_hash=email_hash,
            defaults={
                "how": link.how, "area_id": link.area_id, "street": link.street,
                "state": RollEntry.State.ELIGIBLE, "day": today(round),
            },
        )  # fmt: skip
    else:
        found = RollEntry.objects.filter(round=round, email_hash=email_hash).first()
        if found is None:
            return None
        entry = found
    if entry.state not in _MAY_VOTE:
        return None
    _mark_eligible(entry.pk)
    return entry.pk


def say_area(entry: RollEntry, area: Area) -> None:
    """Note the area down that a voter says they live in, once, where the roll does not know it."""
    RollEntry.objects.filter(pk=entry.pk, area=None).update(area=area)


def today(round: Round) -> date:
    """Return the day in the place's time zone."""
    return timezone.now().astimezone(round.zone).date()


def link_address(round: Round, token: str) -> str:
    """Return the whole address of a link."""
    return settings.SITE_ADDRESS + reverse("vote_link", args=[round.place.slug, round.slug, token])


def letter(round: Round, email: str, token: str, *, invited: bool = False) -> Parcel:
    """Write the letter: with the link, or, to an address that may not vote, with what to do.

    Parameters
    ----------
    invited
        Whether it goes out by itself, to somebody on an uploaded roll.
    """
    context = {
        "invited": invited,
        "round": round,
        "place": round.place,
        "link": link_address(round, token) if token else "",
        "page": settings.SITE_ADDRESS + reverse("vote_round", args=[round.place.slug, round.slug]),
    }
    name = "link" if token else "not_on_roll"
    subject = _("Your vote in %(place)s") % {"place": round.place.name}
    return Parcel("email", email, subject, render_to_string(f"voting/letters/{name}.txt", context))


def _token_hash(round: Round, token: str) -> bytes:
    # Bound to the purpose and the round: a token of anything else is nothing here.
    return hashlib.sha256(f"voting.link:{round.pk}:{token}".encode()).digest()


def _text_hash(round: Round, number: str, code: str) -> bytes:
    return codes.keyed(round.pk, "text", f"{number}:{code}")


_PAY = """
INSERT INTO voting_textspending (day, texts, pence) SELECT current_date, 1, %(pence)s WHERE %(pence)s <= %(cap)s
ON CONFLICT (day) DO UPDATE SET texts = voting_textspending.texts + 1, pence = voting_textspending.pence + %(pence)s
WHERE voting_textspending.pence + %(pence)s <= %(cap)s
RETURNING pence
"""


def _pay_for_text() -> bool:
    """Note the cost of one text down, unless the day's money for texts is spent or there is no provider."""
    if texts.provider() is None:
        return False
    given = {"pence": settings.OPTIONS.sms_pence, "cap": settings.OPTIONS.sms_pence_a_day}
    with connection.cursor() as cursor:
        cursor.execute(_PAY, given)
        return cursor.fetchone() is not None
