"""Create: projects, and the money, things and people that the seats give to them."""

from __future__ import annotations

from dataclasses import replace

from ..money import Books
from ..pack import KINDS, Pack
from ..state import Offer, Project, State
from ..words import Illegal
from .given import Given

MOST_POUNDS = 10_000_000  # of a project of one's own
MOST_PROJECTS = 40  # at one table


def draft(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Put a project on the table: an idea card, or one's own with what it costs and needs."""
    seat = given.seat(state)
    if len(state.projects) >= MOST_PROJECTS:
        raise Illegal("That is too many: at most {most}.", most=MOST_PROJECTS)
    card_id = given.text("card", 80, needed=False)
    if card_id:
        if card_id not in pack.idea_card:
            raise Illegal("There is no “{value}” here.", value=card_id)
        if any(project.card == card_id and project.state == "open" for project in state.projects.values()):
            raise Illegal("This idea is on the table already.")
        card = pack.idea_card[card_id]
        project = Project(
            title=card.title,
            seat=seat,
            card=card.id,
            cost_pence=card.cost_pence,
            yearly=card.yearly,
            slots=dict(card.slots),
            needs=card.needs,
            duties=(card.duty,) if card.duty else (),
        )
    else:
        project = Project(
            title=given.text("title", 80),
            seat=seat,
            card="",
            cost_pence=given.whole("pence", 0, MOST_POUNDS * 100),
            yearly=given.yes("yearly"),
            slots=given.slots("slots", KINDS),
            needs=given.names("needs", pack.need, len(pack.needs)),
            text=given.text("text", needed=False),
        )
    name = f"p{len(state.projects) + 1}"
    state.projects[name] = project
    state.money[f"project:{name}"] = 0


def drop(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Take one's own project off the table; every pledge and every thing goes back."""
    seat = given.seat(state)
    name, project = _project(state, given)
    if project.seat != seat:
        raise Illegal("Only the seat that put it on the table can take it off.")
    for giver, pence in project.pledges.items():
        books.move(f"project:{name}", f"share:{giver}", pence)
    state.offers = {key: offer for key, offer in state.offers.items() if offer.project != name}
    state.projects[name] = replace(project, state="dropped", pledges={}, leads=(), signed=())


def merge(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Join one's own project to another: costs and needs add up, and every pledge and offer goes along."""
    seat = given.seat(state)
    name, project = _project(state, given)
    into, other = _project(state, given, "into")
    if name == into:
        raise Illegal("A project cannot be joined to itself.")
    if project.seat != seat:
        raise Illegal("Only the seat that put it on the table can join it to another.")
    pledges = dict(other.pledges)
    for giver, pence in project.pledges.items():
        books.move(f"project:{name}", f"project:{into}", pence)
        pledges[giver] = pledges.get(giver, 0) + pence
    slots = dict(other.slots)
    for kind, units in project.slots.items():
        slots[kind] = slots.get(kind, 0) + units
    state.offers = {
        key: replace(offer, project=into) if offer.project == name else offer for key, offer in state.offers.items()
    }
    state.projects[into] = replace(
        other,
        cost_pence=other.cost_pence + project.cost_pence,
        yearly=other.yearly or project.yearly,
        slots=slots,
        needs=_both(other.needs, project.needs),
        duties=_both(other.duties, project.duties),
        pledges=pledges,
        leads=_both(other.leads, project.leads),
        # A sign-off was for what it was: the joined project needs it anew.
        signed=(),
        safeguards=_both(other.safeguards, project.safeguards),
    )
    state.projects[name] = replace(project, state="merged", merged_into=into, pledges={}, leads=(), signed=())


def pledge(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Give money of one's share to a project, at most what it still lacks."""
    seat = given.seat(state)
    name, project = _project(state, given)
    share = state.money[f"share:{seat}"]
    lacking = project.cost_pence - project.cash_pence
    pence = given.whole("pence", 1, max(1, share + lacking))
    if pence > share:
        raise Illegal("Your share has not so much money left.")
    if pence > lacking:
        raise Illegal("The project does not need so much any more.")
    books.move(f"share:{seat}", f"project:{name}", pence)
    state.projects[name] = replace(project, pledges={**project.pledges, seat: project.pledges.get(seat, 0) + pence})


def unpledge(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Take money back from a project."""
    seat = given.seat(state)
    name, project = _project(state, given)
    pledged = project.pledges.get(seat, 0)
    if not pledged:
        raise Illegal("You have pledged nothing to it.")
    pence = given.whole("pence", 1, pledged)
    books.move(f"project:{name}", f"share:{seat}", pence)
    pledges = {**project.pledges, seat: pledged - pence}
    if not pledges[seat]:
        del pledges[seat]
    state.projects[name] = replace(project, pledges=pledges)


def offer(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Give units of an asset of one's own to a project that lacks that kind."""
    seat = given.seat(state)
    name, project = _project(state, given)
    asset = given.one_of("asset", [*pack.asset, *state.own_assets])
    owner, kind = (
        (state.own_assets[asset].seat, state.own_assets[asset].kind)
        if asset in state.own_assets
        else (pack.asset[asset].bring, pack.asset[asset].kind)
    )
    if owner != seat:
        raise Illegal("Only the seat that brings it can offer it.")
    units = given.whole("units", 1, 999)
    if units > state.units_of(pack, asset) - state.used_units(asset):
        raise Illegal("There is not so much of it left.")
    lacking = project.slots.get(kind, 0) - state.filled(name).get(kind, 0)
    if units > lacking:
        raise Illegal("The project does not need so much of this.")
    state.offered += 1
    state.offers[f"o{state.offered}"] = Offer(seat, asset, kind, units, name)


def unoffer(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Take an offer back."""
    seat = given.seat(state)
    name = given.one_of("offer", state.offers)
    if state.offers[name].seat != seat:
        raise Illegal("Only the seat that brings it can take it back.")
    if state.projects[state.offers[name].project].state != "open":
        raise Illegal("This project is closed.")
    del state.offers[name]


def lead(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Say that one's seat will see the project through; two are better than one."""
    seat = given.seat(state)
    name, project = _project(state, given)
    if seat in project.leads:
        raise Illegal("You lead it already.")
    state.projects[name] = replace(project, leads=(*project.leads, seat))


def unlead(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Stop leading a project."""
    seat = given.seat(state)
    name, project = _project(state, given)
    if seat not in project.leads:
        raise Illegal("You do not lead it.")
    state.projects[name] = replace(project, leads=tuple(one for one in project.leads if one != seat))


def sign_off(pack: Pack, state: State, books: Books, given: Given) -> None:
    """A custodian says that its duty by law allows the project."""
    name, project = _project(state, given)
    seat = given.one_of("seat", state.seats)
    if seat not in project.duties:
        raise Illegal("This seat's sign-off is not asked for.")
    if state.seats[seat].state != "taken" and given.by != "facilitator":
        raise Illegal("Nobody sits in this seat now.")
    if seat in project.signed:
        raise Illegal("This is signed already.")
    state.projects[name] = replace(project, signed=(*project.signed, seat))


def protect(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Write a safeguard on a project."""
    given.seat(state)
    name, project = _project(state, given)
    if len(project.safeguards) >= 5:
        raise Illegal("That is too many: at most {most}.", most=5)
    state.projects[name] = replace(project, safeguards=(*project.safeguards, given.text("text")))


def ask(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Ask the other tables for something that this one has not."""
    seat = given.seat(state)
    if len(state.asks) >= 20:
        raise Illegal("That is too many: at most {most}.", most=20)
    state.asks = (*state.asks, (seat, given.one_of("kind", KINDS), given.text("text", 200)))


def _project(state: State, given: Given, field: str = "project") -> tuple[str, Project]:
    name = given.one_of(field, state.projects)
    project = state.projects[name]
    if project.state != "open":
        raise Illegal("This project is closed.")
    return name, project


def _both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return (*first, *(one for one in second if one not in first))


VERBS = {
    "draft": draft,
    "drop": drop,
    "merge": merge,
    "pledge": pledge,
    "unpledge": unpledge,
    "offer": offer,
    "unoffer": unoffer,
    "lead": lead,
    "unlead": unlead,
    "sign_off": sign_off,
    "protect": protect,
    "ask": ask,
}
