"""Files that no officer meant to send: a plain sentence on the page, soon, and nothing is lost."""

from __future__ import annotations

import time
import zipfile
from io import BytesIO

import pytest

from pennypot.apps.budgets import files
from pennypot.apps.budgets.actions import uploads as handing
from pennypot.apps.budgets.models import Upload
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.apps.budgets.reading.tests.making import make_ole, make_xlsx
from pennypot.apps.budgets.tests.handing import PAYMENTS, do_the_work, hand_over, sent
from pennypot.house.options import OPTIONS
from pennypot.testing.cast import sign_in

SECONDS = 5


@pytest.fixture
def officer(cast, client):
    return sign_in(client, cast.ben)


def bomb() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("payments.csv", b"0" * 60_000_000)
    return packed.getvalue()


def macro_book() -> bytes:
    plain = BytesIO(make_xlsx({"Sheet1": [["Date", "Supplier", "Amount"], ["01/04/2024", "Acme Ltd", 5]]}))
    packed = BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/vbaProject.bin", b"Sub AutoOpen()")
    return packed.getvalue()


BAD = {
    "empty": (b"", "This file is empty."),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(500), "This is a JPEG picture, whatever its name says."),
    "one huge line": (b"a," * 1_500_000, "One line of this file is longer than"),
    "NUL bytes": (PAYMENTS.encode() + b"\x00\x00", "bytes that text never holds"),
    "zip bomb": (bomb(), "unpacks to"),
    "macros": (macro_book(), "holds macros"),
    "password": (make_ole({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y" * 200}), "locked with a password"),
    "no table": (b"Dear Sir\nthank you\n", "We found no table in this file"),
}


@pytest.mark.parametrize("name", BAD)
def test_s43_s44_a_bad_file_gets_a_plain_sentence_and_is_kept_for_another_try(officer, name):
    content, words = BAD[name]
    began = time.monotonic()
    upload = hand_over(officer, content, "payments.csv", source_title="Payments of May", year="2024-25")
    seconds = time.monotonic() - began
    assert upload.state == Upload.State.FAILED
    text = officer.get(f"/brindley/budgets/uploads/{upload.pk}/").content.decode()
    assert words in text
    assert "Nothing was kept" in text
    assert seconds < SECONDS
    assert (upload.source_title, upload.year, upload.size_bytes) == ("Payments of May", "2024-25", len(content))
    assert upload.stored_as
    assert not upload.rows


def test_a_process_that_ends_without_a_word_is_told_with_what_it_complained_about(cast, monkeypatch):
    monkeypatch.setattr(files.sys, "executable", "/bin/false")
    upload = handing.receive(SYSTEM, cast.council, sent(PAYMENTS), handing.Told(), in_background=False)
    with pytest.raises(files.Stopped):
        handing.read_now(upload)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp437"])
def test_s44_unusual_encodings_are_simply_read(officer, encoding):
    text = PAYMENTS.replace("1000.00", "£1000.00")
    upload = hand_over(officer, text.encode(encoding))
    assert (upload.state, upload.kept, upload.sum_kept_pence) == (Upload.State.READY, 4, 480050)


def test_s44_formulas_are_read_as_their_saved_results(officer):
    rows = [["Date", "Supplier", "Amount"], ["01/04/2024", "Acme Paving Ltd", 5], ["02/04/2024", "Zenith PLC", 7]]
    upload = hand_over(officer, make_xlsx({"Sheet1": rows}), "payments.xlsx")
    assert (upload.state, upload.kept, upload.sum_kept_pence) == (Upload.State.READY, 2, 1200)


def test_the_next_try_begins_with_what_was_typed(officer):
    upload = hand_over(officer, b"", kind="spending", source_title="Payments of May", licence="OGL", year="2024-25")
    address = f"/brindley/budgets/add/?like={upload.pk}"
    assert address.replace("&", "&amp;") in officer.get(f"/brindley/budgets/uploads/{upload.pk}/").content.decode()
    text = officer.get(address).content.decode()
    for typed in ("Payments of May", "OGL", "2024-25"):
        assert f'value="{typed}"' in text
    assert officer.get("/brindley/budgets/add/?like=999999").status_code == 404


def test_a_refused_file_can_be_tried_again_and_thrown_away(officer):
    upload = hand_over(officer, b"\xff\xd8\xff picture")
    assert officer.post(f"/brindley/budgets/uploads/{upload.pk}/read/").status_code == 302
    do_the_work()
    upload.refresh_from_db()
    assert upload.state == Upload.State.FAILED
    officer.post(f"/brindley/budgets/uploads/{upload.pk}/throw-away/")
    upload.refresh_from_db()
    assert upload.state == Upload.State.UNDONE


@pytest.fixture
def small_limit(settings):
    values = vars(settings.OPTIONS) | {"upload_limit_mb": 1}
    settings.OPTIONS = type(settings.OPTIONS)(**values)
    assert any(option.name == "PENNYPOT_UPLOAD_LIMIT_MB" for option in OPTIONS)


def test_s44_a_file_over_the_limit_is_not_kept_but_what_was_typed_is(officer, small_limit, settings):
    fields = {"agency": "council", "kind": "spending", "source_title": "Payments of May"}
    answer = officer.post("/brindley/budgets/add/", fields | {"file": sent(b"a,b\n" * 400_000), "licence": "OGL"})
    text = answer.content.decode()
    assert answer.status_code == 413
    assert "larger than 1 megabyte" in text
    assert 'value="Payments of May"' in text
    assert 'value="OGL"' in text
    assert not Upload.objects.exists()
    assert not list((settings.HOME / "arriving").iterdir())


def test_a_form_without_a_file_keeps_what_was_typed(officer):
    answer = officer.post("/brindley/budgets/add/", {"agency": "council", "kind": "", "source_title": "Payments"})
    assert answer.status_code == 422
    assert 'value="Payments"' in answer.content.decode()
    wrong_year = {"agency": "council", "kind": "", "year": "next", "file": sent(PAYMENTS)}
    text = officer.post("/brindley/budgets/add/", wrong_year).content.decode()
    assert 'value="next"' in text
    assert "choose the file again" in text
    assert not Upload.objects.exists()


def test_a_budget_of_too_many_lines_is_refused(officer):
    text = "Service,Amount\n" + "".join(f"Service {number},1.50\n" for number in range(20_100))
    upload = hand_over(officer, text)
    assert upload.problem == "too_many_lines"
    page = officer.get(f"/brindley/budgets/uploads/{upload.pk}/").content.decode()
    assert "more than 20,000 lines" in page
