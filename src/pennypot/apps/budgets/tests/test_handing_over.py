"""An officer hands a file over, checks what was read, keeps it, publishes it, and takes it back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pennypot.apps.budgets import queries
from pennypot.apps.budgets.actions import keeping
from pennypot.apps.budgets.actions import uploads as handing
from pennypot.apps.budgets.models import Budget, RememberedMapping, SpendingFile, Upload
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.apps.budgets.tests.handing import BUDGET, PAYMENTS, do_the_work, hand_over, kept_files, sent, shared
from pennypot.apps.budgets.unanswered import questions
from pennypot.house.answers import Invalid
from pennypot.house.models import Deed, Work
from pennypot.testing.cast import sign_in

pytestmark = pytest.mark.usefixtures("read_here")


@pytest.fixture
def officer(cast, client):
    return sign_in(client, cast.ben)


def page(client, upload, part=""):
    answer = client.get(f"/brindley/budgets/uploads/{upload.pk}/{part}")
    assert answer.status_code == 200, answer
    return answer.content.decode()


def post(client, upload, verb, **fields):
    return client.post(f"/brindley/budgets/uploads/{upload.pk}/{verb}/", fields)


def deeds(about):
    return list(
        Deed.objects.filter(about_kind=about._meta.label_lower, about_id=str(about.pk))
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_payments_go_from_the_file_to_the_public_page_and_back(cast, officer, client):
    upload = hand_over(officer, PAYMENTS, kind="spending")
    assert upload.state == Upload.State.READY
    assert (upload.rows, upload.kept, upload.rejected, upload.blank) == (6, 4, 1, 1)
    assert (upload.sum_before_pence, upload.sum_kept_pence, upload.sum_rejected_pence) == (487575, 480050, 7525)
    text = page(officer, upload)
    assert "4 payments, £4,801 in all." in text
    assert "There is no such day." in text
    assert "not named in public" in text
    assert post(officer, upload, "keep").status_code == 302
    spending = SpendingFile.objects.get()
    assert (spending.state, spending.made_by) == (SpendingFile.State.DRAFT, cast.ben)
    client.logout()
    assert "Nobody has shown it here yet" in client.get("/brindley/spending/").content.decode()
    assert client.get(f"/brindley/spending/files/{spending.pk}/").status_code == 403
    sign_in(client, cast.ben)
    client.post(f"/brindley/spending/files/{spending.pk}/publish/")
    client.logout()
    public = client.get("/brindley/spending/").content.decode()
    assert "Brindley Council paid £4,801 to 2 organisations in 2024–25." in public
    assert "Smithson" not in public
    sign_in(client, cast.ben)
    post(officer, upload, "take-back", reason="A name should not be there.")
    spending.refresh_from_db()
    upload.refresh_from_db()
    assert (spending.state, upload.state) == (SpendingFile.State.UNDONE, Upload.State.READY)
    assert "Nobody has shown it here yet" in client.get("/brindley/spending/").content.decode()
    assert deeds(upload) == [
        "budgets.upload.received",
        "budgets.upload.kept",
        "budgets.upload.taken-back",
    ]
    assert deeds(spending) == ["budgets.spending.published"]
    assert post(officer, upload, "keep").status_code == 302  # nothing was lost: it can be kept again


def test_a_budget_becomes_a_draft_whose_lines_the_officer_decides(cast, officer):
    upload = hand_over(officer, BUDGET, kind="budget", year="2024-25", budget_kind="outturn")
    assert (upload.rows, upload.kept, upload.rejected) == (4, 3, 1)
    answer = post(officer, upload, "keep", year="2024-25", budget_kind="outturn")
    assert answer.url == f"/brindley/budgets/uploads/{upload.pk}/lines/"
    draft = Budget.objects.get()
    parks, care, wibble = draft.lines.all()
    assert (parks.amount_pence, parks.cofog, parks.control) == (1_200_000_50, "08.1", "local")
    assert (care.control, care.source_row) == ("statutory", "3")
    assert wibble.cofog == ""
    text = page(officer, upload, "lines/")
    assert "One line needs your eye" in text
    assert text.index("Wibble") < text.index("Parks and open spaces")
    fields = {}
    for line in (parks, care, wibble):
        fields |= {f"cofog_{line.pk}": line.cofog, f"control_{line.pk}": line.control, f"counted_{line.pk}": "on"}
    del fields[f"counted_{wibble.pk}"]
    wrong = officer.post(f"/brindley/budgets/uploads/{upload.pk}/lines/", fields | {f"cofog_{parks.pk}": "04"})
    assert "needs a reason" in wrong.content.decode()
    assert '<option value="04" selected>' in wrong.content.decode()  # what was chosen is still there
    answer = officer.post(
        f"/brindley/budgets/uploads/{upload.pk}/lines/", fields | {f"why_{wibble.pk}": "Counted by the county."}
    )
    assert answer.url == f"/brindley/pool/budget/{draft.pk}/"
    wibble.refresh_from_db()
    assert (wibble.counted, wibble.why_not) == (False, "Counted by the county.")
    officer.post(f"/brindley/pool/budget/{draft.pk}/publish/")
    assert queries.pool(cast.brindley, "2024-25").total_pence == 46_200_000_75
    refused = post(officer, upload, "take-back")
    assert refused.status_code == 403
    assert "stays as it is" in refused.content.decode()


def test_a_draft_budget_can_be_taken_back_and_made_again(officer):
    upload = hand_over(officer, BUDGET, year="2024-25")
    post(officer, upload, "keep", year="2024-25", budget_kind="budget")
    post(officer, upload, "take-back")
    upload.refresh_from_db()
    assert upload.state == Upload.State.READY
    assert not Budget.objects.exists()
    post(officer, upload, "keep", year="2024-25", budget_kind="outturn")
    assert Budget.objects.get().kind == "outturn"


def test_what_is_missing_is_asked_and_what_was_typed_stays(officer):
    upload = hand_over(officer, BUDGET)
    answer = post(officer, upload, "keep", year="24", budget_kind="budget")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Write the year as 2023-24" in text
    assert 'value="24"' in text
    assert not Budget.objects.exists()


def test_a_column_can_be_read_as_something_else(officer):
    upload = hand_over(officer, PAYMENTS)
    text = page(officer, upload)
    assert 'name="meaning_2"' in text
    answer = post(officer, upload, "keep", meaning_2="division")
    assert answer.status_code == 302
    assert not SpendingFile.objects.exists()  # it is shown once more before it is kept
    do_the_work()
    upload.refresh_from_db()
    assert upload.mapping["columns"]["service area"] == "division"
    assert deeds(upload)[-1] == "budgets.upload.read-again"
    assert post(officer, upload, "keep", meaning_2="division").status_code == 302
    assert SpendingFile.objects.exists()


def test_two_columns_cannot_hold_the_same(officer):
    upload = hand_over(officer, PAYMENTS)
    answer = post(officer, upload, "read", meaning_2="payee")
    assert answer.status_code == 422
    assert "for two columns" in answer.content.decode()
    assert '<option value="payee" selected>' in answer.content.decode()


def test_a_question_that_must_be_answered_comes_first(officer):
    upload = hand_over(officer, "Supplier Name,Amount\nAcme Paving Ltd,10.00\nZenith Computers PLC,20.00\n")
    text = page(officer, upload)
    assert "Which day or month are the payments of" in text
    assert "Keep these payments" not in text
    refused = post(officer, upload, "keep")
    assert refused.status_code == 422
    (asked,) = [asked for asked in questions(upload) if asked.must]
    wrong = post(officer, upload, "read", **{asked.name: "May"})
    assert "Write the month as 2024-05" in wrong.content.decode()
    post(officer, upload, "read", **{asked.name: "2024-05"})
    do_the_work()
    upload.refresh_from_db()
    assert post(officer, upload, "keep").status_code == 302
    assert SpendingFile.objects.get().first_day == dt.date(2024, 5, 1)


def test_the_next_file_with_these_headings_is_read_as_the_officer_said(officer, cast):
    upload = hand_over(officer, PAYMENTS)
    post(officer, upload, "read", meaning_2="division")
    do_the_work()
    post(officer, upload, "keep", meaning_2="division")
    assert RememberedMapping.objects.get().agency == cast.council
    following = hand_over(officer, PAYMENTS.replace("2024", "2025"))
    assert following.mapping["columns"]["service area"] == "division"
    assert "headings before" in page(officer, following)
    assert not following.understanding["questions"]


def test_lines_of_another_body_are_set_aside_with_that_reason(officer):
    both = "Agency,Service,Amount\nBrindley Council,Parks,10.50\nBrindley Police,Patrols,20.50\n"
    upload = hand_over(officer, both)
    text = page(officer, upload)
    assert "lines of several bodies" in text
    post(officer, upload, "read", which_agency="Brindley Council")
    do_the_work()
    upload.refresh_from_db()
    assert (upload.rows, upload.kept, upload.rejected) == (2, 1, 1)
    assert (upload.sum_kept_pence, upload.sum_rejected_pence) == (1050, 2050)
    assert "belongs to another body" in page(officer, upload)
    post(officer, upload, "keep", year="2024-25", budget_kind="budget")
    assert [line.service for line in Budget.objects.get().lines.all()] == ["Parks"]


def test_the_same_file_twice_is_said_and_counted_once(officer):
    first = hand_over(officer, PAYMENTS)
    post(officer, first, "keep")
    second = hand_over(officer, PAYMENTS, "again.csv")
    text = page(officer, second)
    assert "This very file was handed over before" in text
    assert "Payments of some of these days are here already" in text
    answer = post(officer, second, "keep")
    assert answer.status_code == 422
    assert "counted twice" in answer.content.decode()
    assert SpendingFile.objects.count() == 1
    second.refresh_from_db()
    assert second.state == Upload.State.READY


def test_rejected_rows_can_be_taken_away_and_run_nothing_in_a_spreadsheet(officer):
    upload = hand_over(officer, PAYMENTS.replace("Northern Light Ltd", "=HYPERLINK(1)"))
    answer = officer.get(f"/brindley/budgets/uploads/{upload.pk}/rejected.csv")
    rows = answer.getvalue().decode().splitlines()
    assert rows[0] == "file,sheet,row,column,reason,amount_gbp,text"
    assert "7,1,There is no such day.,75.25" in rows[1]
    assert "attachment" in answer["Content-Disposition"]
    evil = hand_over(officer, PAYMENTS.replace("31/06/2024,Northern", "=1+1,Northern"))
    rows = officer.get(f"/brindley/budgets/uploads/{evil.pk}/rejected.csv").getvalue().decode().splitlines()
    assert ",'=1+1 |" in rows[1]


def test_thrown_away_means_that_no_file_is_left(officer, django_capture_on_commit_callbacks):
    before = kept_files()
    upload = hand_over(officer, PAYMENTS)
    assert len(kept_files() - before) == 3  # the file itself, payments, rejected rows
    with django_capture_on_commit_callbacks(execute=True):
        post(officer, upload, "throw-away")
    assert kept_files() == before
    upload.refresh_from_db()
    assert upload.state == Upload.State.UNDONE
    assert "was thrown away" in page(officer, upload)
    assert post(officer, upload, "keep").status_code == 403
    assert deeds(upload)[-1] == "budgets.upload.thrown-away"


def test_reading_again_leaves_no_files_behind(officer):
    before = kept_files()
    upload = hand_over(officer, PAYMENTS)
    for _ in range(2):
        post(officer, upload, "read")
        do_the_work()
    assert len(kept_files() - before) == 3


def test_a_file_thrown_away_while_it_is_read_stays_thrown_away(officer, cast, monkeypatch):
    upload = handing.receive(SYSTEM, cast.council, sent(PAYMENTS), handing.Told())
    before = kept_files() - {upload.stored_as}
    real = handing.files.read_aside

    def read_and_meanwhile(job, progress=None):
        told = real(job, progress)
        Upload.objects.filter(pk=upload.pk).update(state=Upload.State.UNDONE)
        return told

    monkeypatch.setattr(handing.files, "read_aside", read_and_meanwhile)
    handing.read_now(Upload.objects.get(pk=upload.pk))
    upload.refresh_from_db()
    assert (upload.state, upload.kept) == (Upload.State.UNDONE, None)
    assert kept_files() - {upload.stored_as} == before


def test_only_one_of_two_officers_keeps_a_file(officer, cast):
    upload = hand_over(officer, PAYMENTS)
    late = Upload.objects.get(pk=upload.pk)
    keeping.keep_rows(SYSTEM, upload)
    with pytest.raises(Invalid, match="just decided"):
        keeping.keep_rows(SYSTEM, late)
    assert SpendingFile.objects.count() == 1


def test_reading_that_broke_off_can_be_started_again(officer):
    upload = hand_over(officer, PAYMENTS)
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.READING)
    Work.objects.filter(pk=upload.work_id).update(state=Work.State.FAILED)
    assert "broken off" in page(officer, upload)
    post(officer, upload, "read")
    do_the_work()
    upload.refresh_from_db()
    assert upload.state == Upload.State.READY


def test_the_worker_says_how_far_it_is_and_where_the_result_is(officer):
    upload = hand_over(officer, PAYMENTS)
    work = Work.objects.get(pk=upload.work_id)
    assert work.state == Work.State.DONE
    assert work.result_url == f"/brindley/budgets/uploads/{upload.pk}/"
    assert work.said == "7 of 7 rows read"


def test_a_mistake_of_ours_leaves_the_file_and_no_half_results(officer, cast, monkeypatch):
    upload = handing.receive(SYSTEM, cast.council, sent(PAYMENTS), handing.Told())
    before = kept_files()

    def break_off(job, progress=None):
        Path(job.lines_to).touch()
        raise handing.files.Stopped("killed")

    monkeypatch.setattr(handing.files, "read_aside", break_off)
    with pytest.raises(handing.files.Stopped):
        handing.read_now(upload)
    assert kept_files() == before


def test_the_desk_says_what_waits_and_costs_eight_queries(officer, django_assert_num_queries):
    hand_over(officer, PAYMENTS)
    for name in ("bad", "worse"):
        hand_over(officer, b"\xff\xd8\xff picture", f"{name}.csv")
    with django_assert_num_queries(8):
        text = officer.get("/brindley/budgets/").content.decode()
    assert text.count("See why, and what to do.") == 2
    assert "Check what was understood, then keep it." in text


def test_the_page_of_a_file_costs_the_same_however_many_rows_it_has(officer, django_assert_num_queries):
    upload = hand_over(officer, PAYMENTS)
    with django_assert_num_queries(7):
        page(officer, upload)


def test_a_workbook_with_every_authority_gives_the_councils_lines_of_the_demo_place(birmingham, client):
    """What the demo place says of its council can be had from the workbook of 2010-11 alone."""
    from pennypot.apps.budgets.tests.conftest import person
    from pennypot.apps.people.roles import Role

    council = birmingham.agencies.get(slug="birmingham-city-council")
    demo = Budget.objects.get(agency=council, state="published")
    sign_in(client, person("team", birmingham, Role.PLACE_TEAM))
    book = shared("mhclg", "rs-2010-11-by-la.xls")
    upload = hand_over(client, book.read_bytes(), book.name, "birmingham", agency=council.slug)
    assert upload.state == Upload.State.UNDERSTOOD
    address = f"/birmingham/budgets/uploads/{upload.pk}/"
    text = client.get(address).content.decode()
    assert 'value="E4601" checked' in text  # found by the agency's name
    assert "Manchester" in client.get(address, {"q": "manch"}).content.decode()
    refused = client.post(f"{address}read/", {"authority": "E0000"})
    assert refused.status_code == 422
    client.post(f"{address}read/", {"authority": "E4601"})
    do_the_work()
    client.post(f"{address}keep/", {"year": "2010-11", "budget_kind": "outturn"})
    made = Upload.objects.get(pk=upload.pk).budget
    ours = [(line.amount_pence, line.cofog, line.control, line.counted) for line in made.lines.all()]
    theirs = [(line.amount_pence, line.cofog, line.control, line.counted) for line in demo.lines.all()]
    assert sorted(ours) == sorted(theirs)
    assert made.lines.first().source_row == "316 (E4601)"
