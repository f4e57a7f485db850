"""The one question before the table: proposing, reacting, deciding.

By consent + 1 (the usual rule) a proposal passes when those who support it or can live with it are more than half of
the seats taken and nobody holds. A hold costs one of a seat's two tokens and says why; then the proposer may amend,
once. Of the amended version a single hold no longer stops it: it is printed as dissent. Silence is never yes.
"""

from __future__ import annotations

from dataclasses import replace

from ..money import Books
from ..pack import Effect, Pack
from ..state import Decision, Drawn, Proposal, Reaction, State
from ..words import Illegal
from .given import Given

KINDS = ("support", "live", "concern", "hold")
YES = ("support", "live")
# Which questions each phase allows.
ASKED = {
    "cut": ("cut",),
    "pool": ("pool",),
    "event": ("respond",),
    "mend": ("cut", "pool", "respond"),
}


def propose(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Put a question: a line and how deep to cut it, a pool card, or an answer to an event."""
    seat = given.seat(state)
    if state.proposal:
        raise Illegal("There is a proposal on the table already. Decide it first.")
    kind = given.one_of("kind", ASKED[state.phase])
    number = state.proposed + 1
    if kind == "cut":
        line = given.one_of("card", pack.line)
        proposal = Proposal(number, seat, kind, line, level=given.whole("level", 0, len(pack.line[line].steps)))
    elif kind == "pool":
        proposal = Proposal(number, seat, kind, given.one_of("card", pack.pool_card))
    else:
        happened = [drawn.event for drawn in state.events if not drawn.choice and pack.event[drawn.event].choices]
        event = given.one_of("card", happened)
        choices = [choice.id for choice in pack.event[event].choices]
        proposal = Proposal(number, seat, kind, event, choice=given.one_of("choice", choices))
    _check_possible(pack, state, proposal)
    state.proposal, state.proposed = proposal, number


def amend(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Change a proposal that was held, once: another depth, another answer, or a safeguard in words."""
    seat = given.seat(state)
    proposal = _open(state)
    if proposal.seat != seat:
        raise Illegal("Only the seat that proposed it can amend it.")
    if proposal.state != "held":
        raise Illegal("A proposal is amended after somebody holds it.")
    changed = proposal
    if proposal.kind == "cut":
        changed = replace(changed, level=given.whole("level", 0, len(pack.line[proposal.card].steps)))
    if proposal.kind == "respond":
        choices = [choice.id for choice in pack.event[proposal.card].choices]
        changed = replace(changed, choice=given.one_of("choice", choices))
    safeguard = given.text("safeguard", needed=False)
    if safeguard:
        changed = replace(changed, safeguards=(*changed.safeguards, safeguard))
    if changed == proposal:
        raise Illegal("This changes nothing. Choose another depth, or add a safeguard.")
    changed = replace(changed, version=2, state="open", reactions={}, before=proposal.reactions)
    _check_possible(pack, state, changed)
    state.proposal = changed


def safeguard(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Add words that protect somebody to the open proposal; anyone may, before anyone has reacted."""
    given.seat(state)
    proposal = _open(state)
    if proposal.reactions:
        raise Illegal("People have reacted already. A safeguard comes before that, or as an amendment.")
    if len(proposal.safeguards) >= 5:
        raise Illegal("That is too many: at most {most}.", most=5)
    state.proposal = replace(proposal, safeguards=(*proposal.safeguards, given.text("text")))


def react(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Answer for a seat; the answer can be changed until all have answered. A hold takes a token and a reason."""
    seat = given.seat(state)
    proposal = _open(state)
    if proposal.state != "open":
        raise Illegal("This proposal was held. Its proposer can amend it or take it back.")
    kind = given.one_of("reaction", KINDS)
    reason = given.text("reason", needed=kind == "hold")
    earlier = proposal.reactions.get(seat)
    tokens = state.seats[seat].tokens + (earlier is not None and earlier.kind == "hold")
    if kind == "hold":
        if not tokens:
            raise Illegal("This seat has used both its holds. Say your concern instead.")
        tokens -= 1
    state.seats[seat] = replace(state.seats[seat], tokens=tokens)
    state.proposal = replace(proposal, reactions={**proposal.reactions, seat: Reaction(kind, reason)})
    settle_question(pack, state, books)


def consent(pack: Pack, state: State, books: Books, given: Given) -> None:
    """A custodian's own yes or no to a pool card that touches what it looks after."""
    name = given.one_of("seat", state.seats)
    proposal = _open(state)
    if proposal.kind != "pool" or name not in state.consents_of(pack, proposal.card):
        raise Illegal("This seat's consent is not asked for.")
    if state.seats[name].state != "taken" and given.by != "facilitator":
        raise Illegal("Nobody sits in this seat now.")
    state.proposal = replace(proposal, consents={**proposal.consents, name: given.yes("yes")})
    settle_question(pack, state, books)


def withdraw(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Take one's own proposal back."""
    seat = given.seat(state)
    proposal = _open(state)
    if proposal.seat != seat:
        raise Illegal("Only the seat that proposed it can take it back.")
    _end(state, proposal, "withdrawn")


def close(pack: Pack, state: State, books: Books, given: Given) -> None:
    """End the waiting: decide by the answers that are there. Those who said nothing have not said yes."""
    if given.by == "seat":
        given.seat(state)
    proposal = _open(state)
    if proposal.state == "held":
        _end(state, proposal, "not-agreed")
    elif not proposal.reactions:
        raise Illegal("Nobody has reacted yet.")
    else:
        _decide(pack, state, books, proposal)


def settle_question(pack: Pack, state: State, books: Books) -> None:
    """Decide once every seat that is taken has reacted, and every consent that is asked for is there or refused."""
    proposal = state.proposal
    if proposal is None or proposal.state != "open":
        return
    taken = state.taken
    if not taken or any(seat not in proposal.reactions for seat in taken):
        return
    wanted = state.consents_of(pack, proposal.card) if proposal.kind == "pool" else ()
    refused = any(yes is False for yes in proposal.consents.values())
    if refused or all(name in proposal.consents for name in wanted):
        _decide(pack, state, books, proposal)


def leave_open_question(state: State) -> None:
    """A phase ends: what was not decided is written down as not finished."""
    if state.proposal:
        _end(state, state.proposal, "unfinished")


def answer_of(rule: str, taken: list[str], proposal: Proposal, consented: bool) -> str:
    """Return ``agreed``, ``not-agreed`` or ``held`` by a rule, from the reactions of the seats that are taken."""
    said = [proposal.reactions[seat].kind for seat in taken if seat in proposal.reactions]
    yes = sum(kind in YES for kind in said)
    holds = said.count("hold")
    if not consented:
        return "not-agreed"
    if rule == "unanimity":
        agreed = yes == len(taken)
    elif rule == "two-thirds":
        agreed = 3 * yes >= 2 * len(taken)
    else:
        if holds and proposal.version == 1:
            return "held"
        agreed = 2 * yes > len(taken) and holds <= 1
    if agreed:
        return "agreed"
    return "held" if holds and proposal.version == 1 else "not-agreed"


def _decide(pack: Pack, state: State, books: Books, proposal: Proposal) -> None:
    wanted = state.consents_of(pack, proposal.card) if proposal.kind == "pool" else ()
    consented = all(proposal.consents.get(name) for name in wanted)
    answer = answer_of(state.rule, state.taken, proposal, consented)
    if answer == "held":
        state.proposal = replace(proposal, state="held")
    elif answer == "agreed":
        _check_possible(pack, state, proposal)
        pence = _carry_out(pack, state, books, proposal)
        _end(state, proposal, "agreed", pence)
    else:
        _end(state, proposal, "not-agreed")


def _end(state: State, proposal: Proposal, result: str, pence: int = 0) -> None:
    dissent = tuple(sorted(seat for seat, reaction in proposal.reactions.items() if reaction.kind == "hold"))
    state.decisions = (*state.decisions, Decision(proposal, result, pence, dissent, state.phase))
    state.proposal = None


def _check_possible(pack: Pack, state: State, proposal: Proposal) -> None:
    """Refuse what could not be carried out."""
    if proposal.kind == "cut":
        line = pack.line[proposal.card]
        level = state.levels.get(line.id, 0)
        if proposal.level == level:
            raise Illegal("This line is cut to that depth already.")
        more = line.cut_pence(proposal.level) - line.cut_pence(level)
        if state.money[f"line:{line.id}"] - more < line.floor_pence:
            raise Illegal("This would take the line below what the law or people's safety needs.")
        if more < 0 and state.money["saved"] < -more:
            raise Illegal("The savings are not there any more: less is left than this gives back.")
    if proposal.kind == "pool":
        card = pack.pool_card[proposal.card]
        if card.id in state.pooled:
            raise Illegal("This is agreed already.")
        for saving in card.savings:
            if state.money[f"line:{saving.line}"] - saving.pence < pack.line[saving.line].floor_pence:
                raise Illegal("This would take the line below what the law or people's safety needs.")


def _carry_out(pack: Pack, state: State, books: Books, proposal: Proposal) -> int:
    """Move the money of an agreed proposal; return what it saves, in pence (below zero if it gives back)."""
    if proposal.kind == "cut":
        line = pack.line[proposal.card]
        more = line.cut_pence(proposal.level) - line.cut_pence(state.levels.get(line.id, 0))
        if more >= 0:
            books.move(f"line:{line.id}", "saved", more, line.floor_pence)
        else:
            books.move("saved", f"line:{line.id}", -more)
        state.levels[line.id] = proposal.level
        return more
    if proposal.kind == "pool":
        card = pack.pool_card[proposal.card]
        for saving in card.savings:
            books.move(f"line:{saving.line}", "saved", saving.pence, pack.line[saving.line].floor_pence)
        books.move("saved", "reserve", card.setup_pence)
        state.pooled = (*state.pooled, card.id)
        return card.saving_pence - card.setup_pence
    event = pack.event[proposal.card]
    effect = next(choice.effect for choice in event.choices if choice.id == proposal.choice)
    pence = take_effect(pack, state, books, effect)
    state.events = tuple(
        Drawn(drawn.event, drawn.pence + pence, proposal.choice) if drawn.event == event.id else drawn
        for drawn in state.events
    )
    return pence


def take_effect(pack: Pack, state: State, books: Books, effect: Effect) -> int:
    """Let an event have its effect; return the pence that came, or went as far as there was any.

    Money goes out of what was saved and never below nothing. Units of an asset that projects use already stay.
    """
    if effect.asset:
        units = state.units_of(pack, effect.asset)
        left = max(units + effect.units, state.used_units(effect.asset))
        state.more_units[effect.asset] = left - pack.asset[effect.asset].units
    if effect.pence >= 0:
        books.move("external", "saved", effect.pence)
        return effect.pence
    gone = min(-effect.pence, state.money["saved"])
    books.move("saved", "external", gone)
    return -gone


def _open(state: State) -> Proposal:
    if state.proposal is None:
        raise Illegal("There is no proposal on the table.")
    return state.proposal


VERBS = {
    "propose": propose,
    "amend": amend,
    "safeguard": safeguard,
    "react": react,
    "consent": consent,
    "withdraw": withdraw,
    "close": close,
}
