"""Takes the pictures in docs/pictures from the running demonstration (`make pictures`).

Main pages, at phone and desktop width, light and dark. It needs an installed Chromium. Names after the command take
those pictures only: `python bench/pictures.py solo seat`.
"""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from memory import ADDRESS, start
from playwright.sync_api import sync_playwright

from pennypot.testing.browser import SWITCHES

DESKTOP = {"width": 1280, "height": 1400}
PHONE = {"width": 360, "height": 900}
OUT = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PAGES = {
    "front": "/",
    "place": "/trafford/",
    "pool": "/birmingham/pool/",
    "pool-by-purpose": "/birmingham/pool/?by=purpose",
    "flows": "/birmingham/pool/flows/",
    "fund": "/birmingham/fund/",
    "money": "/birmingham/fund/money/",
    "round": "/birmingham/rounds/neighbourhood-round/",
    "proposals": "/birmingham/proposals/",
    "proposal": "/birmingham/rounds/neighbourhood-round/proposals/1/",
    "vote": "/birmingham/vote/neighbourhood-round/",
    "result": "/birmingham/results/warm-winter-round/",
    "sign-in": "/account/sign-in/",
    "game": "/birmingham/game/",
    "board": "/birmingham/game/BRMNGH/t/2/board/",
    "compare": "/birmingham/game/BRMBTS/compare/",
    "plan": "/birmingham/game/BRMBTS/t/1/plan/",
    "solo": "/birmingham/game/solo/",
    "seat": "/birmingham/game/BRMNGH/t/1/",
}


def main() -> None:
    """Start the demonstration in a new home and photograph it."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pennypot-pictures-") as folder:
        Path(folder).chmod(0o711)
        server, _seconds = start(Path(folder) / "home")
        try:
            photograph()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def photograph() -> None:
    """Open every page in every way and save what a person sees first."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    wanted = sys.argv[1:] or list(PAGES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        for name in wanted:
            for width, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
                for scheme in ("light", "dark"):
                    save(browser, name, viewport, scheme, OUT / f"{name}-{width}-{scheme}.png")
        browser.close()


def save(browser: Any, name: str, viewport: dict[str, int], scheme: Any, target: Path) -> None:
    """Save one picture."""
    context = browser.new_context(viewport=viewport, color_scheme=scheme, base_url=ADDRESS)
    page = context.new_page()
    page.goto(PAGES[name])
    FIRST.get(name, lambda _page: None)(page)
    page.screenshot(path=str(target))
    context.close()
    print(f"{target.name}: {target.stat().st_size // 1000} kB")


def to_the_cuts(page: Any) -> None:
    """Go on from the first page of the game at home to its second step."""
    page.get_by_role("button", name="Begin").click()
    for number in range(3):
        page.locator('input[name="needs"]').nth(number).check()
    page.get_by_role("button", name="Keep and go on").click()
    page.get_by_role("heading", name="Find").wait_for()
    page.locator(".solo-line").nth(0).locator('input[value="1"]').check()
    page.evaluate("scrollTo(0, 0)")


def sit_down(page: Any) -> None:
    """Take the first chair that is free."""
    page.locator('input[name="seat"]').first.check()
    page.get_by_role("button", name="Sit down").click()
    page.get_by_text("Your seat:").first.wait_for()


# What is done on a page before its picture is taken.
FIRST: dict[str, Callable[[Any], None]] = {"solo": to_the_cuts, "seat": sit_down}


if __name__ == "__main__":
    main()
