"""Helpers of the tests of voting pages: voters with codes, a browser that goes in, chooses and sends."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, NamedTuple

from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from pennypot.apps.voting import codes
from pennypot.apps.voting.eligibility import sending
from pennypot.apps.voting.models import RollEntry


def address(round: Any, name: str, *more: Any) -> str:
    """Return the address of a voting page of the round."""
    return reverse(name, args=[round.place.slug, round.slug, *more])


def new_voter(round: Any, **values: Any) -> str:
    """Put somebody on the roll and return their code as it is printed."""
    code = codes.new_code()
    RollEntry.objects.create(
        round=round, how="posted_code", code_hash=codes.hash_of(round.pk, code), day=date(2027, 5, 3), **values
    )
    return codes.said(code)


def go_in(client: Client, round: Any, code: str, **headers: Any) -> Any:
    """Type a code at the entrance."""
    return client.post(address(round, "vote_round"), {"way": "code", "code": code}, **headers)


def send(client: Client, round: Any, choices: list[int], word: str = "", **fields: Any) -> Any:
    """Check the choices and send them, as a browser without scripts does; the answer to the last step."""
    checked = client.post(address(round, "ballot_check"), {"choice": choices, **fields})
    if checked.status_code != 200:
        return checked
    # Read from the page: what the test client notes of templates mixes up threads.
    token = re.search(r'name="token" value="([^"]+)"', checked.content.decode())[1]
    return client.post(address(round, "ballot_cast"), {"choice": choices, "token": token, "word": word, **fields})


class Held(NamedTuple):
    """A receipt as a voter holds it, read from the page."""

    index: int
    fingerprint: str
    signature: str
    word: str


def receipt_of(answer: Any) -> Held:
    """Read the receipt from the page that shows it."""
    page = answer.content.decode()
    index = re.search(r'class="large num">(\d+)<', page)[1]
    fingerprint, signature = re.findall(r'class="hash">([^<]+)<', page)
    word = re.search(r'class="large">([^<]*)<', page)
    return Held(int(index), fingerprint.replace(" ", ""), signature, word[1] if word else "")


def parcels() -> list[sending.Parcel]:
    """Return the letters and texts that wait for the worker, and take them away."""
    jobs = ProcrastinateJob.objects.filter(task_name=sending.TASK).order_by("pk")
    box = sending._box()
    found = [sending.Parcel(**json.loads(box.decrypt(job.args["sealed"].encode()))) for job in jobs]
    jobs.delete()
    return found
