"""Takes the pictures in docs/pictures from the running demonstration (`make pictures`).

Main pages, at phone and desktop width, light and dark. It needs an installed Chromium.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        for name, path in PAGES.items():
            for width, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
                for scheme in ("light", "dark"):
                    save(browser, path, viewport, scheme, OUT / f"{name}-{width}-{scheme}.png")
        browser.close()


def save(browser: Any, path: str, viewport: dict[str, int], scheme: Any, target: Path) -> None:
    """Save one picture."""
    context = browser.new_context(viewport=viewport, color_scheme=scheme, base_url=ADDRESS)
    page = context.new_page()
    page.goto(path)
    page.screenshot(path=str(target))
    context.close()
    print(f"{target.name}: {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
