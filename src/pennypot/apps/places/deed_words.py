"""Saying deeds in words. A deed that has no words here is said by its dotted name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.places.queries import ToldDeed

ROOMS = {
    "places": gettext_lazy("The place and its people"),
    "budgets": gettext_lazy("The pool"),
    "fund": gettext_lazy("The one per cent"),
    "rounds": gettext_lazy("Rounds and proposals"),
    "voting": gettext_lazy("Voting"),
    "game": gettext_lazy("Cut & Create"),
    "people": gettext_lazy("Accounts"),
    "talk": gettext_lazy("Conversation"),
}

WORDS = {
    "places.place.loaded": gettext_lazy("loaded the demonstration"),
    "places.place.made": gettext_lazy("made the place"),
    "places.place.changed": gettext_lazy("changed what the place says about itself"),
    "places.place.opened": gettext_lazy("opened the place to everyone"),
    "places.look.changed": gettext_lazy("changed the look"),
    "places.areas.read": gettext_lazy("read a list of areas"),
    "places.areas.draft-dropped": gettext_lazy("threw a list of areas away"),
    "places.areas.changed": gettext_lazy("changed the areas"),
    "places.agency.added": gettext_lazy("added an agency"),
    "places.agency.changed": gettext_lazy("changed an agency"),
    "places.agency.removed": gettext_lazy("removed an agency"),
    "places.invitation.sent": gettext_lazy("invited somebody"),
    "places.invitation.sent-again": gettext_lazy("sent an invitation again"),
    "places.invitation.withdrawn": gettext_lazy("withdrew an invitation"),
    "places.invitation.accepted": gettext_lazy("accepted an invitation"),
    "places.role.taken": gettext_lazy("joined"),
    "places.role.ended": gettext_lazy("ended a role"),
    "places.deeds.exported": gettext_lazy("took this list away as a file"),
    "budgets.budget.started": gettext_lazy("began a budget"),
    "budgets.budget.published": gettext_lazy("published a budget"),
    "budgets.budget.discarded": gettext_lazy("threw a draft away"),
    "budgets.lines.put": gettext_lazy("put lines into a draft"),
    "budgets.lines.decided": gettext_lazy("said what each line is"),
    "budgets.transfer.noted": gettext_lazy("left a line out, so that it does not count twice"),
    "budgets.gaps.noted": gettext_lazy("noted what the pool does not cover"),
    "budgets.upload.received": gettext_lazy("added a file"),
    "budgets.upload.kept": gettext_lazy("kept the rows of a file"),
    "budgets.upload.read-again": gettext_lazy("had a file read again"),
    "budgets.upload.taken-back": gettext_lazy("took a file back"),
    "budgets.upload.thrown-away": gettext_lazy("threw a file away"),
    "budgets.spending.published": gettext_lazy("published payments"),
    "budgets.local.said": gettext_lazy("said which payees are local"),
    "fund.policy.proposed": gettext_lazy("proposed a policy"),
    "fund.policy.adopted": gettext_lazy("adopted a policy"),
    "fund.contributions.set": gettext_lazy("worked out what each agency owes"),
    "fund.pledge.signed": gettext_lazy("signed a promise"),
    "fund.payment.recorded": gettext_lazy("wrote down a payment"),
    "fund.split.made": gettext_lazy("split money among the areas"),
    "fund.entry.reversed": gettext_lazy("took an entry back"),
    "talk.comment.said": gettext_lazy("wrote a comment"),
    "talk.comment.reported": gettext_lazy("reported a comment"),
    "talk.comment.hidden": gettext_lazy("hid a comment"),
    "talk.reports.answered": gettext_lazy("let a reported comment stand"),
    "talk.thread.closed": gettext_lazy("closed a conversation"),
    "talk.thread.opened": gettext_lazy("opened a conversation again"),
    "rounds.draft.begun": gettext_lazy("began a draft"),
    "rounds.draft.claimed": gettext_lazy("put a draft under their name"),
    "rounds.draft.link-mailed": gettext_lazy("mailed a draft's link"),
    "rounds.draft.thrown-away": gettext_lazy("threw a draft away"),
    "rounds.proposal.sent-in": gettext_lazy("sent a proposal in"),
    "rounds.proposal.changed": gettext_lazy("changed a proposal"),
    "rounds.proposal.withdrawn": gettext_lazy("withdrew a proposal"),
    "rounds.proposal.endorsed": gettext_lazy("endorsed a proposal"),
    "rounds.endorsement.taken-back": gettext_lazy("took an endorsement back"),
    "rounds.proposal.merged": gettext_lazy("joined two proposals"),
    "rounds.merge.asked": gettext_lazy("asked to join two proposals"),
    "rounds.merge.agreed": gettext_lazy("agreed to join two proposals"),
    "rounds.merge.stopped": gettext_lazy("did not want two proposals joined"),
    "rounds.author.asked": gettext_lazy("asked somebody to be an author"),
    "rounds.author.joined": gettext_lazy("became an author"),
    "rounds.author.declined": gettext_lazy("did not want to be an author"),
    "rounds.author.asking-ended": gettext_lazy("took back a letter to an author"),
    "rounds.author.left": gettext_lazy("is an author no more"),
    "rounds.picture.added": gettext_lazy("added a picture"),
    "rounds.picture.removed": gettext_lazy("took a picture away"),
    "rounds.picture.described": gettext_lazy("said what a picture shows"),
    "rounds.round.started": gettext_lazy("began a round"),
    "rounds.round.copied": gettext_lazy("began a round like an earlier one"),
    "rounds.round.changed": gettext_lazy("changed a round before it was published"),
    "rounds.round.published": gettext_lazy("published a round"),
    "rounds.round.cancelled": gettext_lazy("called a round off"),
    "rounds.round.thrown-away": gettext_lazy("threw the draft of a round away"),
    "rounds.round.loaded": gettext_lazy("loaded an invented round"),
    "rounds.rules.changed": gettext_lazy("changed the rules of a published round"),
    "rounds.stage.moved": gettext_lazy("moved the dates of a stage"),
    "rounds.ballot.fixed": gettext_lazy("fixed the ballot"),
    "rounds.ballot.taken-off": gettext_lazy("took a project off the ballot"),
    "rounds.money.returned": gettext_lazy("gave back what a round did not award"),
    "rounds.review.assigned": gettext_lazy("gave a proposal to an agency"),
    "rounds.review.taken": gettext_lazy("took a proposal on for their agency"),
    "rounds.review.written": gettext_lazy("wrote about a proposal that is being looked at"),
    "rounds.check.noted": gettext_lazy("noted what came out of a check"),
    "rounds.cost.changed": gettext_lazy("changed the cost of a proposal"),
    "rounds.rivals.declared": gettext_lazy("said that of some proposals only one can happen"),
    "rounds.rivals.ended": gettext_lazy("took back that some proposals exclude each other"),
    "rounds.proposal.decided": gettext_lazy("decided whether a proposal goes on the ballot"),
    "rounds.appeal.made": gettext_lazy("appealed"),
    "rounds.appeal.assigned": gettext_lazy("said which agency decides an appeal"),
    "rounds.appeal.decided": gettext_lazy("decided an appeal"),
    "rounds.result.published": gettext_lazy("published the result of a round"),
    "voting.keys.made": gettext_lazy("made the keys of a vote"),
    "voting.share.given": gettext_lazy("took a share of a key"),
    "voting.share.rehearsed": gettext_lazy("tried a share of a key out"),
    "voting.share.opened": gettext_lazy("gave a share to open the ballots"),
    "voting.election.ready": gettext_lazy("opened a test ballot, so that a vote can begin"),
    "voting.election.closed": gettext_lazy("closed a vote"),
    "voting.round_key.destroyed": gettext_lazy("watched the round key being destroyed"),
    "voting.draw.noted": gettext_lazy("wrote down the public draw"),
    "voting.election.counted": gettext_lazy("had the ballots opened and counted"),
    "voting.void.asked": gettext_lazy("asked for a ballot to be made void"),
    "voting.void.agreed": gettext_lazy("agreed that a ballot is void"),
    "voting.clerk.named": gettext_lazy("named an officer for paper and the desk"),
    "voting.clerk.ended": gettext_lazy("ended an officer's task with paper and the desk"),
    "voting.envelope.checked": gettext_lazy("checked an envelope against the roll"),
    "voting.envelope.sent-back": gettext_lazy("sent an envelope back"),
    "voting.envelopes.opened": gettext_lazy("opened envelopes that another officer had checked"),
    "voting.paper.expected": gettext_lazy("said that envelopes may still come"),
    "voting.paper.not-expected": gettext_lazy("said that no more envelopes will come"),
    "voting.paper.keyed": gettext_lazy("keyed a paper ballot"),
    "voting.desk.checked-in": gettext_lazy("checked somebody in at a desk"),
    "voting.letters.asked": gettext_lazy("had letters with voting codes made"),
    "voting.letters.fetched": gettext_lazy("fetched letters with voting codes"),
    "voting.letters.thrown-away": gettext_lazy("threw the files of letters away"),
    "voting.roll.added": gettext_lazy("added people to the roll from a file"),
    "voting.postcodes.set": gettext_lazy("said which postcodes vote"),
    "voting.tablet.started": gettext_lazy("set a shared tablet up for voting"),
    "voting.roll.drawn": gettext_lazy("drew people of the roll by lot"),
    "game.pack.shipped": gettext_lazy("brought a pack of cards with Pennypot"),
    "game.pack.begun": gettext_lazy("began a pack of cards"),
    "game.pack.changed": gettext_lazy("changed a pack of cards"),
    "game.pack.dropped": gettext_lazy("threw away a pack of cards that was being written"),
    "game.pack.published": gettext_lazy("published a pack of cards"),
    "game.advice.sent": gettext_lazy("sent advice of the tables"),
    "game.advice.answered": gettext_lazy("answered advice"),
    "game.confirmation.asked": gettext_lazy("had a letter sent to somebody who may confirm"),
    "game.confirmation.given": gettext_lazy("confirmed what was promised at a table"),
    "game.project.carried-forward": gettext_lazy("took a table's project into a round"),
    "game.session.loaded": gettext_lazy("loaded an evening of the demonstration"),
    "game.session.planned": gettext_lazy("planned an evening of the game"),
    "game.session.changed": gettext_lazy("changed the name, time or rules of showing of an evening"),
    "game.session.started": gettext_lazy("started the game"),
    "game.session.advanced": gettext_lazy("took tables on to the next part"),
    "game.session.rolled-back": gettext_lazy("took tables back to an earlier part"),
    "game.session.abandoned": gettext_lazy("ended the game at a table"),
    "game.session.event": gettext_lazy("let something happen at the tables"),
    "game.session.clock": gettext_lazy("set the clock of the game"),
    "game.session.ended": gettext_lazy("ended an evening of the game"),
    "game.table.added": gettext_lazy("added a table"),
    "game.table.source": gettext_lazy("said whether a table plays on phones or on paper"),
    "game.table.merged": gettext_lazy("joined two tables"),
    "game.seat.vacated": gettext_lazy("marked a seat vacant"),
    "game.seat.moved": gettext_lazy("moved people to another seat"),
    "game.seat.new-card": gettext_lazy("made a new code for a seat card"),
    "game.seat.nudged": gettext_lazy("asked a quiet seat to speak"),
    "game.seat.acted-for": gettext_lazy("acted for a seat"),
    "game.paper.entered": gettext_lazy("typed what lay on a paper table"),
    "game.screen.chosen": gettext_lazy("chose what the big screen shows"),
    "game.words.decided": gettext_lazy("decided whether typed words may be shown"),
    "game.help.taken": gettext_lazy("answered a call for help"),
    "game.help.done": gettext_lazy("helped a table"),
    "game.note.written": gettext_lazy("wrote a note about an evening"),
    "game.incident.noted": gettext_lazy("noted an incident"),
    "game.incident.handled": gettext_lazy("wrote what was done about an incident"),
}
LONGEST = 160


@dataclass(frozen=True)
class Change:
    """One value before and after, shortened."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One deed as the page shows it."""

    number: int
    at: datetime
    who: str
    who_number: int | None
    what: str
    kind: str
    changes: list[Change]
    reason: str


def tell(one: ToldDeed) -> Told:
    """Say one deed in words."""
    deed = one.deed
    names = list(dict.fromkeys([*deed.before, *deed.after]))
    changes = [Change(name, _short(deed.before.get(name)), _short(deed.after.get(name))) for name in names]
    changes = [change for change in changes if change.before or change.after]
    what = str(WORDS[deed.kind]) if deed.kind in WORDS else " ".join(deed.kind.replace("-", " ").split(".")[1:])
    who = one.who or (_("the system") if deed.actor_id is None else _("a person who has left"))
    return Told(deed.pk, deed.at, who, deed.actor_id, what, deed.kind, changes, deed.reason)


def _short(value: Any) -> str:
    if value is None or value == "":
        return ""
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
