"""The pages under docs/count say what the library does: every command and every line of Python on them is run."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pennypot.count import RuleCard, count, read_pabulib
from pennypot.count.certificate import canonical, certificate
from pennypot.count.command import main
from pennypot.count.explain import SENTENCES

ROOT = Path(__file__).resolve().parents[4]
PAGES = sorted((ROOT / "docs" / "count").glob("*.md"))
CONSOLE = re.compile(r"```console\n\$ (.+)\n((?:.*\n)*?)```")


def output_of(line: str, capfd) -> str:
    """What a line of the docs prints: ours in this process, others through a shell."""
    if line.startswith("pennypot "):
        main(shlex.split(line)[1:])
        told = capfd.readouterr()
        return told.out + told.err
    return subprocess.run(line, shell=True, capture_output=True, text=True, check=True).stdout


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "110")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_print_what_the_page_shows(page, capfd):
    for line, shown in CONSOLE.findall(page.read_text(encoding="utf-8")):
        told = "".join(row.rstrip() + "\n" for row in output_of(line, capfd).splitlines())
        assert told == shown, line


@pytest.mark.parametrize("name", ["tutorial.md", "recount.md", "ties.md"])
def test_python_on_the_page_does_what_it_says(name, tmp_path, monkeypatch):
    election = read_pabulib("docs/count/examples/town.pb")
    text = (ROOT / "docs" / "count" / name).read_text(encoding="utf-8")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    Path("certificate.json").write_text(canonical(certificate(election, count(election, RuleCard()))))
    example = doctest.DocTestParser().get_doctest(text, {}, name, name, 0)
    assert example.examples
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(example)
    assert runner.failures == 0


def test_a_stranger_can_recount_with_numpy_and_rich_alone(tmp_path):
    """The steps of "Recount an election yourself", in a process that has neither numba nor SciPy nor Django."""
    election = read_pabulib("docs/count/examples/town.pb")
    made = tmp_path / "certificate.json"
    made.write_text(canonical(certificate(election, count(election, RuleCard()))))
    block = "import sys\nfor name in ('numba', 'scipy', 'django'): sys.modules[name] = None\n"
    begin = block + "from pennypot.count.command import main\nsys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", begin, "recount", str(made), "docs/count/examples/town.pb"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert "The certificate holds." in done.stdout


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("name", ["audit.py", "audit_steps.py", "audit_more.py"])
def test_the_slow_counts_stay_within_two_hundred_lines_each_and_share_no_code_with_the_library(name):
    text = (ROOT / "src" / "pennypot" / "count" / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    imported = re.findall(r"^\s*(?:from \.\S* import (.+)|(?:from|import) pennypot(.*))$", text, re.MULTILINE)
    assert {word.strip() for found in imported for part in found for word in part.split(",")} <= {
        "", "audit", "audit_steps",
    }  # fmt: skip


def test_every_sentence_can_be_filled():
    for sentence in SENTENCES.values():
        sentence.format_map(dict.fromkeys(re.findall(r"\{(\w+)\}", sentence), "x"))
