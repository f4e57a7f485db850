"""An evening of Cut & Create from the first form to a draft in a round, through the pages, by five people and a scribe.

Asha and Bea play on phones, Carys and Dan without scripts, an officer of the NHS has no phone, and a second table plays
the same game on paper. Behind the scenes only time passes: a phone is made to have slept, and letters are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import F

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.actions.packs import keep_shipped
from pennypot.apps.game.models import Phone, Session, Table
from pennypot.apps.rounds.models import Proposal
from pennypot.play import apply, begin, dumped, loaded
from pennypot.play.codes import code_of
from pennypot.play.invariants import broken
from pennypot.testing.browser import DESKTOP
from pennypot.testing.rounds import make_round
from tests.evening import Player, both_lanes
from tests.journey import Visitor, code_in_letter, visitors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = "/brindley/"
PHONE = {"width": 390, "height": 800}
LIBRARIES, OFFICE = "Libraries", "Running the council"
GROUP, RESIDENT, YOUNG, COUNCIL, NHS = (
    "The community group",
    "A parent on the estate",
    "A young person",
    "The council officer",
    "The NHS officer",
)


@pytest.fixture
def live_server(transactional_db, monkeypatch, settings):
    """Pages and streams in one server, as people meet them."""
    with both_lanes(monkeypatch, settings) as running:
        yield running


@dataclass
class Evening:
    """The people, where they look, and what lies on the table."""

    look: Any
    fay: Visitor
    scribe: Visitor
    doors: dict[str, str] = field(default_factory=dict)
    console: str = ""
    players: dict[str, Player] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return Session.objects.select_related("pack", "place").get()

    def table(self, number: int = 1) -> Table:
        return Table.objects.select_related("session__pack").get(number=number)

    def phone(self, name: str, path: str, scripts: bool = True) -> Player:
        """Somebody takes a phone out and opens an address."""
        watched = self.look(path, PHONE, java_script_enabled=scripts)
        found = self.players[name] = Player(watched, scripts=scripts)
        return found

    def goes_on(self, to: str) -> None:
        """Fay takes all tables to the next part."""
        self.fay.home(self.console).press(f"On to: {to}")

    def on_paper(self, *lines: str) -> None:
        """The scribe types what lies on the other table; ``{line:roads}`` stands for the letters on that card."""
        cards = cards_of(self.session.pack)

        def letters(found: re.Match[str]) -> str:
            return code_of(cards, found[1], found[2])

        text = "\n".join(re.sub(r"\{(\w+):([\w-]+)\}", letters, line) for line in lines)
        self.scribe.fill(lines=text).press("Enter")
        assert "made." in self.scribe.page.locator("body").inner_text()


@pytest.fixture
def evening(look, cast):
    """Brindley with a round that takes proposals, and the packs that ship."""
    keep_shipped()
    make_round(cast)
    visit = visitors(look, HOME)
    return Evening(look, fay=visit(cast.fay), scribe=visit(cast.tariq, java_script_enabled=False))


def test_an_evening_from_the_code_on_the_wall_to_a_draft_in_the_round(evening, cast):
    plan_the_evening(evening)
    people_come_in(evening)
    say_who_they_are(evening)
    cut_while_a_phone_sleeps(evening)
    hold_and_dissent_while_others_come_late(evening)
    share_with_somebody_who_has_no_phone(evening)
    something_happens(evening)
    create_with_a_new_phone_and_an_empty_seat(evening)
    put_a_cut_back(evening)
    tell_and_say(evening)
    bring_it_to_an_end(evening)
    the_log_makes_the_same_table(evening)
    paper_and_phones_made_the_same(evening)
    take_it_into_the_round(evening, cast)
    send_advice_and_have_it_answered(evening, cast)
    for name, player in evening.players.items():
        assert not player.problems, name
    assert not evening.fay.problems
    assert not evening.scribe.problems


def plan_the_evening(evening: Evening) -> None:
    """Fay plans two tables of five seats, one of them on paper; the round is the place's."""
    fay = evening.fay.follow("Game", "Plan an evening")
    fay.page.locator("li.card").filter(has_text="Tilbrook").get_by_role("link", name="Play with these").click()
    fay.fill(title="Tuesday in the chapel", tables="2", on_paper="1", target_pence="1500000")
    for seat in ("safety", "business", "housing"):
        fay.page.locator(f"input[name='seats'][value='{seat}']").uncheck()
    fay.pick("round", "Spring round").press("Plan this evening")
    evening.console = fay.page.url
    fay.follow("Ways in")
    evening.doors["hall"] = fay.page.locator("#hall-door ~ .address").inner_text()
    fay.follow("Seats of table 1")
    for door in fay.page.locator("li.door").all():
        evening.doors[door.locator("h2").inner_text()] = door.locator(".address").inner_text()
        evening.doors[f"{door.locator('h2').inner_text()}: code"] = door.locator(".door-code").inner_text()
    evening.scribe.follow("Game", "Run this evening", "Table 2", "Type what lies on the table")


def people_come_in(evening: Evening) -> None:
    """Asha scans what is on the wall, Bea types the letters, Carys scans her seat card and has no scripts."""
    asha = evening.phone("asha", evening.doors["hall"])
    asha.follow("Table 1").choose(RESIDENT).fill(name="Asha").press("Sit down")
    bea = evening.phone("bea", HOME).follow("Game")
    bea.fill(code=evening.session.code.lower()).press("Come in")
    bea.follow("Table 1").choose(YOUNG).press("Sit down")
    carys = evening.phone("carys", evening.doors[GROUP], scripts=False)
    assert GROUP in carys.says
    carys.press("Sit down")
    for player in (asha, bea):
        player.come_in().sees("Welcome. We begin soon.")
    evening.on_paper("1+", "2+", "3+")
    evening.fay.home(evening.console).press("Start the game")
    for player in (asha, bea, carys):
        player.sees("Who is here?")
    evening.goes_on("Place")


def say_who_they_are(evening: Evening) -> None:
    """Carys tells what only she knows; everybody puts three dots."""
    asha, bea, carys = (evening.players[name] for name in ("asha", "bea", "carys"))
    carys.sees("What do you know?").taps("Tell the table")
    asha.sees("1 thing told so far")
    evening.on_paper("3 tells 1")
    evening.goes_on("Values")
    dots = {"asha": ("care", "together", "together"), "bea": ("young", "young", "safe"), "carys": ("well",) * 3}
    for name, needs in dots.items():
        evening.players[name].sees("Your three dots").puts_dots(*needs)
    evening.on_paper(
        *(f"{seat} " + " ".join(f"{{need:{one}}}" for one in needs) for seat, needs in enumerate(dots.values(), 1))
    )
    evening.goes_on("Cut")
    assert bea.sees("What could we do with less of?").stayed


def cut_while_a_phone_sleeps(evening: Evening) -> None:
    """Bea's phone sleeps for five minutes; meanwhile Asha proposes; then Bea is there again, by her cookie."""
    asha, bea, carys = (evening.players[name] for name in ("asha", "bea", "carys"))
    here = bea.page.url
    context = bea.page.context
    bea.page.close()
    time_passes(YOUNG, evening)
    fay = evening.fay.home(evening.console)
    assert "1 phone asleep" in fay.says
    asha.proposes(OFFICE, "15 % less").answers("Support")
    # The console is told too, without being loaded again.
    fay.page.get_by_text("1 of 3 have answered").wait_for()
    carys.sees("Running the council: 15 % less").answers("Can live with")
    assert "You said: Can live with" in carys.says
    bea.watched.page = context.new_page()
    bea.page.goto(here)
    bea.come_in().sees("Your seat: A young person", "Running the council: 15 % less").answers("Support")
    asha.sees("1 question decided")
    carys.sees("1 question decided")
    evening.on_paper("1 {line:office} 2", "1s", "3l", "2s")


def time_passes(seat: str, evening: Evening, minutes: int = 5) -> None:
    """Let a phone have given no sign of life for a while."""
    role = next(role.id for role in cards_of(evening.session.pack).roles if role.title == seat)
    slept = Phone.objects.filter(chair__table__number=1, chair__seat=role)
    assert slept.update(seen_at=F("seen_at") - timedelta(minutes=minutes)) == 1


def hold_and_dissent_while_others_come_late(evening: Evening) -> None:
    """Carys holds what Bea proposes, Bea amends, Carys holds again; Dan and an officer of the NHS come late."""
    asha, bea, carys = (evening.players[name] for name in ("asha", "bea", "carys"))
    bea.proposes(LIBRARIES, "10 % less")
    asha.sees("Libraries: 10 % less").answers("Support")
    carys.sees("Libraries: 10 % less").answers("Hold", "The reading room is warm.")
    bea.sees("2 seats have answered").answers("Can live with").sees("Somebody holds it.", "The reading room is warm.")
    bea.types("What safeguard do you add?", "The reading room stays open in winter.", "#part-answer")
    bea.taps("Ask the table again")
    asha.sees("changed after a hold", "The reading room stays open in winter.").answers("Support")
    bea.answers("Support")
    dan = evening.phone("dan", evening.doors["hall"], scripts=False).follow("Table 1").choose(COUNCIL)
    assert "You help behind your card now" in dan.press("Sit down").says
    act_for_a_seat(evening, lines="5+")
    carys.sees("changed after a hold").answers("Hold", "People lose their evenings.")
    asha.sees("2 questions decided").opens("2 questions decided").sees("People lose their evenings.")
    evening.on_paper(
        *("2 {line:libraries} 1", "1s", "3h The reading room is warm.", "2l"),
        *("2 amend 1 The reading room stays open in winter.", "1s", "2s", "4+", "5+", "3h People lose their evenings."),
    )
    evening.goes_on("Pool")


def act_for_a_seat(evening: Evening, **said: Any) -> None:
    """Fay does something for somebody who has no phone."""
    evening.fay.home(evening.console).follow("Table 1", "Act for a seat").fill(**said).press("Enter")


def share_with_somebody_who_has_no_phone(evening: Evening) -> None:
    """Dan has a voice now, and proposes to share buildings; the officer of the NHS says yes by Fay's hand, and goes."""
    asha, bea, carys, dan = (evening.players[name] for name in ("asha", "bea", "carys", "dan"))
    dan.sees("What could agencies share?").opens("Share the buildings", "#part-pools")
    dan.taps("Propose this", "#part-pools").answers("Support")
    dan.taps("Yes, we share")
    for player in (asha, bea, carys):
        player.sees("Needs a yes from").answers("Support")
    fay = evening.fay.home(evening.console).follow("Table 1", "Act for a seat")
    fay.page.get_by_role("radio", name=f"{NHS}: Support").check()
    fay.page.get_by_label(f"{NHS}: consent").select_option(label="yes")
    fay.press("Enter")
    asha.sees("3 questions decided")
    fay.home(evening.console).follow("Table 1").press(re.compile(f"Mark vacant ?: {NHS}"))
    evening.on_paper("4 {pool:buildings}", "4s", "4y", "1s", "2s", "3s", "5s 5y", "5-")
    evening.goes_on("Event")


def something_happens(evening: Evening) -> None:
    """An event is drawn, the same for both tables; what there is to choose they choose."""
    asha, bea, carys, dan = (evening.players[name] for name in ("asha", "bea", "carys", "dan"))
    asha.sees("The event is about to be drawn.")
    evening.fay.home(evening.console).press("Draw an event")
    (drawn,) = loaded(evening.table().state).events
    event = cards_of(evening.session.pack).event[drawn.event]
    for player in (asha, bea, carys, dan):
        player.sees(event.title)
    if event.choices:
        asha.taps(event.choices[0].text, "#part-events")
        for player in (asha, bea, carys, dan):
            player.sees(event.choices[0].text).answers("Support")
        asha.sees("You chose:")
        evening.on_paper(f"1 {{event:{event.id}}} 1", "1s", "2s", "3s", "4s")
    evening.goes_on("Create")


def create_with_a_new_phone_and_an_empty_seat(evening: Evening) -> None:
    """A lunch club that becomes ready, a bench that does not; Asha's phone dies, and Dan's is not seen any more."""
    asha, bea, carys = (evening.players[name] for name in ("asha", "bea", "carys"))
    carys.sees("What do we make?").opens("Lunch club", "#part-ideas")
    carys.taps("Put it on the table", "#part-ideas details[open]")
    club = "#part-project-p1"
    carys.types("Pounds", "20000", club).taps("Give money", club).taps("Give", f"{club} form:has-text('chapel hall')")
    carys.taps("I lead this", club)
    assert asha.sees("Lunch club in the old chapel").stayed
    asha.page.context.close()
    asha = back_by_the_card(evening)
    asha.sees("£20,000 of £28,200").taps("Give", f"{club} form:has-text('Parents')")
    asha.types("Pounds", "8200", club).taps("Give money", club).sees("✓ ready")
    bea.sees("1 of 1 ready").opens("An idea of our own", "#part-ideas")
    bea.types("What is it called?", "A bench by the brook").types("What does it cost, in pounds?", "500")
    bea.types("hours", "1", "#part-ideas").taps("Put it on the table", "#part-ideas [data-k='own-idea']")
    bench = "#part-project-p2"
    bea.sees("A bench by the brook").types("Pounds", "200", bench).taps("Give money", bench)
    time_passes(COUNCIL, evening, minutes=2)
    carys.sees("£200 of £500").opens("Has somebody gone?", ".aside").press(f"{COUNCIL} is empty")
    bea.sees(f"{COUNCIL} (empty)")
    evening.on_paper(
        *("3 {idea:lunch-club}", "3 {idea:lunch-club} £20,000", "3 {asset:chapel-hall} {idea:lunch-club} 1"),
        *("3 lead {idea:lunch-club}", "1 {asset:parents} p1 2", "1 p1 £8,200"),
        *("2 own £500 hours 1: A bench by the brook", "2 p2 200", "4-"),
    )
    evening.goes_on("Event and mend")


def back_by_the_card(evening: Evening) -> Player:
    """Asha has another phone, and the letters on her card."""
    asha = evening.phone("asha again", evening.doors["hall"]).follow("Table 1")
    assert RESIDENT not in asha.page.locator(".seats-free").inner_text()
    asha.opens("I have a seat card", "main").fill(card=evening.doors[f"{RESIDENT}: code"]).press("Find my seat")
    assert f"This is the card of: {RESIDENT}" in asha.says
    asha.press("Sit down")
    return asha.come_in()


def put_a_cut_back(evening: Evening) -> None:
    """They take the libraries back."""
    asha, bea, carys = (evening.players[name] for name in ("asha again", "bea", "carys"))
    bea.sees("What would you change?").proposes(LIBRARIES, "Put it all back")
    for player in (asha, bea, carys):
        player.sees("Libraries: put it all back").answers("Support")
    asha.sees("Choose a line")
    evening.on_paper("2 {line:libraries} 0", "1s", "2s", "3s")
    assert not loaded(evening.table().state).levels["libraries"]
    evening.goes_on("Story")


def tell_and_say(evening: Evening) -> None:
    """Bea tells a day, and it is on the wall when Fay has read it; each says what they think, as themselves."""
    asha, bea, carys = (evening.players[name] for name in ("asha again", "bea", "carys"))
    bea.sees("One day next year").opens("Tell this day")
    told = ("She sleeps.", "Nobody she knows.", "We <asked> her.")
    for label, text in zip(("How does the day go?", "Who loses?", "What did we do about it?"), told, strict=True):
        bea.types(label, text)
    bea.taps("Write it down").sees("The day:")
    fay = evening.fay.home(evening.console).press("Stories")
    with fay.page.context.expect_page() as opened:
        fay.page.get_by_role("link", name="Big screen").click()
    wall = opened.value
    wall.wait_for_load_state()
    assert "She sleeps." not in wall.locator("body").inner_text()
    for box in fay.page.locator("#words ~ form .words input").all():
        box.check()
    fay.press("May be shown")
    wall.get_by_text("We <asked> her.").wait_for()
    wall.close()
    persona = cards_of(evening.session.pack).personas[0].id
    evening.on_paper(f"2 {{persona:{persona}}} " + " / ".join(told))
    evening.goes_on("Ratify")
    for player in (asha, bea, carys):
        player.sees("What do you think of the whole plan?")
        player.page.locator("#part-voice").get_by_label("Support").check()
        player.page.locator("#part-voice").get_by_label("4").check()
        player.types("What do you regret?", "The evenings.").taps("Say it").sees("You said: Support")
    evening.on_paper(*(f"{seat} plan s 4: The evenings." for seat in (1, 2, 3)))


def bring_it_to_an_end(evening: Evening) -> None:
    """Compare, carry on, over: the plan is there for everybody at the table."""
    asha, bea, carys = (evening.players[name] for name in ("asha again", "bea", "carys"))
    evening.goes_on("Compare")
    for player in (asha, bea, carys):
        player.sees("1 project is ready.")
    evening.goes_on("Carry on")
    carys.sees("Take it home").taps("Take it forward", "#part-project-p1")
    asha.sees("It goes forward into the round.")
    evening.on_paper("3 carry p1")
    evening.goes_on("Over")
    assert asha.sees("Thank you").stayed
    assert bea.sees("Thank you").stayed
    bea.follow("The table’s plan")
    assert "Lunch club in the old chapel" in bea.says
    assert "People lose their evenings." not in bea.says or "Libraries" in bea.says
    fay = evening.fay.home(evening.console)
    fay.page.locator("summary", has_text="End the evening").click()
    fay.fill(sure=True).press("End the evening")
    assert "The evening has ended." in fay.page.locator("body").inner_text()


def the_log_makes_the_same_table(evening: Evening) -> None:
    """The log alone makes the tables as they stand, byte for byte, and the rules held after every move."""
    session, cards = evening.session, cards_of(evening.session.pack)
    for table in session.tables.all():
        seats = list(table.chairs.values_list("seat", flat=True))
        state = begin(cards, order=session.order, rule=session.rule, target_pence=session.target_pence, seats=seats)
        for number, row in enumerate(table.log.order_by("number"), start=1):
            assert row.number == number
            state, _entries = apply(cards, state, row.move)
            assert broken(cards, state) == []
        assert dumped(state).decode() == table.state


def paper_and_phones_made_the_same(evening: Evening) -> None:
    """What a scribe typed made the same table, but for the names under which people said what they think."""
    phones, paper = (loaded(evening.table(number).state) for number in (1, 2))
    said = [sorted(map(str, one.voices.values())) for one in (phones, paper)]
    assert said[0] == said[1]
    assert dumped(replace(phones, voices={})) == dumped(replace(paper, voices={}))
    assert phones.ended
    libraries = [one for one in phones.decisions if one.proposal.card == "libraries"]
    assert [(one.result, one.dissent, one.pence > 0) for one in libraries] == [
        ("agreed", ("group",), True),
        ("agreed", (), False),
    ]
    assert {name: one.state for name, one in phones.projects.items()} == {"p1": "ready", "p2": "unready"}


def link_in_letter(to: str) -> str:
    """Return the link in the latest letter to somebody."""
    letter = next(one for one in reversed(mail.outbox) if one.to == [to])
    found = re.search(r"^http\S+$", str(letter.body), re.MULTILINE)
    assert found, letter.body
    return found[0]


def confirm_by_letter(player: Player, email: str, name: str, yes: str) -> None:
    """Have a letter sent from the table, follow its link, sign in with the address that got it, and say yes."""
    form = player.page.locator("main form").filter(has_text="Or have a letter sent").first
    form.get_by_label("Or have a letter sent").fill(email)
    player.press("Send the letter")
    assert "The letter is on its way." in player.page.locator("body").inner_text()
    player.home(link_in_letter(email)).follow("Sign in")
    player.fill(login=email).press("Send me a code").fill(code=code_in_letter(email)).press("Sign in")
    player.press(yes)


def take_it_into_the_round(evening: Evening, cast: Any) -> None:
    """Asha confirms what she offered, Carys that she leads it: a draft of hers in the round."""
    asha, carys = evening.players["asha again"], evening.players["carys"]
    asha.follow("The table’s plan", "Take it forward into a round")
    confirm_by_letter(asha, "asha@example.org", "Asha", "Yes, this offer is real")
    assert "confirmed by its owner" in asha.says
    assert not Proposal.objects.exists()
    carys.sees("Thank you").follow("The table’s plan", "Take it forward into a round")
    confirm_by_letter(carys, "carys@example.org", "Carys", "Yes, I take it forward")
    draft = Proposal.objects.get()
    assert (draft.owner, draft.title, draft.number) == (cast.carys, "Lunch club in the old chapel", None)
    assert draft.round.title == "Spring round"
    assert "Lunch club in the old chapel" in carys.page.locator("main").inner_html()
    assert "Made at table 1 of “Tuesday in the chapel”" in draft.why
    assert {need.what: need.when_said for need in draft.needs.all()} == {
        "The old chapel hall, weekday lunchtimes and evenings": "offered at the table, not confirmed",
        "Parents from the school gate": "offered at the table and confirmed",
    }


def send_advice_and_have_it_answered(evening: Evening, cast: Any) -> None:
    """Fay sends what both tables say; Aled answers, and everybody reads it."""
    evening.fay.home(evening.console).follow("Compare and export", "Send this as advice").press("Send the advice")
    assert "Waits for an answer" in evening.fay.says
    aled = visitors(evening.look, HOME)(cast.aled, DESKTOP, java_script_enabled=False)
    aled.home(link_in_letter("aled@example.org")).follow(OFFICE)
    aled.choose("adopted in part").fill(why="We begin with vacant posts.").press("Answer in public")
    bea = evening.players["bea"].home(HOME).follow("Game", "Advice from tables, and the answers")
    assert "We begin with vacant posts." in bea.says
