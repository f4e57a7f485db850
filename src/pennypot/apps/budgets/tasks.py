"""Long work of the pool: reading a file that an officer handed over."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from pennypot.apps.budgets.actions.uploads import READING, read_now
from pennypot.apps.budgets.models import Upload
from pennypot.house.models import Work
from pennypot.house.work import long_work, progress


# It may be run again after the server stopped: nothing is kept before somebody says so.
@long_work(READING, again=True)
def read_upload(work: Work, *, upload: int) -> str:
    """Read the file and send the officer to the page that shows what was understood."""
    found = Upload.objects.select_related("agency__place").get(pk=upload)

    def tell(done: int, of: int) -> None:
        numbers = {"done": number_format(done, force_grouping=True), "all": number_format(of, force_grouping=True)}
        progress(work, done, of, _("%(done)s of %(all)s rows read") % numbers)

    read_now(found, tell)
    return reverse("budgets_upload", args=[found.agency.place.slug, found.pk])
