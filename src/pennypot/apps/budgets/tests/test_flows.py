"""Who raises it, who spends it, what for: what comes in equals what goes out, and nothing is made up."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.budgets import flows, queries
from pennypot.apps.budgets.models import Budget, Income
from pennypot.apps.budgets.tests.test_versions import _line as pool_line
from pennypot.apps.places.models import Agency, Place


def income(family: str, raised_by: str, pence: int | None) -> Income:
    return Income(budget=Budget(agency=Agency(family=family)), raised_by=raised_by, amount_pence=pence)


spending = st.lists(st.tuples(st.none() | st.integers(-(10**6), 10**9), st.booleans()), max_size=15)
raising = st.lists(
    st.tuples(
        st.sampled_from(["council", "nhs", "police", "fire"]),
        st.sampled_from(["nation", "business", "council-tax", "other"]),
        st.none() | st.integers(-5, 10**10),
    ),
    max_size=8,
)


@given(spending, raising)
def test_what_comes_in_goes_out_for_every_kind_of_agency(lines, found):
    pool = queries.Pool(
        Place(slug="x"), "2024-25", tuple(pool_line(n, pence, counted) for n, (pence, counted) in enumerate(lines))
    )
    amounts = flows.amounts(pool, [income(*one) for one in found])
    coming, going = Counter(), Counter()
    for (_, family), pence in amounts.raised.items():
        assert pence > 0
        coming[family] += pence
    for (family, _), pence in amounts.spent.items():
        assert pence > 0
        going[family] += pence
    assert coming == going
    for group in pool.by_family():
        services = {
            what: pence
            for (family, what), pence in amounts.spent.items()
            if family == group.key and what not in (flows.ELSEWHERE, flows.OUTSIDE)
        }
        for what, pence in services.items():
            assert pence == sum(line.in_total_pence for line in group.lines if line.theme.slug == what)


def test_the_council_of_birmingham_takes_in_what_its_return_says(birmingham):
    amounts = flows.amounts(queries.pool(birmingham), queries.incomes(birmingham, "2010-11"))
    assert amounts.raised["council-tax", "council"] == 332_753_000_00
    assert amounts.raised["business", "council"] == 592_046_000_00
    assert amounts.raised["nation", "council"] == (671_111 + 1_097_512 + 141_187 + 85_971) * 1000_00
    assert amounts.spent["council", flows.ELSEWHERE] == 559_145_000_00
    assert amounts.spent["council", flows.OUTSIDE] == (2_923_229 - 2_186_698) * 1000_00 - 559_145_000_00
    assert not any(who == flows.NOT_KNOWN for who, _ in amounts.raised)


def test_where_no_source_says_who_raises_it_the_page_says_so(trafford, client):
    amounts = flows.amounts(queries.pool(trafford), [])
    assert {who for who, _ in amounts.raised} == {flows.NOT_KNOWN}
    page = client.get("/trafford/pool/flows/").content.decode()
    assert "Nobody has said yet who raises this money" in page
    assert "No source in hand says who raises this money." in page


def test_every_flow_of_the_picture_is_in_the_list_below_it(birmingham, client):
    page = client.get("/birmingham/pool/flows/").content.decode()
    assert "National taxes to Council" in page
    assert page.count('class="ribbon"') == page.count(
        "</th><td", page.index("From and to"), page.index("What comes in, as")
    )
