"""The officers' desk: what each agency has handed over, what waits for somebody, what is public."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import Http404

from pennypot.apps.budgets.models import Budget, SpendingFile, Upload
from pennypot.apps.budgets.permissions import may_hand_over, may_see_upload
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.permissions import Someone
from pennypot.apps.places.queries import agencies
from pennypot.house.answers import require


@dataclass
class AgencyDesk:
    """One agency's part of the desk.

    Attributes
    ----------
    mine
        Whether the person may hand its files over; drafts and files are listed only then.
    """

    agency: Agency
    mine: bool
    drafts: list[Budget] = field(default_factory=list)
    public: list[Budget] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    payments_waiting: list[SpendingFile] = field(default_factory=list)
    payments: list[SpendingFile] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether something waits for somebody."""
        return bool(self.drafts or self.uploads or self.payments_waiting)

    @property
    def payment_days(self) -> tuple[object, object] | None:
        """First and last day of the public payments."""
        days = [(file.first_day, file.last_day) for file in self.payments if file.first_day and file.last_day]
        return (min(first for first, _ in days), max(last for _, last in days)) if days else None


def agencies_of(person: Someone, place: Place) -> list[Agency]:
    """Return the agencies whose files the person may hand over. Two SQL queries."""
    return [agency for agency in agencies(place) if may_hand_over(person, _here(agency, place))]


def desk(person: Someone, place: Place) -> list[AgencyDesk]:
    """Return every agency's part of the desk, those of the person first. Five SQL queries."""
    found = {
        agency.pk: AgencyDesk(agency, bool(may_hand_over(person, _here(agency, place)))) for agency in agencies(place)
    }
    for budget in Budget.objects.filter(agency__place=place).order_by("-year", "kind", "-version"):
        one = found[budget.agency_id]
        if budget.is_published:
            one.public.append(budget)
        elif one.mine:
            one.drafts.append(budget)
    mine = [key for key, one in found.items() if one.mine]
    gone = (Upload.State.UNDONE, Upload.State.SAVED)
    for upload in Upload.objects.filter(agency__in=mine).exclude(state__in=gone).defer("understanding", "mapping"):
        found[upload.agency_id].uploads.append(upload)
    for file in SpendingFile.objects.filter(agency__place=place).exclude(state=SpendingFile.State.UNDONE):
        one = found[file.agency_id]
        if file.state == SpendingFile.State.PUBLISHED:
            one.payments.append(file)
        elif one.mine:
            one.payments_waiting.append(file)
    for one in found.values():
        # Only the newest version of a year is the one that counts.
        one.public = list({(budget.year, budget.kind): budget for budget in reversed(one.public)}.values())[::-1]
    return sorted(found.values(), key=lambda one: not one.mine)


def upload_in(place: Place, number: int, person: Someone) -> Upload:
    """Return a file that was handed over in this place. One SQL query besides the person's roles.

    Raises
    ------
    Http404
        There is no such file in this place.
    Refused
        The person may not see it.
    """
    upload = (
        Upload.objects.select_related("agency", "budget", "work", "made_by", "spending_file")
        .filter(agency__place=place, pk=number)
        .first()
        if number < 2**63
        else None
    )
    if upload is None:
        raise Http404
    upload.agency.place = place
    require(may_see_upload(person, upload))
    return upload


def same_files(upload: Upload) -> list[Upload]:
    """Return the agency's earlier files with the very same content. One SQL query."""
    same = Upload.objects.filter(agency=upload.agency_id, sha256=upload.sha256, pk__lt=upload.pk)
    return list(same.exclude(state=Upload.State.UNDONE).defer("understanding", "mapping"))


def overlapping(upload: Upload) -> list[SpendingFile]:
    """Return the agency's kept payments of the same days as an upload's: perhaps the same money. One SQL query."""
    first, last = upload.understanding.get("first_day"), upload.understanding.get("last_day")
    if not (first and last):
        return []
    kept = SpendingFile.objects.filter(agency=upload.agency_id, first_day__lte=last, last_day__gte=first)
    return list(kept.exclude(state=SpendingFile.State.UNDONE).exclude(upload=upload.pk))


def _here(agency: Agency, place: Place) -> Agency:
    agency.place = place
    return agency
