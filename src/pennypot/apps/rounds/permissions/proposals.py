"""Who may do what with a proposal, and when. A draft is seen by its authors, or by whoever holds its link."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.permissions import Someone
from pennypot.apps.places.tokens import hash_of
from pennypot.apps.rounds.models import Author, Merge, Proposal, Round
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.house.answers import Answer, No, Yes


def _signed_in(person: Someone) -> Answer:
    if isinstance(person, Person):
        return Yes()
    return No(_("Please sign in first."), _("Sign in"), reverse("account_login"))


def author_ids(proposal: Proposal) -> frozenset[int]:
    """Return the people who stand behind a proposal. One SQL query a proposal and request."""
    known: frozenset[int] | None = proposal.__dict__.get("_author_ids")
    if known is None:
        known = _read_authors(proposal, "_author_ids")
    return known


def ever_author_ids(proposal: Proposal) -> frozenset[int]:
    """Return the people who stand behind a proposal, or once did. One SQL query a proposal and request."""
    known: frozenset[int] | None = proposal.__dict__.get("_ever_author_ids")
    return _read_authors(proposal, "_ever_author_ids") if known is None else known


def _read_authors(proposal: Proposal, which: str) -> frozenset[int]:
    rows = list(proposal.authors.filter(person__isnull=False).values_list("person_id", "state"))
    ever = frozenset(pk for pk, _state in rows if pk is not None)
    now = frozenset(pk for pk, state in rows if pk is not None and state == Author.AuthorState.CONSENTED)
    proposal.__dict__ |= {"_author_ids": now, "_ever_author_ids": ever}
    found: frozenset[int] = proposal.__dict__[which]
    return found


def remember_authors(proposal: Proposal, authors: Iterable[Author]) -> None:
    """Note who stands behind a proposal where a page has read it already, so that no permission asks again."""
    consented = (one.person_id for one in authors if one.state == Author.AuthorState.CONSENTED)
    proposal.__dict__["_author_ids"] = frozenset(pk for pk in consented if pk is not None)


def is_author(person: Someone, proposal: Proposal) -> bool:
    """Whether the person stands behind it."""
    return isinstance(person, Person) and person.pk in author_ids(proposal)


def _holds_link(proposal: Proposal, key: str) -> bool:
    kept = proposal.draft_key_hash
    return bool(key) and kept is not None and hmac.compare_digest(bytes(kept), hash_of(key))


def _as_author(person: Someone, proposal: Proposal) -> Answer:
    answer = _signed_in(person)
    if answer and not is_author(person, proposal):
        return No(_("Only the authors of this proposal can do this."))
    return answer


def _standing(proposal: Proposal) -> Answer:
    if proposal.state == Proposal.State.WITHDRAWN:
        return No(_("This proposal was withdrawn."))
    if proposal.state == Proposal.State.MERGED:
        return No(_("This proposal was joined with another one."))
    if proposal.is_draft:
        return No(_("This proposal has not been sent in yet."))
    return Yes()


def may_draft(round: Round, now: datetime | None = None) -> Answer:
    """Everybody may begin a draft, with or without an account, while the round takes ideas or proposals."""
    return open_for(round, "draft", now)


def may_see(person: Someone, proposal: Proposal, key: str = "") -> Answer:
    """Everybody sees what was sent in; a draft only its authors, or whoever holds its link while it has no owner."""
    if not proposal.is_draft or is_author(person, proposal) or _holds_link(proposal, key):
        return Yes()
    return No(_("This draft belongs to somebody else."))


def may_write(person: Someone, proposal: Proposal, key: str = "") -> Answer:
    """Say whether these are the hands that write it, whatever the stage: an author, or the holder of its link."""
    if proposal.is_draft and _holds_link(proposal, key):
        return Yes()
    return _as_author(person, proposal)


def may_edit(person: Someone, proposal: Proposal, key: str = "", now: datetime | None = None) -> Answer:
    """Authors write their draft, and change what they sent in until it is decided."""
    answer = may_write(person, proposal, key)
    if not answer:
        return answer
    if proposal.is_draft:
        return open_for(proposal.round, "draft", now)
    answer = _standing(proposal)
    if not answer:
        return answer
    if proposal.decision:
        return No(_("This proposal is decided, so its text stays as it is."))
    return open_for(proposal.round, "edit", now)


def may_add_pictures(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """Pictures need a name to them: whoever adds one is signed in and an author."""
    if proposal.is_draft and proposal.owner_id is None:
        return No(_("Sign in to add pictures. Everything you wrote stays."), _("Sign in"), reverse("account_login"))
    answer = _as_author(person, proposal)
    return may_edit(person, proposal, now=now) if answer else answer


def may_claim(person: Someone, proposal: Proposal, key: str) -> Answer:
    """Whoever holds the link of a draft without an owner and is signed in takes it under their name."""
    if not _holds_link(proposal, key):
        return No(_("This draft belongs to somebody else."))
    return _signed_in(person)


def may_throw_away(person: Someone, proposal: Proposal, key: str = "") -> Answer:
    """A draft can be thrown away at any time by those who write it."""
    if not proposal.is_draft:
        return No(_("What was sent in stays on the record. You can withdraw it."))
    return may_write(person, proposal, key)


def may_propose(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """An author sends the draft in while the round takes proposals."""
    answer = _signed_in(person)
    if not answer:
        return answer
    if not proposal.is_draft:
        return No(_("This proposal was sent in already."))
    if not is_author(person, proposal):
        return No(_("Only the authors of this proposal can do this."))
    return open_for(proposal.round, "propose", now)


def may_withdraw(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """An author withdraws it until the ballot is fixed."""
    answer = _as_author(person, proposal)
    if answer:
        answer = _standing(proposal)
    return open_for(proposal.round, "withdraw", now) if answer else answer


def may_endorse(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """Everybody who signed in may say that it is a good idea; its authors said so already."""
    answer = _standing(proposal)
    if answer:
        answer = open_for(proposal.round, "endorse", now)
    if answer:
        answer = _signed_in(person)
    if answer and is_author(person, proposal):
        return No(_("You are an author of this proposal, so you stand behind it already."))
    return answer


def may_invite_author(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """An author asks somebody to stand behind it too; for a draft as long as it can be written."""
    answer = _as_author(person, proposal)
    if not answer:
        return answer
    if proposal.is_draft:
        return open_for(proposal.round, "draft", now)
    answer = _standing(proposal)
    return open_for(proposal.round, "invite_author", now) if answer else answer


def may_answer_invitation(person: Someone, invitation: Author) -> Answer:
    """Only the person whose checked e-mail address got the letter, and not who sent it."""
    if not isinstance(person, Person):
        return No(
            _("Please sign in with the e-mail address that got the letter."), _("Sign in"), reverse("account_login")
        )
    addresses = EmailAddress.objects.filter(user_id=person.pk, verified=True)
    if not addresses.filter(email__iexact=invitation.email).exists():
        return No(_("This letter went to another e-mail address. Sign in with the address that got it."))
    if invitation.proposal.state in (Proposal.State.WITHDRAWN, Proposal.State.MERGED):
        return _standing(invitation.proposal)
    return Yes()


def may_leave(person: Someone, proposal: Proposal) -> Answer:
    """An author leaves when others stay behind."""
    answer = _as_author(person, proposal)
    if answer and len(author_ids(proposal)) == 1:
        return No(_("You are the only author. You can withdraw the proposal, or throw the draft away."))
    return answer


def may_merge(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """An author asks to join it with another proposal of the round."""
    answer = _as_author(person, proposal)
    if answer:
        answer = _standing(proposal)
    if answer and proposal.decision:
        return No(_("This proposal is decided, so its text stays as it is."))
    return open_for(proposal.round, "merge", now) if answer else answer


def may_answer_merge(person: Someone, merge: Merge, now: datetime | None = None) -> Answer:
    """Every author of both proposals answers, once."""
    answer = _signed_in(person)
    if not answer:
        return answer
    if not (is_author(person, merge.source) or is_author(person, merge.target)):
        return No(_("Only the authors of the two proposals can answer this."))
    if merge.state != Merge.MergeState.ASKED:
        return No(_("This question is closed."))
    return open_for(merge.source.round, "merge", now)


def may_comment(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """Everybody who signed in may speak under a proposal while the round has a stage that is open for it."""
    if proposal.is_draft or proposal.thread is None:
        return No(_("This proposal has not been sent in yet."))
    answer = open_for(proposal.round, "comment", now)
    if answer and proposal.thread.closed_at is not None:
        return No(_("This conversation is closed. You can still read it."))
    if answer and not isinstance(person, Person):
        return No(_("Sign in to take part in the conversation."), _("Sign in"), reverse("account_login"))
    return answer
