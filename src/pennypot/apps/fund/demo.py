"""The demo places' one per cent: the usual policy on real figures, and a few invented promises and payments.

Nobody has ever set this money aside. Everything that looks like a promise or a payment says that it is invented.
"""

from __future__ import annotations

from django.db import transaction

from pennypot.apps.fund.actions.books import Move, accounts, open_ledger, post
from pennypot.apps.fund.actions.checks import check_ledger
from pennypot.apps.fund.actions.money import shares_for, write_payment
from pennypot.apps.fund.actions.pledges import Promise, write_pledge
from pennypot.apps.fund.actions.policies import draft_policy, put_in_force
from pennypot.apps.fund.areas import Method
from pennypot.apps.fund.models import Contribution, Entry, Ledger, PolicyVersion
from pennypot.apps.fund.reading import usual
from pennypot.apps.fund.shares import Party, share
from pennypot.apps.places.models import Place

INVENTED = "Invented for demonstration"
WHY = "A demonstration: what the usual policy gives with this place's figures. No agency has agreed to it."
REASON = f"{INVENTED}: no agency has promised this."
MEMO = f"{INVENTED}: no agency has paid this."
# By how many hundredths of what is due each of the first agencies promised (new, redirected, capital) and paid.
PROMISES = ((70, 30, 0), (100, 0, 0), (0, 60, 0))
PAYMENTS = ((0, "new", 50), (0, "redirected", 20), (1, "new", 100))
# How much of what came in is split among the areas, in hundredths.
SPLIT = 60


def load(place: Place) -> None:
    """Give a demo place its policy, contributions and an invented beginning of a ledger; once.

    A place where somebody has begun a policy already is left as it is.
    """
    with transaction.atomic():
        Place.objects.select_for_update(no_key=True).get(pk=place.pk)
        if PolicyVersion.objects.filter(place=place).exists():
            return
        draft = draft_policy(
            place,
            usual().policy,
            year=place.year,
            by=None,
            preset=usual().key,
            source=str(usual().source),
            reason=WHY,
            label=INVENTED,
        )
        version = put_in_force(draft, by=None, seen=draft.drafted_at)
        due = list(version.contributions.select_related("agency", "policy__place"))
        if due:
            _invent(place, version, due)


def _invent(place: Place, version: PolicyVersion, due: list[Contribution]) -> None:
    """A few promises and payments, so that there is something to walk through; each says that it is invented."""
    for contribution, parts in zip(due, PROMISES, strict=False):
        promise = _parts(contribution.due_pence, parts)
        write_pledge(contribution, promise, version=1, by=None, reason=REASON, label=INVENTED)
    for number, (which, money, part) in enumerate(PAYMENTS, start=1):
        if which < len(due):
            pence = due[which].due_pence * part // 100
            if pence:
                write_payment(due[which], pence, money=money, key=f"demo payment {number}", memo=MEMO, by=None)
    _invent_a_mistake(place, version, due)
    _invent_a_split(place, version)
    check_ledger(Ledger.objects.get(place=place))


def _parts(due: int, hundredths: tuple[int, int, int]) -> Promise:
    named = zip(("new", "redirected", "capital"), hundredths, strict=True)
    parts = share(due * sum(hundredths) // 100, [Party(name, part) for name, part in named])
    return Promise(*(part.pence for part in parts))


def _invent_a_mistake(place: Place, version: PolicyVersion, due: list[Contribution]) -> None:
    """A payment written down twice, and the entry that takes the second one back."""
    if len(due) < 3:
        return
    pence = due[2].due_pence // 4
    write_payment(due[2], pence, money="redirected", key="demo payment right", memo=MEMO, by=None)
    twice = write_payment(due[2], pence, money="redirected", key="demo payment twice", memo=MEMO, by=None)
    memo = f"{INVENTED}: the payment was written down twice."
    post(place, key="demo reversal", kind=Entry.Kind.REVERSAL, year=version.year, memo=memo, reverses=twice)


def _invent_a_split(place: Place, version: PolicyVersion) -> None:
    if not place.areas.exists():
        return
    open_ledger(place)
    fund = accounts(place, [("fund", "", 0)])["fund"]
    parts = shares_for(place, fund.balance_pence * SPLIT // 100, Method.POPULATION)
    pots = accounts(place, [(f"area:{part.area.pk}", part.area.name, 0) for part in parts])
    moves = [Move(fund, pots[f"area:{part.area.pk}"], part.pence) for part in parts if part.pence]
    if moves:
        memo = f"{INVENTED}: split by how many people live in each area."
        post(place, key="demo split", kind=Entry.Kind.SPLIT, year=version.year, memo=memo, moves=moves)
