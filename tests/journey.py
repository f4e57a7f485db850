"""Helpers of the journeys: a person with a browser of their own, a worker, and the letters that were sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core import mail
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from pennypot.testing.cast import sign_in


@dataclass
class Visitor:
    """Somebody at a browser, who reads links and buttons and presses them. Each step waits for the page it leads to."""

    watched: Any
    steps: int = 0
    forms: int = 0

    @property
    def page(self) -> Any:
        """Playwright's page."""
        return self.watched.page

    @property
    def problems(self) -> list[str]:
        """What the pages did that they should not have done."""
        return list(self.watched.problems)

    @property
    def says(self) -> str:
        """What the page says to its reader."""
        return str(self.page.locator("main").inner_text())

    @property
    def heading(self) -> str:
        """The sentence that the page says large."""
        return str(self.page.locator("h1").inner_text())

    def follow(self, *names: str) -> Visitor:
        """Follow links by their words, one after the other."""
        for name in names:
            link = self.page.get_by_role("link", name=name, exact=True).or_(
                self.page.locator("main").get_by_role("link", name=name)
            )
            self._go(link.first)
        return self

    def press(self, name: str, refused: bool = False) -> Visitor:
        """Press a button; the answer has to be a good one unless it is to be refused."""
        self.forms += 1
        self._go(self.page.locator("main").get_by_role("button", name=name).first, refused)
        return self

    def fill(self, **values: Any) -> Visitor:
        """Type into fields by their names: text, and True or False for boxes."""
        for name, value in values.items():
            found = self.page.locator(f"main [name='{name}']")
            if value is True or value is False:
                found.set_checked(value)
            else:
                found.first.fill(str(value))
        return self

    def choose(self, label: str) -> Visitor:
        """Choose a radio button or tick a box by its words."""
        self.page.locator("main").get_by_label(label).first.check()
        return self

    def pick(self, name: str, label: str) -> Visitor:
        """Pick from a list by its words."""
        self.page.locator(f"main select[name='{name}']").select_option(label=label)
        return self

    def home(self, path: str) -> Visitor:
        """Begin again at the home page of the place."""
        self.page.goto(path)
        return self

    def fetch(self, name: str, folder: Path) -> Path:
        """Take a file away by the words of its link, under the name that the site gives it."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=name).first.click()
        taken = folder / download.value.suggested_filename
        download.value.save_as(taken)
        return taken

    def _go(self, what: Any, refused: bool = False) -> None:
        with self.page.expect_navigation() as led:
            what.click()
        self.steps += 1
        answer = led.value
        assert answer is None or answer.ok or refused, f"{answer.status} at {self.page.url}: {self.says[:2000]}"


def visitors(look: Callable[..., Any], home: str) -> Callable[..., Visitor]:
    """Return a function that opens a browser for a person of the cast at the home page of a place."""

    def visit(person: Any = None, *arguments: Any, second_factor: bool = True, **options: Any) -> Visitor:
        if person is not None:
            options["client"] = sign_in(Client(), person, second_factor=second_factor)
        return Visitor(look(home, *arguments, **options))

    return visit


def do_the_work(most: int = 30) -> int:
    """Do what waits for the worker, and what that leaves behind; the number of jobs done."""
    for done in range(most):
        job = ProcrastinateJob.objects.filter(status="todo").order_by("pk").first()
        if job is None:
            return done
        name, arguments = job.task_name, job.args
        ProcrastinateJob.objects.filter(pk=job.pk).delete()
        app.tasks[name].func(**arguments)
    raise AssertionError(f"The work does not end: {name}")


def code_in_letter(to: str) -> str:
    """Return the sign-in code in the latest letter to somebody."""
    letter = next(one for one in reversed(mail.outbox) if one.to == [to])
    found = re.search(r"^ +(\d{4}-\d{4})$", str(letter.body), re.MULTILINE)
    assert found, letter.body
    return found[1]
