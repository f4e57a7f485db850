"""What pages of paper need: the round as papers say it, envelopes, batches, who keyed what, and what is left to do."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Picture, Round
from pennypot.apps.rounds.stages import Kind, end_said
from pennypot.apps.voting import codes
from pennypot.apps.voting.eligibility import written
from pennypot.apps.voting.models import Election, PaperBallot, PaperBatch, PaperEnvelope, PaperKeying, RollEntry
from pennypot.apps.voting.papers.contents import PaperRound, Project
from pennypot.apps.voting.queries.ballots import Ballot, ballot_for, whole_ballot

State = PaperEnvelope.State


def paper_round(round: Round, *, areas: Sequence[Area] = (), pictures: bool = False) -> PaperRound:
    """Return a round as its papers say it; call it with the paper's language switched on. Two SQL queries.

    Parameters
    ----------
    areas
        In a round where people vote on their own area: whose projects the paper has, besides those of the whole place,
        as on the web; all projects if left out. One more query.
    pictures
        Whether to read the first picture of each project too: one more query, and a file each.
    """
    ballot = whole_ballot(round)
    if areas and round.scope != Round.Scope.PLACE:
        ballot = ballot_for(ballot, [area.pk for area in areas])
    shown = _pictures(ballot) if pictures else {}
    voting = next((one for one in round.stage_list if one.kind == Kind.VOTING), None)
    pots = dict(round.pots.filter(quota_pence__gt=0).values_list("pk", "name"))
    return PaperRound(
        place=round.place.name,
        title=" · ".join([round.title, *(area.name for area in areas)]),
        form=round.ballot_form,
        budget_pence=round.budget_pence,
        closes=end_said(voting.closes_at, round.zone) if voting else "",
        web=settings.SITE_ADDRESS + reverse("vote_round", args=[round.place.slug, round.slug]),
        projects=tuple(
            Project(
                number=line.number,
                title=line.title,
                cost_pence=line.cost_pence,
                summary=line.summary,
                where=line.area_name,
                category=line.category_name,
                group=pots.get(line.pot_id, "") if line.pot_id else "",
                withdrawn=line.withdrawn_at is not None,
                picture=shown.get(line.proposal_id, (None, ""))[0],
                picture_alt=shown.get(line.proposal_id, (None, ""))[1],
            )
            for line in ballot.lines
        ),
        max_choices=round.max_choices,
        points=round.points,
        label=round.label,
        about=round.about,
    )


def _pictures(ballot: Ballot) -> dict[int, tuple[bytes, str]]:
    """Return the first picture of each project, and what it shows. A file that is gone is passed over."""
    found: dict[int, tuple[bytes, str]] = {}
    listed = Picture.objects.filter(proposal__in=[line.proposal_id for line in ballot.lines])
    for one in listed.order_by("proposal", "-position"):
        with contextlib.suppress(OSError), one.small.open("rb") as file:
            found[one.proposal_id] = (file.read(), one.alt)
    return found


def clerks_of(round: Round) -> list[Person]:
    """Return the named clerks. One SQL query."""
    return list(Person.objects.filter(pk__in=round.paper_clerks.values("person_id")).order_by("name", "pk"))


def possible_clerks(round: Round) -> QuerySet[Person]:
    """Return officers of the place's agencies who are not named yet."""
    officers = Person.objects.filter(
        memberships__place_id=round.place_id, memberships__role=Role.AGENCY_OFFICER
    ).distinct()
    return officers.exclude(pk__in=round.paper_clerks.values("person_id")).order_by("name", "pk")


def entry_of_envelope(round: Round, typed: str) -> RollEntry | None:
    """Return the roll entry that an outer envelope names: by its slip's code, an e-mail address or a roll number.

    Entries of every state but removed are found, so that the page can say that a vote of theirs is here already.
    """
    typed = typed.strip()
    roll = RollEntry.objects.filter(round=round).exclude(state=RollEntry.State.REMOVED)
    if typed.startswith("#") and typed[1:].isascii() and typed[1:].isdigit() and len(typed) < 18:
        return roll.filter(pk=int(typed[1:])).first()
    if "@" in typed:
        email = written.email(typed)
        key = codes.keyed(round.pk, "email", written.mailbox(email)) if email else None
        return roll.filter(email_hash=key).first() if key else None
    code = codes.plain(typed)
    return roll.filter(code_hash=codes.hash_of(round.pk, code)).first() if codes.holds(code) else None


@dataclass(frozen=True)
class Waiting:
    """Envelopes on the table: all that are checked, and how many of them this officer may open."""

    envelopes: tuple[PaperEnvelope, ...]
    to_open: int


def waiting_envelopes(election: Election, person: Person) -> Waiting:
    """Return the envelopes that are checked and not opened. One SQL query."""
    found = tuple(
        PaperEnvelope.objects.filter(election=election, state=State.CHECKED).select_related("entry", "checked_by")
    )
    return Waiting(found, sum(1 for one in found if one.checked_by_id != person.pk))


@dataclass(frozen=True)
class BallotLine:
    """How far one ballot of a batch is, as far as an officer may know."""

    number: int
    state: str  # new, once, differs, agreed, spoilt
    mine: bool  # whether this officer keyed it
    may_key: bool  # whether this officer may key it now


@dataclass(frozen=True)
class BatchView:
    """A batch as one officer sees it."""

    batch: PaperBatch
    lines: tuple[BallotLine, ...]
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """Ballots that two officers agreed on."""
        return self.counts["agreed"] + self.counts["spoilt"]

    @property
    def is_done(self) -> bool:
        """Whether every ballot is agreed or spoilt, so that the total equals the envelopes opened."""
        return self.done == self.batch.envelopes

    @property
    def next(self) -> int | None:
        """The ballot that this officer keys first."""
        return self.next_after(0)

    def next_after(self, number: int) -> int | None:
        """Return the ballot that this officer keys after another: on through the pile, and what differs at the end."""
        mine = [one for one in self.lines if one.may_key and one.number != number]
        order = min(mine, key=lambda one: (one.state == "differs", one.number < number, one.number), default=None)
        return order.number if order else None


def batch_view(batch: PaperBatch, person: Person) -> BatchView:
    """Return how far a batch is. Two SQL queries."""
    keyed: dict[int, set[int]] = defaultdict(set)
    for number, officer in PaperKeying.objects.filter(batch=batch).values_list("number", "officer_id"):
        keyed[number].add(officer)
    settled = dict(PaperBallot.objects.filter(batch=batch).values_list("number", "spoilt"))
    lines = []
    for number in range(1, batch.envelopes + 1):
        officers, mine = keyed[number], person.pk in keyed[number]
        if number in settled:
            state = "spoilt" if settled[number] else "agreed"
        else:
            state = ("new", "once", "differs")[min(len(officers), 2)]
        lines.append(BallotLine(number, state, mine, state == "differs" or (state in ("new", "once") and not mine)))
    return BatchView(batch, tuple(lines), Counter(one.state for one in lines))


@dataclass(frozen=True)
class BatchLine:
    """A batch in the list of batches."""

    number: int
    envelopes: int
    agreed: int
    spoilt: int

    @property
    def left(self) -> int:
        """Ballots that two officers have not agreed on."""
        return self.envelopes - self.agreed - self.spoilt


def batches_of(election: Election) -> list[BatchLine]:
    """Return the batches with how far they are. One SQL query."""
    found = PaperBatch.objects.filter(election=election).annotate(
        agreed=Count("ballots", filter=Q(ballots__spoilt="")),
        spoilt_count=Count("ballots", filter=~Q(ballots__spoilt="")),
    )
    return [BatchLine(one.number, one.envelopes, one.agreed, one.spoilt_count) for one in found.order_by("number")]


@dataclass(frozen=True)
class PaperTotals:
    """Paper in numbers. `opened` equals `agreed` plus all that is spoilt when nothing is left to do."""

    checked: int
    opened: int
    sent_back: int
    agreed: int
    spoilt: dict[str, int]

    @property
    def spoilt_in_all(self) -> int:
        """All spoilt ballots."""
        return sum(self.spoilt.values())

    @property
    def left(self) -> int:
        """Opened envelopes whose ballot two officers have not agreed on."""
        return self.opened - self.agreed - self.spoilt_in_all


def paper_totals(election: Election) -> PaperTotals:
    """Count paper. Two SQL queries."""
    states = dict(PaperEnvelope.objects.filter(election=election).order_by().values_list("state").annotate(Count("pk")))
    ballots = dict(
        PaperBallot.objects.filter(batch__election=election).order_by().values_list("spoilt").annotate(Count("pk"))
    )
    return PaperTotals(
        checked=states.get(State.CHECKED, 0),
        opened=states.get(State.OPENED, 0),
        sent_back=states.get(State.REFUSED, 0),
        agreed=ballots.pop("", 0),
        spoilt=ballots,
    )


def unfinished_paper(election: Election) -> list[str]:
    """Say what has to be done on paper before the election can be closed; nothing when all is done. Two SQL queries."""
    totals = paper_totals(election)
    left = []
    if totals.checked:
        left.append(
            ngettext(
                "%(count)s envelope is checked and not opened.", "%(count)s envelopes are checked and not opened.",
                totals.checked,
            )
            % {"count": totals.checked}
        )  # fmt: skip
    if totals.left:
        left.append(
            ngettext(
                "%(count)s paper ballot was not read alike by two officers yet.",
                "%(count)s paper ballots were not read alike by two officers yet.",
                totals.left,
            )
            % {"count": totals.left}
        )
    return left


def spoilt_said(totals: PaperTotals) -> list[tuple[str, int]]:
    """Say why ballots are spoilt and how many."""
    return [(str(PaperBallot.Spoilt(reason).label), count) for reason, count in sorted(totals.spoilt.items())]


def roll_sample(election: Election, seed: str, count: int) -> list[RollEntry]:
    """Draw people who voted, in an order that anybody can draw again from the seed. One SQL query.

    The order is that of SHA-256 over the seed and the number of the roll entry.
    """
    voted = RollEntry.objects.filter(
        round_id=election.round_id, state__in=[RollEntry.State.VOTED, RollEntry.State.PAPER]
    )
    drawn = sorted(voted, key=lambda one: hashlib.sha256(f"{seed}\n{one.pk}".encode()).digest())
    return drawn[:count]


def how_voted(entry: RollEntry) -> str:
    """Say by which way a person's vote came."""
    return _("on paper") if entry.state == RollEntry.State.PAPER else _("on the web")
