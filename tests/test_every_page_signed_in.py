"""The pages of officers, the place team and the accountable officer: the same care as for the public ones."""

from __future__ import annotations

import pytest

from pennypot.apps.budgets.tests.handing import BUDGET, PAYMENTS, hand_over
from pennypot.testing.cast import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {
    "ben": [
        "/account/",
        "/account/mfa/",
        "/account/sessions/",
        "/brindley/budgets/",
        "/brindley/budgets/add/",
        "/brindley/budgets/uploads/{payments}/",
        "/brindley/budgets/uploads/{budget}/",
        "/brindley/budgets/uploads/{refused}/",
        "/brindley/spending/",
        "/brindley/pool/budget/{draft}/",
        "/brindley/fund/pledge/council/",
        "/brindley/review/",
    ],
    "aled": [
        "/brindley/fund/",
        "/brindley/fund/policy/",
        "/brindley/fund/money/",
        "/brindley/fund/money/1/",
        "/brindley/fund/money/pay/council/",
        "/brindley/fund/money/split/",
        "/brindley/spending/local/",
    ],
    "tariq": ["/brindley/people/", "/brindley/deeds/", "/brindley/set-up/", "/brindley/set-up/areas/"],
    "oona": ["/", "/places/new/"],
}


@pytest.fixture
def handed(cast, brindley, client):
    """Files that Ben handed over: payments and a budget that were read, and a picture that was refused."""
    sign_in(client, cast.ben)
    refused = hand_over(client, b"\xff\xd8\xff\xe0 a picture" * 50, "holiday.csv")
    return {
        "payments": hand_over(client, PAYMENTS, "may.csv").pk,
        "budget": hand_over(client, BUDGET, "budget.csv", year="2027-28", budget_kind="budget").pk,
        "refused": refused.pk,
        "draft": brindley["budget"],
    }


@pytest.mark.parametrize("name", PAGES)
def test_s64_axe_finds_nothing_and_nothing_needs_a_script(barriers, cast, handed, client, name):
    sign_in(client, getattr(cast, name))
    assert barriers([page.format(**handed) for page in PAGES[name]], client) == {}
