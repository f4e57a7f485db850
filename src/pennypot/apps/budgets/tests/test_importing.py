"""`pennypot import budget` and `pennypot import spending`."""

from __future__ import annotations

import pytest

from pennypot.apps.budgets.models import Budget, SpendingFile, Upload
from pennypot.apps.budgets.tests.handing import BUDGET, PAYMENTS, kept_files, shared
from pennypot.cli import build_parser
from pennypot.house.models import Deed
from pennypot.house.problems import Problem

pytestmark = pytest.mark.usefixtures("read_here")


@pytest.fixture
def bring(cast, tmp_path, capsys):
    """Run the command on a file with this text; returns the exit code and what was printed."""

    def run(kind, content, *options, name="file.csv"):
        file = tmp_path / name
        if isinstance(content, str):
            content = content.encode()
        if content is not None:
            file.write_bytes(content)
        given = ["import", kind, str(file), "--place", "brindley", "--agency", "council", *options]
        chosen = build_parser("import").parse_args(given)
        code = chosen.run(chosen)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_payments_are_read_told_and_kept(bring):
    code, out, _ = bring("spending", PAYMENTS, "--yes")
    assert code == 0
    assert "'Supplier Name' is who was paid" in out
    assert "rows   6 = 4 kept + 1 not kept + 1 blank" in out
    assert "money  £4,875.75 = £4,800.50 kept + £75.25 in rows not kept" in out
    assert "file.csv, row 7, column 1: There is no such day." in out
    kept = SpendingFile.objects.get()
    assert (kept.state, kept.made_by) == (SpendingFile.State.DRAFT, None)
    assert f"/brindley/spending/files/{kept.pk}/" in out
    assert Deed.objects.filter(kind="budgets.upload.kept", actor_id=None).exists()


def test_a_dry_run_keeps_nothing(bring, django_capture_on_commit_callbacks):
    before = kept_files()
    with django_capture_on_commit_callbacks(execute=True):
        code, out, _ = bring("spending", PAYMENTS, "--dry-run")
    assert code == 0
    assert "Nothing was kept" in out
    assert not SpendingFile.objects.exists()
    assert Upload.objects.get().state == Upload.State.UNDONE
    assert kept_files() == before


def test_without_a_person_to_ask_it_says_which_option_to_give(bring):
    code, _, err = bring("spending", PAYMENTS)
    assert (code, SpendingFile.objects.count()) == (2, 0)
    assert "--yes" in err


def test_a_missing_date_is_asked_for_by_the_option_to_give(bring):
    text = "Supplier Name,Amount\nAcme Paving Ltd,10.00\nZenith Computers PLC,20.00\n"
    code, _, err = bring("spending", text, "--yes")
    assert code == 2
    assert "--date 2024-05" in err
    code, _, _ = bring("spending", text, "--yes", "--date", "2024-05")
    assert code == 0
    assert str(SpendingFile.objects.get().first_day) == "2024-05-01"


def test_a_column_is_read_as_told(bring):
    code, _, _ = bring("spending", PAYMENTS, "--yes", "--column", "Service Area=division", "--vat", "net")
    assert code == 0
    mapping = SpendingFile.objects.get().upload.mapping
    assert (mapping["columns"]["service area"], mapping["vat"]) == ("division", "net")
    with pytest.raises(Problem, match="no column 'Colour'"):
        bring("spending", PAYMENTS, "--column", "Colour=payee")
    with pytest.raises(Problem, match="a column holds one of"):
        bring("spending", PAYMENTS, "--column", "Service Area=colour")


def test_a_budget_is_published_at_once_when_told_so(bring):
    code, out, _ = bring("budget", BUDGET, "--year", "2024-25", "--spent", "--publish", "--yes")
    assert code == 0, out
    budget = Budget.objects.get()
    assert (budget.year, budget.kind, budget.is_published) == ("2024-25", "outturn", True)


def test_what_is_wrong_names_the_file_and_the_row(bring):
    with pytest.raises(Problem, match=r"file\.csv: This is a JPEG picture"):
        bring("spending", b"\xff\xd8\xff picture", "--yes")
    with pytest.raises(Problem, match=r"file\.csv, row 2: A quotation mark opens in row 2"):
        bring("spending", PAYMENTS.replace("02/04/2024,Acme", '"02/04/2024,Acme'), "--yes")
    with pytest.raises(Problem, match="There is no file"):
        bring("spending", None, "--yes", name="nothing.csv")
    with pytest.raises(Problem, match="reads like payments"):
        bring("budget", PAYMENTS, "--yes")
    with pytest.raises(Problem, match="Write --year as 2023-24"):
        bring("budget", BUDGET, "--year", "last", "--yes")
    assert not Budget.objects.exists()


def test_unknown_places_and_agencies_are_named(bring):
    with pytest.raises(Problem, match="no place 'nowhere'"):
        bring("budget", BUDGET, "--place", "nowhere")
    with pytest.raises(Problem, match="It has: council, police"):
        bring("budget", BUDGET, "--agency", "nobody")


def test_a_workbook_asks_for_the_authority_and_reads_its_row(bring):
    book = shared("mhclg", "rs-2014-15-by-la.xls")
    code, out, err = bring("budget", book.read_bytes(), "--yes", name=book.name)
    assert code == 2
    assert "a row for each of 444 authorities" in out
    assert "--authority E4601" in err
    code, _, _ = bring("budget", book.read_bytes(), "--yes", "--authority", "E4601", name=book.name)
    assert code == 0
    assert (Budget.objects.get().year, Budget.objects.get().kind) == ("2014-15", "outturn")
