"""The list of a round's proposals: searched, filtered and sorted, always in the same number of SQL queries.

What the address asks for is looked up in lists of what there is; nothing from it reaches the query as a name.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery, TrigramWordSimilarity
from django.db import connection
from django.db.models import (
    Case,
    Count,
    F,
    FloatField,
    Func,
    IntegerField,
    OrderBy,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import MD5, Cast, Concat
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Category, Proposal, Round
from pennypot.apps.rounds.queries.proposals import areas_for, categories_of, first_picture
from pennypot.house.answers import Invalid

A_PAGE = 24
LONGEST_SEARCH = 100

ORDERS: dict[str, str | Promise] = {
    "mixed": gettext_lazy("Mixed up, so that none is always first"),
    "fit": gettext_lazy("Best fit to my search first"),
    "newest": gettext_lazy("Newest first"),
    "endorsed": gettext_lazy("Most endorsed first"),
    "talked": gettext_lazy("Most talked about first"),
    "cheapest": gettext_lazy("Lowest cost first"),
    "dearest": gettext_lazy("Highest cost first"),
    "number": gettext_lazy("By number"),
}
STATES: dict[str, str | Promise] = {
    "standing": gettext_lazy("All that stand"),
    "waiting": gettext_lazy("Not decided yet"),
    "accepted": gettext_lazy("Accepted"),
    "refused": gettext_lazy("Refused"),
    "gone": gettext_lazy("Withdrawn or joined"),
}
_STATE_FILTERS = {
    "standing": Q(state=Proposal.State.SUBMITTED),
    "waiting": Q(state=Proposal.State.SUBMITTED, decision=Proposal.Decided.NOT_YET),
    "accepted": Q(state=Proposal.State.SUBMITTED, decision=Proposal.Decided.ACCEPTED),
    "refused": Q(state=Proposal.State.SUBMITTED, decision=Proposal.Decided.REFUSED),
    "gone": Q(state__in=[Proposal.State.WITHDRAWN, Proposal.State.MERGED]),
}
_ORDERED: dict[str, tuple[Any, ...]] = {
    "newest": ("-submitted_at", "-pk"),
    "endorsed": ("-endorsement_count", "pk"),
    "talked": (OrderBy(F("thread__comments_shown"), descending=True, nulls_last=True), "pk"),
    "cheapest": ("cost_pence", "pk"),
    "dearest": ("-cost_pence", "pk"),
    "number": ("number",),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; everything in it is one of the lists, or a plain number."""

    words: str = ""
    area: int | None = None
    category: int | None = None
    state: str = "standing"
    order: str = "mixed"
    seed: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether something is searched or left out."""
        return bool(self.words or self.chosen)

    @property
    def chosen(self) -> bool:
        """Whether something is left out by a choice, not by words."""
        return bool(self.area or self.category or self.state != "standing")

    @property
    def filtered(self) -> bool:
        """Whether what is chosen has to be seen: something is left out, or the order is not the usual one."""
        return self.chosen or self.order != usual_order(self.words)

    def address(self, **changes: Any) -> str:
        """Return the query of an address with some things changed: ``area=3&order=newest``."""
        asked, usual = replace(self, **changes), Asked()
        found = {
            "q": asked.words,
            "area": asked.area or "",
            "category": asked.category or "",
            "state": asked.state if asked.state != usual.state else "",
            "order": asked.order if asked.order != usual_order(asked.words) else "",
            "seed": asked.seed if asked.order == "mixed" else "",
            "page": asked.page if asked.page != 1 else "",
        }
        return urlencode({key: value for key, value in found.items() if value != ""})


def read(given: QueryDict) -> Asked:
    """Read what an address asks for.

    Raises
    ------
    Invalid
        It asks for an order or a state that there is not.
    """
    words = " ".join(given.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH]
    order, state = given.get("order") or usual_order(words), given.get("state") or "standing"
    if order not in ORDERS:
        raise Invalid(_("There is no such order."))
    if state not in STATES:
        raise Invalid(_("There is no such state of a proposal."))
    seed = given.get("seed", "")
    return Asked(
        words=words,
        area=_number(given.get("area", "")),
        category=_number(given.get("category", "")),
        state=state,
        order=order,
        seed=seed if re.fullmatch(r"[0-9a-z]{1,16}", seed) else "",
        page=_number(given.get("page", "")) or 1,
    )


def usual_order(words: str) -> str:
    """Return the order of a list for which none was chosen."""
    return "fit" if words else "mixed"


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) and int(text) > 0 else None


@dataclass(frozen=True)
class Listed:
    """One page of the list, and what can be chosen."""

    asked: Asked
    proposals: list[Any]
    total: int
    pages: int
    areas: list[Area]
    categories: list[Category]

    @property
    def previous(self) -> str:
        """The address of the page before this one, or nothing."""
        return self.asked.address(page=self.asked.page - 1) if self.asked.page > 1 else ""

    @property
    def following(self) -> str:
        """The address of the page after this one, or nothing."""
        return self.asked.address(page=self.asked.page + 1) if self.asked.page < self.pages else ""


def listed(round: Round, asked: Asked, *, usual_seed: str) -> Listed:
    """Return a page of the list. Five SQL queries, whatever is asked.

    Parameters
    ----------
    usual_seed
        What mixes the list for those who did not choose a seed of their own: the day, so that a page can be passed on.
    """
    areas, categories = areas_for(round), categories_of(round)
    found = _filtered(round, asked)
    total = found.aggregate(total=Count("pk"))["total"]
    pages = max(1, -(-total // A_PAGE))
    asked = replace(asked, page=min(asked.page, pages))
    first = (asked.page - 1) * A_PAGE
    page = _ordered(found, asked, usual_seed).annotate(picture=first_picture())[first : first + A_PAGE]
    rows = list(
        page.values(
            "number", "title", "plain_summary", "what", "cost_pence", "yearly_pence", "state", "decision",
            "endorsement_count", "place_said", "area__name", "category__name", "category__colour", "picture",
            comments=F("thread__comments_shown"),
        )
    )  # fmt: skip
    return Listed(asked, rows, total, pages, areas, categories)


def shuffled(asked: Asked) -> str:
    """Return the address of the same list, mixed in an order that nobody has seen yet."""
    return asked.address(order="mixed", seed=secrets.token_hex(4), page=1)


_STAMP = """
SELECT
  (SELECT concat_ws(' ', count(*), sum(hashtextextended(concat_ws(' ', proposal.id, proposal.revision,
      proposal.state, proposal.decision, proposal.cost_pence, proposal.endorsement_count, proposal.changed_at,
      thread.comments_shown), 0)))
    FROM rounds_proposal proposal LEFT JOIN talk_thread thread ON thread.id = proposal.thread_id
    WHERE proposal.round_id = %(round)s),
  (SELECT sum(hashtextextended(concat_ws(' ', id, name, colour), 0)) FROM rounds_category WHERE round_id = %(round)s),
  (SELECT sum(hashtextextended(concat_ws(' ', id, parent_id, name), 0)) FROM places_area WHERE place_id = %(place)s),
  (SELECT sum(area_id) FROM rounds_round_areas WHERE round_id = %(round)s)
"""


def stamp(round: Round) -> tuple[object, ...]:
    """Return a fingerprint of everything that a list of this round shows, for pieces that are kept. One SQL query."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, {"round": round.pk, "place": round.place_id})
        return tuple(cursor.fetchone())


def _filtered(round: Round, asked: Asked) -> QuerySet[Proposal]:
    found = Proposal.objects.filter(_STATE_FILTERS[asked.state], round=round)
    if asked.area:
        found = found.filter(Q(area=asked.area) | Q(area__parent=asked.area))
    if asked.category:
        found = found.filter(category=asked.category)
    if asked.words:
        found = found.filter(_fits(asked.words))
    return found


def _fits(words: str) -> Q:
    """Whether a proposal fits what was searched: its number, its words in any of their forms, or a like title."""
    fits = Q(search=SearchQuery(words, config="english", search_type="websearch"))
    if words.isascii() and words.isdigit() and len(words) < 10:
        fits |= Q(number=int(words))
    return fits | Q(title__trigram_word_similar=words)


def _ordered(found: QuerySet[Proposal], asked: Asked, usual_seed: str) -> QuerySet[Proposal]:
    if asked.order == "fit":
        return found.order_by(*_by_fit(asked.words))
    if asked.order != "mixed":
        return found.order_by(*_ORDERED[asked.order])
    # The same for one seed on every page; another seed mixes anew.
    mixed = MD5(Concat(Value(asked.seed or usual_seed), Cast("pk", TextField()), output_field=TextField()))
    return found.order_by(mixed, "pk")


def _by_fit(words: str) -> tuple[Any, ...]:
    """Order by how well a proposal fits: its number first, then its words, then its title's letters."""
    rank = Func(
        F("search"),
        SearchQuery(words, config="english", search_type="websearch"),
        function="ts_rank",
        output_field=FloatField(),
    )
    like = TrigramWordSimilarity(words, "title")
    is_number = words.isascii() and words.isdigit() and len(words) < 10
    first = [Case(When(number=int(words), then=0), default=1, output_field=IntegerField())] if is_number else []
    return (*first, OrderBy(rank, descending=True), OrderBy(like, descending=True), "pk")


def for_file(round: Round, asked: Asked) -> Iterable[dict[str, Any]]:
    """Return all proposals that fit, by number, for a file. One SQL query."""
    found: Iterable[Any] = (
        _filtered(round, asked)
        .order_by("number")
        .values(
            "number", "title", "plain_summary", "area__name", "category__name", "place_said", "state", "decision",
            "proposed_cost_pence", "cost_pence", "yearly_pence", "endorsement_count", "submitted_at",
        )
    )  # fmt: skip
    return found
