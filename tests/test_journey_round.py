"""A round from its first form to a recount at home, as its people go through it: through the pages alone.

Behind the scenes only the dates of stages are moved, letters are read, and the worker does what waits. On the way,
everything that the site wrote is searched for a link between a voter and a choice (check 10).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from pennypot.apps.fund.actions.books import Move, accounts, open_ledger, post
from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Area, Membership, Place
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting import codes
from pennypot.apps.voting.models import Election, RollEntry
from pennypot.apps.voting.slots import slot_for
from pennypot.testing.rounds import put_in_stage
from tests import recounting, written
from tests.journey import Visitor, code_in_letter, do_the_work, visitors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = "/brindley/"
PHONE = {"width": 390, "height": 800}
CHECKS = ("legal", "competence", "feasible", "costed", "running")
# What stands on ten paper ballots, by the numbers of the projects.
PILE = ["2", "2", "2", "2", "2", "2", "2 3", "1", "1", "1"]


@dataclass
class Story:
    """The people at their browsers, and what they hold in their hands."""

    asha: Visitor
    tariq: Visitor
    aled: Visitor
    ben: Visitor
    petra: Visitor
    sam: Visitor
    carys: Visitor
    home: Path
    round: Any = None
    letters: list[str] = field(default_factory=list)
    shares: dict[int, str] = field(default_factory=dict)
    receipts: list[tuple[str, str]] = field(default_factory=list)
    note: str = ""
    slot: bytes = b""

    def begin(self, stage: str) -> None:
        """Move the dates, so that a stage is open now."""
        self.round = put_in_stage(self.round or Round.objects.get(), stage)


@pytest.fixture
def story(look, cast, settings, tmp_path, monkeypatch):
    """Brindley with £50,000 in its one per cent, and Petra, an officer of the police; everybody at the home page."""
    home = settings.HOME = tmp_path / "home"
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": home / "uploads"}}
    settings.STORAGES = {**django_settings.STORAGES, "default": kept}
    place = cast.brindley
    Place.objects.filter(pk=place.pk).update(year="2026-27")
    for name in ("North", "South"):
        Area.objects.create(place=place, name=name, population=5_000)
    open_ledger(place)
    held = accounts(place, [("fund", "", 0), ("outside", "", None)])
    post(place, key="fill", kind="match", year="2026-27", moves=[Move(held["outside"], held["fund"], 50_000_00)])
    petra = Person.objects.create_user("petra@example.org", name="Petra")
    Membership.objects.create(person=petra, place=place, role=Role.AGENCY_OFFICER, agency=cast.police)
    visit = visitors(look, HOME)
    made = Story(
        asha=visit(None, PHONE, java_script_enabled=False),
        tariq=visit(cast.tariq),
        aled=visit(cast.aled),
        ben=visit(cast.ben),
        petra=visit(petra),
        sam=visit(cast.sam, second_factor=False),
        carys=visit(cast.carys, second_factor=False),
        home=home,
    )
    # The letters are printed for eyes; their codes are noted as they are drawn.
    draw = codes.new_code
    monkeypatch.setattr(codes, "new_code", lambda: made.letters.append(draw()) or made.letters[-1])
    return made


def test_a_round_from_its_first_form_to_a_recount_at_home(story, caplog, capfd, tmp_path):
    caplog.set_level("DEBUG")
    set_up(story.tariq)
    story.begin("proposal")
    propose_without_an_account(story.asha)
    for title, cost in (("Trees on Mill Lane", "4000"), ("A bench by the pond", "2000")):
        propose(story.carys.home(HOME), title, cost)
        story.carys.press("Send my proposal in")
    story.begin("review")
    review(story.ben)
    story.begin("appeal")
    appeal(story.asha)
    decide_the_appeal(story.petra)
    story.begin("ballot")
    fix_the_ballot_and_make_the_keys(story)
    print_letters(story)
    story.begin("voting")
    vote_and_change_it(story)
    key_ten_paper_ballots(story)
    nothing_says_what_asha_chose(story, logged(caplog, capfd), tmp_path / "before")
    story.begin("count")
    close(story)
    open_and_count(story)
    evidence = read_why_mine_lost(story.asha, tmp_path)
    recounting.recount(evidence, story.note, tmp_path)
    nobody_can_tell_that_it_was_asha(story, logged(caplog, capfd), tmp_path / "after")
    for person in (story.asha, story.tariq, story.aled, story.ben, story.petra, story.sam, story.carys):
        assert not person.problems


def logged(caplog: Any, capfd: Any) -> str:
    """Everything logged and printed so far."""
    return str(caplog.text) + "".join(capfd.readouterr())


def set_up(tariq: Visitor) -> None:
    """Tariq opens a round of £10,000: six forms, of which two have something to type."""
    tariq.follow("Rounds: where people decide", "Begin a new round")
    tariq.fill(title="Spring 2027", budget_pence="10000", about="Small things that make Brindley better.")
    tariq.press("Begin, and look at the dates")
    tariq.press("Save and go on")  # the dates
    tariq.fill(categories="Green spaces\nYoung people").press("Save and go on")
    tariq.press("Save and go on")  # who may vote: by post and at a desk
    tariq.press("Save and go on")  # the ballot and the rule
    assert "Nothing is missing" in tariq.says
    tariq.press("Publish this round")
    assert "The round is published." in tariq.says
    assert tariq.forms == 6, "more would take a person more than five minutes"


def propose(somebody: Visitor, title: str, cost: str) -> None:
    """Write a draft, from the home page of the place to its last step."""
    somebody.follow("Proposals", "Propose something")
    somebody.fill(title=title, what=f"{title}: we want it.", why="People asked for it.", for_whom="Everybody.")
    somebody.fill(plain_summary=f"{title}, for everybody.").press("Save and go on").press("Save and go on")
    somebody.fill(**{"c-0-what": "All of it", "c-0-pounds": cost}).press("Save and go on").follow("Go on", "Go on")


def propose_without_an_account(asha: Visitor) -> None:
    """Asha writes first, and signs in when she sends it."""
    propose(asha, "A skate park", "8000")
    assert "seen by nobody else" in asha.says
    asha.follow("Sign in and make it yours")
    asha.fill(login="asha@example.org").press("Send me a code")
    asha.fill(code=code_in_letter("asha@example.org")).press("Sign in")
    asha.press("Put it under my name").press("Send my proposal in")
    assert "It is number 1." in asha.says


def answer(officer: Visitor, outcome: str, reason: str, no: str = "") -> None:
    """Answer the five questions where they are asked, and decide."""
    if officer.page.locator("[name='verdict_legal']").count():
        for kind in CHECKS:
            officer.page.locator(f"[name='verdict_{kind}'][value='{'no' if kind == no else 'yes'}']").check()
            officer.fill(**{f"reason_{kind}": reason})
        officer.press("Save the answers")
    officer.page.locator(f"[name='outcome'][value='{outcome}']").check()
    officer.fill(decision_reason=reason).press("Decide, for everyone to read")


def review(ben: Visitor) -> None:
    """Ben takes what nobody looks at, refuses the skate park and accepts the rest."""
    decisions = {"A skate park": "refused", "Trees on Mill Lane": "accepted", "A bench by the pond": "accepted"}
    for title, outcome in decisions.items():
        ben.home(HOME).follow("Review", "Nobody’s yet", title).press("We look at it")
        no = "feasible" if outcome == "refused" else ""
        answer(ben, outcome, "There is no room beside the canal." if no else "It can be done.", no)
    assert "Accepted: it goes on the ballot." in ben.says


def appeal(asha: Visitor) -> None:
    """Asha finds what was decided about hers, why, and that she can appeal."""
    asha.home(HOME).follow("Proposals", "My drafts and proposals", "1. A skate park", "Appeal")
    assert "There is no room beside the canal." in asha.says
    asha.fill(text="The council forgot the old car park beside the canal.").press("Send the appeal")
    assert "Its authors have appealed. Somebody else decides now." in asha.says


def decide_the_appeal(petra: Visitor) -> None:
    """Petra, of the police, decides it, and Asha wins."""
    petra.home(HOME).follow("Review", "Appeals (1)", "A skate park")
    answer(petra, "accepted", "The old car park is free, and the council may use it.")
    assert "Accepted after an appeal: it goes on the ballot." in petra.says


def fix_the_ballot_and_make_the_keys(story: Story) -> None:
    """Tariq fixes the ballot and names three people; each takes a share and tries it out."""
    tariq = story.tariq.home(HOME).follow("Rounds: where people decide", "Spring 2027", "Fix the ballot")
    tariq.press("Fix the ballot now").follow("The keys of the vote")
    tariq.fill(accountable="aled@example.org", scrutineer="sam@example.org", auditor="carys@example.org")
    tariq.press("Make the keys")
    for which, holder in {1: story.aled, 2: story.sam, 3: story.carys}.items():
        holder.home(HOME).follow("Vote", "Spring 2027", "Who holds the keys").press("Show my share, once")
        story.shares[which] = "".join(holder.page.locator(".share-text").inner_text().split())
        holder.follow("I have it. Go on").fill(share=story.shares[which]).press("Try it out")
    assert "The election is ready." in story.carys.says


def print_letters(story: Story) -> None:
    """Tariq has twelve letters made, fetches them, and throws the files away."""
    tariq = story.tariq.home(HOME).follow("Vote", "Spring 2027", "Letters with codes")
    tariq.fill(count="12").press("Make the letters")
    assert tariq.heading == "Working on it."
    do_the_work()
    tariq.page.reload()
    assert tariq.fetch("Part 1", story.home.parent).read_bytes().startswith(b"%PDF-")
    tariq.press("I have them all: throw the files away")
    assert len(story.letters) == 12


def vote_and_change_it(story: Story) -> None:
    """Asha votes with the code of her letter, changes her mind, and finds her vote in the log."""
    asha, code = story.asha, codes.said(story.letters[0])
    for titles, word in ((["Trees on Mill Lane"], "plover"), (["A skate park", "A bench by the pond"], "heron")):
        asha.home(HOME).follow("Vote", "Vote now").fill(code=code).press("Go to my ballot")
        for title in titles:
            asha.choose(title)
        asha.press("Check my choices")
        assert not written.holding(written.cookies(asha.page.context.cookies()), [b"choice", b"Trees", b"skate"])
        asha.fill(word=word).press("Send my vote")
        assert "Your vote is in" in asha.heading
        fingerprint = "".join(asha.page.locator("dd.hash").first.inner_text().split())
        story.receipts.append((asha.page.locator("dd.large.num").inner_text(), fingerprint))
    for (index, fingerprint), said in zip(story.receipts, ("A later vote took its place", "It counts."), strict=True):
        asha.home(HOME).follow("Vote", "Vote now", "Is my vote in?")
        asha.fill(index=index, fingerprint=fingerprint).press("Look it up")
        assert f"Number {index} is in the log." in asha.says and said in asha.says
    asha.home(HOME).follow("Vote", "Vote now", "The log of all votes")
    assert story.receipts[1][1] in asha.says
    story.note = asha.page.locator("pre.note").first.text_content()


def key_ten_paper_ballots(story: Story) -> None:
    """Ben checks ten envelopes, Tariq opens them; both key the pile, blind to each other, and Ben misreads one."""
    tariq, ben = story.tariq, story.ben
    tariq.home(HOME).follow("Vote", "Vote now", "Paper and desk").press("Envelopes may still come: wait for them")
    tariq.page.get_by_text("Name an officer").click()
    tariq.pick("clerk", "Ben").press("Name this officer")
    ben.home(HOME).follow("Vote", "Vote now", "Paper, letters and the desk", "Check envelopes")
    for letter in story.letters[1:11]:
        ben.fill(who=codes.said(letter)).press("Check this envelope")
    tariq.follow("Open envelopes").fill(counted="10").press("Open these envelopes")
    tariq.follow("Key ballot 1")
    ben.follow("Paper and desk", "Batch 1", "Key ballot 1")
    for officer, misread in ((tariq, {}), (ben, {4: "3"})):
        for number, numbers in enumerate(PILE, start=1):
            officer.fill(numbers=misread.get(number, numbers)).press("Key it, next ballot")
    assert "Two officers read something different here." in ben.says and ben.heading.startswith("Ballot 4")
    ben.fill(numbers=PILE[3]).press("Key it, next ballot")
    assert "10 of 10 ballots are done." in ben.says


def close(story: Story) -> None:
    """Aled closes the vote, and Sam sees the key go that knew whose ballot is whose."""
    entry = RollEntry.objects.get(code_hash=codes.hash_of(story.round.pk, story.letters[0]))
    story.slot = slot_for(Election.objects.get(round=story.round), entry.pk)
    story.aled.home(HOME).follow("Vote", "Spring 2027", "Close the vote").press("Close the vote")
    assert "11 ballots are in." in story.aled.says
    sam = story.sam.home(HOME).follow("Vote", "Spring 2027", "How far the close is")
    sam.press("I watch: destroy the round key now")
    assert "Nobody can tell any more which ballot was whose." in sam.says
    assert not (story.home / "elections" / "1" / "round.key").exists()


def open_and_count(story: Story) -> None:
    """Tariq writes the draw down, Aled and Carys give their shares, and the count runs as long work."""
    story.tariq.home(HOME).follow("Vote", "Spring 2027", "Open the ballots")
    story.tariq.fill(draw="3 14 22 31 40 58").press("Write it down")
    story.aled.home(HOME).follow("Vote", "Spring 2027", "Open the ballots").fill(share=story.shares[1])
    story.aled.press("Give my share")
    assert "Now a second holder types theirs." in story.aled.says
    carys = story.carys.home(HOME).follow("Vote", "Spring 2027", "Who holds the keys", "Open the ballots")
    carys.fill(share=story.shares[3]).press("Give my share")
    assert carys.heading == "Working on it." and "You can leave this page." in carys.says
    do_the_work()
    carys.page.reload()
    assert carys.heading.startswith("11 people chose 2 of 3 projects.")


def read_why_mine_lost(asha: Visitor, folder: Path) -> Path:
    """Asha reads what hers lacked, and takes everything home; the folder it is in."""
    asha.home(HOME).follow("Results", "Spring 2027", "A skate park")
    assert asha.heading == "Why was “A skate park” not funded?"
    assert "more votes, or if it had cost" in asha.says
    asha.follow("Take the files")
    taken = folder / "taken"
    taken.mkdir()
    for link in ("ballots.pb", "certificate.json", "evidence.zip"):
        asha.fetch(link, taken)
    (taken / "commands.txt").write_text("\n".join(asha.page.locator("pre.command").all_inner_texts()))
    return taken


def nothing_says_what_asha_chose(story: Story, logged: str, scratch: Path) -> None:
    """Before the ballots are opened no choice stands anywhere, nor the word she sealed with it."""
    sealed = [b"plover", b"heron", b'"choices":[', b"choice=", b"choice-"]
    found = written.holding(everything(story, logged, scratch), sealed)
    assert not found


def nobody_can_tell_that_it_was_asha(story: Story, logged: str, scratch: Path) -> None:
    """When all is published, nothing that was written names Asha, her code or her roll entry beside her ballot."""
    code = story.letters[0]
    hashed = codes.hash_of(story.round.pk, code)
    entry = RollEntry.objects.get(code_hash=hashed)
    asha = [b"asha@example.org", b"Asha", code.encode(), codes.said(code).encode(), *written.ways_to_write(hashed)]
    commitments = [bytes.fromhex(fingerprint) for _index, fingerprint in story.receipts]
    ballot = [b"heron", b"plover", *written.ways_to_write(story.slot, *commitments)]
    pieces = list(everything(story, logged, scratch))
    assert len(written.holding(pieces, asha)) > 5, "the search finds Asha"
    tables = {name for name, _piece in written.holding(pieces, ballot) if name.startswith("a row of ")}
    assert tables == {"a row of voting_logevent", "a row of voting_sealedballot", "a row of voting_slot",
                      "a row of the backup"}  # fmt: skip
    assert not written.holding(pieces, asha, ballot)
    # The number of her roll entry is short, so it is looked for where it stands under its name.
    numbered = [f'"{name}":{entry.pk}'.encode() for name in ("entry", "entry_id", "roll_entry", "roll_entry_id")]
    assert not written.holding(pieces, numbered, [*ballot, b'"commitment"', b'"slot"'])


def everything(story: Story, logged: str, scratch: Path) -> Iterator[written.Piece]:
    """Everything that the site wrote by now, and what Asha's browser keeps."""
    scratch.mkdir()
    yield from written.rows()
    yield from written.files(story.home)
    yield from written.lines(logged)
    yield from written.letters()
    yield from written.cookies(story.asha.page.context.cookies())
    yield from written.backup(story.home, scratch)
