"""Which payees look like private people. The names are made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.budgets.spending import is_redacted, judge_payee, looks_private
from pennypot.apps.budgets.spending.private import _organisation_words


@pytest.mark.parametrize(
    "name",
    [
        "Mr A Sample", "MRS B EXAMPLE", "Miss Jane Doe", "Dr P Q Nobody", "Sample, Mr A", "Nobody Mr J",
        "Jane Doe", "JANE DOE", "Doe Jane", "Doe, Jane", "J Doe", "DOE J", "J. K. Doe", "Anne-Marie O'Example",
        "Siân Example", "Jane & John Doe", "Jane Doe and John Smith", "MR & MRS EXAMPLE", "Jane van der Doe",
        "Executors of Jane Doe", "Estate of the late J Doe", "Jane Doe (deceased)", "Quentin Zzyzx",
        "Wibble Wobbleton", "Rev J Example", "Mohammed Example", "Zofia Example",
    ],
)  # fmt: skip
def test_the_name_of_a_person_is_private(name):
    assert looks_private(name), judge_payee(name)


@pytest.mark.parametrize(
    "name",
    [
        "Example Ltd", "EXAMPLE LIMITED", "Jane Doe Ltd", "J DOE & SONS LTD", "Doe Bros",
        "Example Borough Council", "St Example's School", "Dr Doe Dental Practice Ltd", "Example & Co", "BT",
        "EDF", "The Example Trust", "HMRC", "Royal Mail", "Example Care Homes", "J K Doe Building Contractors",
        "3M", "4 Example Events", "Friends of Example Park", "Jane Doe t/a Doe Catering", "Example Solicitors",
        "NATWEST BANK", "John Doe Primary School", "DWP", "Example University", "Mary's Meals Charity",
        "Doe Plumbing Services", "UNIT4", "The Laurels",
        "Www.Example.Com", "Card *exampleshop", "Example.co.uk",
        "Parish Council of Doe", "Gov.uk", "A1 Taxis", "Doe Nursery",
        "Amazon", "Vodafone",
    ],
)  # fmt: skip
def test_the_name_of_an_organisation_is_not(name):
    assert judge_payee(name).kind == "organisation", judge_payee(name)


@pytest.mark.parametrize(
    "name",
    [
        "Redacted", "REDACTED PERSONAL DATA", "Name withheld", "Redacted personal data ", "*****", "xxxx",
        "Private Individual", "Individual", "THIRD PARTY", "Third Party Supplier", "Personal Information",
        "Data Protection Act", "CONFIDENTIAL",
    ],
)  # fmt: skip
def test_a_name_taken_out_by_the_publisher_is_redacted(name):
    assert is_redacted(name) and judge_payee(name).kind == "redacted"
    assert not looks_private(name)


@pytest.mark.parametrize(
    "name",
    [
        "Third Party Forensic Services Ltd",
        "Individual Care Services",
        "Redactive Media Sales Limited",
        "Privacy & Data Protection Ltd",
        "Exxxon Oils Ltd",
    ],
)
def test_a_company_with_such_a_word_is_not_redacted(name):
    assert judge_payee(name).kind == "organisation"


def test_no_name_is_not_given():
    assert judge_payee("").kind == judge_payee("   ").kind == "not given"


def test_what_was_paid_for_tips_the_balance():
    assert not looks_private("Doe")
    assert looks_private("Doe", "Fostering allowances")
    assert looks_private("Doe Q", "DISABLED FACILITIES GRANT")
    assert not looks_private("Example Fostering Ltd", "Fostering allowances")


@given(st.text(max_size=60), st.text(max_size=20))
def test_every_name_gets_an_answer(name, purpose):
    assert judge_payee(name, purpose).kind in {"organisation", "private", "redacted", "not given"}


@given(
    st.sampled_from(["Jane", "Mohammed", "Wei", "Zofia", "Gareth"]),
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=12),
)
def test_a_given_name_with_an_unknown_word_is_always_private(given_name, word):

    name = f"{given_name} {word}".title()
    known = {one.lower() for one in name.split()} & _organisation_words()
    assert known or looks_private(name) or is_redacted(name)
