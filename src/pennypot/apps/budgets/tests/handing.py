"""Handing files over as an officer does, and doing the worker's part at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from pennypot.apps.budgets import files
from pennypot.apps.budgets.actions.uploads import READING
from pennypot.apps.budgets.models import Upload

# Payments of the shape that councils publish; every name is made up.
PAYMENTS = (
    "Date Paid,Supplier Name,Service Area,Expense Type,Net Amount,Postcode\n"
    "02/04/2024,Acme Paving Ltd,Highways,Resurfacing,1000.00,BR1 2AB\n"
    "30/04/2024,Acme Paving Ltd,Highways,Resurfacing,500.50,BR1 2AB\n"
    "15/05/2024,Mr John Smithson,Social Care,Direct Payments,800.00,BR2 9ZZ\n"
    "16/05/2024,Zenith Computers PLC,ICT,Licences,2500.00,LS1 1AA\n"
    ",,,,,\n"
    "31/06/2024,Northern Light Ltd,Street Lighting,Lamps,75.25,BR1 7CD\n"
)
BUDGET = (
    "Service,Amount,Note\n"
    "Parks and open spaces,1200000.50,\n"
    "Adult social care,45000000.25,\n"
    "Wibble,310000.75,\n"
    "Total,46510001.50,\n"
)


def shared(*parts: str) -> Path:
    """Return a real file beside the checkout; the test skips where there is none."""
    folder = os.environ.get("PENNYPOT_SHARED") or Path(__file__).resolve().parents[6] / "shared"
    path = Path(folder, "data", *parts)
    if not path.exists():
        pytest.skip(f"The real file {'/'.join(parts)} is not here.")
    return path


def sent(text: str | bytes, name: str = "file.csv") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def hand_over(client, text, name="file.csv", place="brindley", **said) -> Upload:
    """Send a file in the browser's form and let the worker read it."""
    before = set(Upload.objects.values_list("pk", flat=True))
    answer = client.post(f"/{place}/budgets/add/", {"agency": "council", "kind": "", "file": sent(text, name), **said})
    assert answer.status_code == 302, answer.content.decode()
    upload = Upload.objects.exclude(pk__in=before).get()
    do_the_work()
    upload.refresh_from_db()
    return upload


def do_the_work() -> None:
    """Do every waiting job of reading, as the worker would."""
    for job in ProcrastinateJob.objects.filter(task_name=READING, status="todo"):
        args = job.args
        ProcrastinateJob.objects.filter(pk=job.pk).delete()
        app.tasks[READING].func(**args)


def kept_files() -> set[str]:
    """Every file that is kept of uploads."""
    return {f"handed-over/{path.name}" for path in files.folder("handed-over").iterdir()}
