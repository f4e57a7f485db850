"""``pennypot demo``: two places, at once the second time, with what was done still there."""

from __future__ import annotations

from pennypot.cli.tests.site import site
from pennypot.house.tests.embedded import execute, new_home


def test_the_demonstration_shows_both_places_and_loads_them_only_once():
    with new_home("demo") as home:
        with site(home, "demo") as running:
            for path in ("/", "/birmingham/", "/birmingham/pool/", "/birmingham/fund/", "/trafford/pool/"):
                status, body = running.get(path)
                assert status == 200, path
                assert b"</html>" in body
            execute(running.database, "UPDATE places_place SET about = 'changed by a visitor' WHERE slug = 'trafford'")
            printed = running.stop()
            assert f"http://127.0.0.1:{running.port}/birmingham/pool/" in printed
        with site(home, "demo") as running:
            assert running.seconds <= 8
            found = execute(running.database, "SELECT about FROM places_place WHERE slug = 'trafford'")
            assert found == [("changed by a visitor",)]
