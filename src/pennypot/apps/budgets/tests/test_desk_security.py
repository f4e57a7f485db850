"""The officers' desk against those who should not be there. Numbers are those of the security checklist."""

from __future__ import annotations

import pytest
from django.test import Client

from pennypot.apps.budgets import files
from pennypot.apps.budgets.actions import keeping
from pennypot.apps.budgets.actions import uploads as handing
from pennypot.apps.budgets.models import Budget, LocalRule, SpendingFile, Upload
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.apps.budgets.tests.handing import BUDGET, PAYMENTS, sent
from pennypot.testing.cast import sign_in

VERBS = ("read", "keep", "throw-away", "take-back")

pytestmark = pytest.mark.usefixtures("read_here")


@pytest.fixture
def upload(cast) -> Upload:
    received = handing.receive(SYSTEM, cast.council, sent(PAYMENTS), handing.Told(), in_background=False)
    return handing.read_now(received)


@pytest.fixture
def kept(upload) -> SpendingFile:
    return keeping.keep_rows(SYSTEM, upload)


def test_s24_nothing_of_one_place_is_found_under_another(cast, client, upload, kept):
    sign_in(client, cast.dev)
    here = f"/elsewhere/budgets/uploads/{upload.pk}/"
    for page in ("", "rejected.csv", "lines/"):
        assert client.get(here + page).status_code == 404
    for verb in VERBS:
        assert client.post(f"{here}{verb}/").status_code == 404
    assert client.get(f"/elsewhere/spending/files/{kept.pk}/").status_code == 404
    assert client.post(f"/elsewhere/spending/files/{kept.pk}/publish/").status_code == 404
    kept.refresh_from_db()
    assert kept.state == SpendingFile.State.DRAFT


@pytest.mark.parametrize("name", ["asha", "carys", "fay", "sam", "dev", "oona", None])
def test_s24_who_is_no_officer_of_the_agency_gets_the_reason(cast, client, upload, kept, name):
    if name:
        sign_in(client, getattr(cast, name))
    here = f"/brindley/budgets/uploads/{upload.pk}/"
    for page in (here, f"{here}rejected.csv", f"/brindley/spending/files/{kept.pk}/", "/brindley/budgets/add/"):
        assert client.get(page).status_code == 403
    for verb in VERBS:
        assert client.post(f"{here}{verb}/").status_code == 403
    assert client.post(f"/brindley/spending/files/{kept.pk}/publish/").status_code == 403
    assert client.post("/brindley/budgets/add/", {"agency": "council", "file": sent(PAYMENTS)}).status_code == 403
    text = client.get("/brindley/budgets/").content.decode()
    assert "file.csv" not in text
    assert ("Please sign in first." if not name else "Only these people of Brindley can do this") in text
    assert Upload.objects.count() == 1


def test_s24_an_officer_of_one_agency_hands_over_for_no_other(cast, client):
    sign_in(client, cast.ben)
    answer = client.post("/brindley/budgets/add/", {"agency": "police", "kind": "", "file": sent(PAYMENTS)})
    assert answer.status_code == 422
    assert "Brindley Police" not in client.get("/brindley/budgets/add/").content.decode()
    police = handing.receive(SYSTEM, cast.police, sent(PAYMENTS), handing.Told(), in_background=False)
    assert client.get(f"/brindley/budgets/uploads/{police.pk}/").status_code == 403
    assert Upload.objects.count() == 1


def test_an_officer_without_a_second_step_is_told_so(cast, client, upload):
    sign_in(client, cast.ben, second_factor=False)
    for page in ("budgets/add/", f"budgets/uploads/{upload.pk}/"):
        answer = client.get(f"/brindley/{page}")
        assert answer.status_code == 403
        assert "second step" in answer.content.decode()
    assert "second step" in client.get("/brindley/budgets/").content.decode()


@pytest.mark.parametrize("verb", VERBS)
def test_s26_changes_need_a_post_and_its_token(cast, upload, verb):
    client = sign_in(Client(enforce_csrf_checks=True), cast.ben)
    address = f"/brindley/budgets/uploads/{upload.pk}/{verb}/"
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 403
    upload.refresh_from_db()
    assert upload.state == Upload.State.READY


def test_s26_handing_over_and_publishing_need_a_token(cast, kept):
    client = sign_in(Client(enforce_csrf_checks=True), cast.ben)
    assert client.post("/brindley/budgets/add/", {"agency": "council", "file": sent(PAYMENTS)}).status_code == 403
    publish = f"/brindley/spending/files/{kept.pk}/publish/"
    assert client.get(publish).status_code == 405
    assert client.post(publish).status_code == 403
    assert client.post(f"/brindley/budgets/uploads/{kept.upload_id}/lines/").status_code == 403
    sign_in(client, cast.tariq)
    assert client.post("/brindley/spending/local/", {"postcodes": "M1"}).status_code == 403
    assert not LocalRule.objects.exists()
    assert Upload.objects.count() == 1


def test_s27_fields_that_nobody_asked_for_change_nothing(cast, client, upload):
    sign_in(client, cast.ben)
    more = {"agency": cast.police.pk, "state": "saved", "kept": 9, "stored_as": "../../secret-key", "made_by": 1}
    client.post(f"/brindley/budgets/uploads/{upload.pk}/keep/", more)
    kept = SpendingFile.objects.get()
    assert (kept.agency, kept.kept, kept.state) == (cast.council, 4, SpendingFile.State.DRAFT)
    received = Upload.objects.get(pk=upload.pk)
    assert (received.stored_as, received.kept) == (upload.stored_as, 4)


def test_s27_lines_of_another_budget_are_not_touched(cast, client):
    made = []
    for agency in (cast.council, cast.police):
        told = handing.Told(year="2024-25", budget_kind="budget")
        received = handing.receive(SYSTEM, agency, sent(BUDGET), told, in_background=False)
        made.append(keeping.keep_rows(SYSTEM, handing.read_now(received)))
    mine, theirs = made
    line = theirs.lines.first()
    sign_in(client, cast.ben)
    fields = {f"cofog_{line.pk}": "09", f"control_{line.pk}": "nhs", f"counted_{line.pk}": "on"}
    client.post(f"/brindley/budgets/uploads/{mine.uploads.get().pk}/lines/", fields)
    after = theirs.lines.first()
    assert (after.cofog, after.control) == (line.cofog, line.control)
    assert list(mine.lines.values_list("control", flat=True)) == ["local", "statutory", "local"]


@pytest.mark.parametrize(
    "field, value", [("control", "mine"), ("control", "x" * 50), ("cofog", "99"), ("cofog", "'; --")]
)
def test_s27_a_line_takes_only_what_is_on_the_list(cast, client, field, value):
    told = handing.Told(year="2024-25", budget_kind="budget")
    received = handing.receive(SYSTEM, cast.council, sent(BUDGET), told, in_background=False)
    budget = keeping.keep_rows(SYSTEM, handing.read_now(received))
    line = budget.lines.first()
    sign_in(client, cast.ben)
    fields = {f"cofog_{line.pk}": "09", f"control_{line.pk}": "nhs", f"counted_{line.pk}": "on"}
    answer = client.post(
        f"/brindley/budgets/uploads/{received.pk}/lines/", fields | {f"{field}_{line.pk}": value}, follow=True
    )
    assert answer.status_code == 200
    after = Budget.objects.get().lines.first()
    assert (after.cofog, after.control) == (line.cofog, line.control)


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "a\x00b\r\nc.csv", "x" * 290 + ".csv"])
def test_s42_a_file_is_kept_under_a_random_name_whatever_it_is_called(cast, client, name):
    received = handing.receive(SYSTEM, cast.council, sent(PAYMENTS, name), handing.Told(), in_background=False)
    assert files.path_of(received.stored_as).parent == files.folder("handed-over")
    assert files.path_of(received.stored_as).stat().st_mode & 0o077 == 0
    assert len(files.path_of(received.stored_as).name) == 32
    for sign in "/\\\x00\r\n":
        assert sign not in received.file_name
    sign_in(client, cast.ben)
    assert client.get("/brindley/budgets/").status_code == 200


def test_s42_a_handed_over_file_has_no_address(client, upload):
    for address in (upload.stored_as, f"uploads/{upload.stored_as}", f"static/{upload.stored_as}"):
        assert client.get(f"/{address}").status_code == 404


XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_s36_what_a_file_holds_is_text_on_every_page(cast, client):
    cell = '"' + XSS.replace('"', '""') + '"'
    text = PAYMENTS.replace("Acme Paving Ltd", f"{cell}").replace("Service Area", cell)
    received = handing.receive(SYSTEM, cast.council, sent(text, f"{XSS[:40]}.csv"), handing.Told(source_title=XSS))
    read = handing.read_now(received)
    sign_in(client, cast.ben)
    pages = ["budgets/", f"budgets/uploads/{read.pk}/"]
    shown = [client.get(f"/brindley/{page}").content.decode() for page in pages]
    kept = keeping.keep_rows(SYSTEM, read)
    keeping.publish_spending(SYSTEM, kept)
    more = (f"budgets/uploads/{read.pk}/", "spending/", f"spending/?payee={XSS}", f"spending/files/{kept.pk}/")
    shown += [client.get(f"/brindley/{page}").content.decode() for page in more]
    for page in shown:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert " style=" not in page


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_s40_a_number_too_large_is_simply_not_there(cast, client, number):
    sign_in(client, cast.ben)
    assert client.get(f"/brindley/budgets/uploads/{number}/").status_code == 404
    assert client.get(f"/brindley/spending/files/{number}/").status_code == 404
