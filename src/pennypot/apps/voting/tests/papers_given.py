"""Papers to try things on: a round with odd titles, and pictures."""

from __future__ import annotations

import io

from PIL import Image

from pennypot.apps.voting.papers.contents import PaperRound, Project

ODD = [
    "حديقة جديدة للأطفال",
    "Zażółć gęślą jaźń",
    "公園 garden",
    '*bold* #let x = 1 $x$ <script>alert(1)</script> \\ #read("/etc/passwd") @a `b` ~ //',
    "W" * 120,
    "Pay £9\u202e000 000 1£ now\u2066",
    "Plant trees 🌳",
    "A\x00line\nand\ttab",
    "=cmd|' /C calc'!A0",
    "] #panic() [",
]


def picture(colour=(180, 80, 40), kind="JPEG"):
    held = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(held, kind)
    return held.getvalue()


def paper_round(projects=12, form="knapsack", pictures=False, **values):
    """Return a round with so many projects; the first ones have odd titles."""
    given = {"max_choices": 5 if form in ("approve", "rank") else None, "points": 10 if form == "points" else None}
    return PaperRound(
        place="Brindley",
        title="Spring round",
        form=form,
        budget_pence=30_000_00,
        closes="3 May 2027 at 09:00",
        web="https://pennypot.example/brindley/vote/spring-2027/",
        projects=tuple(
            Project(
                number=number,
                title=ODD[number - 1] if number <= len(ODD) else f"A hall, a garden or a path, number {number}",
                cost_pence=1_000_00 + number,
                summary="We would mend the roof, so that the lunch club can stay all winter. " * 2,
                where="North" if number % 2 else "South",
                category="Parks",
                picture=picture(kind="PNG" if number % 2 else "JPEG") if pictures and number % 3 == 0 else None,
                picture_alt="A hall",
            )
            for number in range(1, projects + 1)
        ),
        **(given | values),
    )
