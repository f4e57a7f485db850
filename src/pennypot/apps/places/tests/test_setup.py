"""Setting a place up, from the operator's first form to the open place."""

from __future__ import annotations

import json
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from pennypot.apps.places import steps
from pennypot.apps.places.actions import agencies as agency_actions
from pennypot.apps.places.actions import areas as area_actions
from pennypot.apps.places.actions import places as place_actions
from pennypot.apps.places.models import Agency, Area, AreaDraft, Invitation, Membership, Place
from pennypot.apps.places.tests.test_outlines import collection, feature
from pennypot.apps.places.tests.test_png import SIGNATURE, chunk, picture
from pennypot.house import deeds
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in


def text(response):
    return response.content.decode()


@pytest.fixture
def team(client, cast):
    """Tariq, signed in, with Brindley being set up."""
    Place.objects.filter(pk=cast.brindley.pk).update(state=Place.State.SETTING_UP, population=None)
    return sign_in(client, cast.tariq)


def test_from_nothing_to_an_open_place(client, cast):
    sign_in(client, cast.oona)
    form = {"name": "New  Town", "slug": "new-town", "team_email": "asha@example.org"}
    assert client.post("/places/new/", form).status_code == 302
    place = Place.objects.get(slug="new-town")
    assert (place.name, place.state) == ("New Town", Place.State.SETTING_UP)
    link = re.search(r"https?://[^/]+(/invitations/\S+)", mail.outbox[-1].body).group(1)

    sign_in(client, cast.asha)
    assert "New Town invites you to be: place team." in text(client.get(link))
    assert client.post(link).status_code == 302
    assert client.get("/new-town/set-up/").url == "/new-town/set-up/facts/"
    facts = {"name": "New Town", "population": "12,345", "population_source": "Census 2021", "gss_code": "W06000001"}
    assert client.post("/new-town/set-up/facts/", facts).url == "/new-town/set-up/areas/"
    listed = {"text": "Hill, 5000\nMill, 7345", "population_source": "Census 2021", "do": "read"}
    assert client.post("/new-town/set-up/areas/", listed).status_code == 302
    assert "2 areas, 2 of them new." in text(client.get("/new-town/set-up/areas/"))
    assert client.post("/new-town/set-up/areas/", {"do": "confirm"}).url == "/new-town/set-up/agencies/"
    page = text(client.get("/new-town/set-up/agencies/"))
    assert "New Town Council" in page
    assert "Health board for New Town" in page, "suggested for Wales"
    rows = {"s-TOTAL_FORMS": "5", "s-INITIAL_FORMS": "5", "do": "suggested"}
    for number, (family, name) in enumerate(
        [("council", "New Town Council"), ("nhs", "Health"), ("police", "P"), ("fire", "F"), ("welfare", "W")]
    ):
        rows |= {f"s-{number}-name": name, f"s-{number}-family": family, f"s-{number}-org_id": ""}
    rows |= {"s-0-take": "on", "s-1-take": "on"}
    assert client.post("/new-town/set-up/agencies/", rows).status_code == 302
    assert sorted(place.agencies.values_list("slug", flat=True)) == ["health", "new-town-council"]
    look = {"colour": "leaf", "label": "Figures of 2025-26"}
    assert client.post("/new-town/set-up/look/", look).url == "/new-town/set-up/open/"
    assert client.post("/new-town/set-up/open/").url == "/new-town/"

    client.logout()
    page = text(client.get("/new-town/"))
    assert "12,345 people, one pool of public money: New Town." in page
    assert 'data-colour="leaf"' in page
    kinds = list(Deed.objects.filter(place_id=place.pk).order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "places.place.made",
        "places.invitation.sent",
        "places.invitation.accepted",
        "places.place.changed",
        "places.areas.read",
        "places.areas.changed",
        "places.agency.added",
        "places.agency.added",
        "places.look.changed",
        "places.place.opened",
    ]


@pytest.mark.parametrize(
    "slug", ["", "Brindley", "a b", "-a", "a--b", "a\n", "api", "places", "brindley", "ü", "a" * 61]
)
def test_an_address_that_cannot_be_used_is_refused_with_what_was_typed_kept(client, cast, slug):
    sign_in(client, cast.oona)
    response = client.post("/places/new/", {"name": "New Town", "slug": slug, "team_email": "x@example.org"})
    if slug == "a\n":
        assert Place.objects.filter(slug="a").exists(), "a line end at the end is only a slip"
        return
    assert response.status_code == 200
    assert 'class="errorlist"' in text(response)
    assert 'value="New Town"' in text(response)
    assert Place.objects.count() == 2
    assert not Invitation.objects.exists()


def test_the_progress_is_seen_on_every_step_and_every_step_can_be_left(team):
    for key in steps.NAMES:
        page = text(team.get(f"/brindley/set-up/{key}/"))
        assert "of 7 done" in page
        assert page.count('class="coin"') == 7
        if key != "open":
            assert "Leave this step and go on" in page
    assert team.get("/brindley/set-up/nonsense/").status_code == 404


def test_steps_of_later_rooms_are_known_by_their_deeds(team, cast):
    assert "1 of 7 done" in text(team.get("/brindley/set-up/budgets/"))
    deeds.record("budgets.budget.published", actor=cast.ben, about=cast.council, place=cast.brindley)
    deeds.record("fund.policy.adopted", actor=cast.aled, about=cast.brindley, place=cast.brindley)
    assert "3 of 7 done" in text(team.get("/brindley/set-up/budgets/"))
    assert team.post("/brindley/set-up/budgets/").status_code == 404


def test_residents_need_a_source(team):
    response = team.post("/brindley/set-up/facts/", {"name": "Brindley", "population": "9"})
    assert response.status_code == 422
    assert "Say where the number comes from" in text(response)


def test_s27_a_form_changes_only_what_it_shows(team, cast):
    extra = {"name": "B", "slug": "taken", "state": "open", "label": "x", "year": "2020-21", "id": "999", "place": "1"}
    assert team.post("/brindley/set-up/facts/", extra).status_code == 302
    place = Place.objects.get(pk=cast.brindley.pk)
    assert (place.name, place.slug, place.state, place.label, place.year) == ("B", "brindley", "setting-up", "", "")
    team.post("/brindley/set-up/agencies/council/", {"name": "C", "family": "council", "slug": "x", "place": "2"})
    agency = Agency.objects.get(pk=cast.council.pk)
    assert (agency.name, agency.slug, agency.place_id) == ("C", "council", cast.brindley.pk)


def test_a_place_opens_only_when_it_can_say_who_lives_here_and_who_spends(team, cast):
    assert "First say how many people live here" in text(team.get("/brindley/set-up/open/"))
    assert team.post("/brindley/set-up/open/").status_code == 403
    Place.objects.filter(pk=cast.brindley.pk).update(population=5, population_source="Count")
    Membership.objects.filter(agency__isnull=False, place=cast.brindley).delete()
    cast.brindley.agencies.all().delete()
    assert team.post("/brindley/set-up/open/").status_code == 403
    Agency.objects.create(place=cast.brindley, slug="a", name="A")
    for _twice in range(2):
        assert team.post("/brindley/set-up/open/").status_code == 302
    assert Deed.objects.filter(kind="places.place.opened").count() == 1


def test_saving_the_same_again_leaves_no_deed(team, cast):
    for _twice in range(2):
        team.post("/brindley/set-up/facts/", {"name": "Brindley", "population": "7", "population_source": "Count"})
    [deed] = Deed.objects.filter(kind="places.place.changed")
    assert deed.before == {"population": None, "population_source": ""}
    assert deed.after == {"population": 7, "population_source": "Count"}
    assert deed.actor_id == cast.tariq.pk


# Areas


def read(team, **form):
    return team.post("/brindley/set-up/areas/", {"do": "read", **form})


def test_a_list_with_slips_is_shown_with_them_and_nothing_typed_is_lost(team, cast):
    assert read(team, text="Hill, many\nMill, 5", population_source="Count").status_code == 302
    page = text(team.get("/brindley/set-up/areas/"))
    assert "Row 1: “many” is neither" in page or "Row 1: “many” is not a whole number" in page
    assert "Hill, many" in page
    assert 'value="confirm"' not in page
    team.post("/brindley/set-up/areas/", {"do": "confirm"})
    assert not cast.brindley.areas.exists()
    team.post("/brindley/set-up/areas/", {"do": "drop"})
    assert not AreaDraft.objects.exists()


def test_the_source_of_the_numbers_is_asked_for_and_what_was_typed_stays(team):
    response = read(team, text="Hill, 5")
    assert response.status_code == 422
    assert "Say where the numbers of residents come from" in text(response)
    assert "Hill, 5</textarea>" in text(response)
    assert not AreaDraft.objects.exists()


def test_areas_that_are_there_keep_their_outline_and_weight_when_the_list_is_read_again(team, cast):
    square = [[[[0, 50], [1, 50], [1, 51], [0, 50]]]]
    kept = Area.objects.create(place=cast.brindley, name="Hill", outline=square, deprivation_weight=150)
    Area.objects.create(place=cast.brindley, name="Mill")
    read(team, text="hill, X1\nWell")
    page = text(team.get("/brindley/set-up/areas/"))
    assert "Take away 1 area that is not in this list: Mill" in page
    team.post("/brindley/set-up/areas/", {"do": "confirm"})
    assert sorted(cast.brindley.areas.values_list("name", flat=True)) == ["Mill", "Well", "hill"]
    kept.refresh_from_db()
    assert (kept.code, kept.outline, kept.deprivation_weight) == ("X1", square, 150)
    read(team, text="hill\nWell")
    team.post("/brindley/set-up/areas/", {"do": "confirm", "remove_missing": "on"})
    assert sorted(cast.brindley.areas.values_list("name", flat=True)) == ["Well", "hill"]
    assert Deed.objects.filter(kind="places.areas.changed").first().after == {"new": 0, "changed": 1, "removed": 1}


def test_an_area_that_is_spelled_in_another_way_is_known_by_its_code(team, cast):
    hill = Area.objects.create(place=cast.brindley, name="Hill & Dale", code="E1")
    other = Area.objects.create(place=cast.brindley, name="Mill", code="E2")
    read(team, text="Hill and Dale, E1\nMill, E9\nNew, E2")
    assert "3 areas, 1 of them new." in text(team.get("/brindley/set-up/areas/"))
    team.post("/brindley/set-up/areas/", {"do": "confirm", "remove_missing": "on"})
    hill.refresh_from_db()
    other.refresh_from_db()
    assert (hill.name, other.code) == ("Hill and Dale", "E9")
    assert cast.brindley.areas.count() == 3


def test_an_outline_file_makes_a_map(team, cast):
    upload = SimpleUploadedFile("wards.geojson", collection(feature("North", code="N1"), feature("South")))
    assert read(team, file=upload, outlines_source="Ordnance Survey, OGL").status_code == 302
    page = text(team.get("/brindley/set-up/areas/"))
    assert "From the file wards.geojson" in page
    assert "<path d=" in page
    team.post("/brindley/set-up/areas/", {"do": "confirm"})
    page = text(team.get("/brindley/"))
    assert "Ordnance Survey, OGL" in page
    assert 'class="area-number"' in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not a list that we can read"),
        (b"{}", "neither a GeoJSON"),
        (b"", "empty"),
        (b"\n\n", "at least one area"),
        (b"x" * 8_000_001, "larger than 8 megabytes"),
        (b"n\n" * 300_000, "too long"),
    ],
)
def test_s44_a_file_that_is_no_list_of_areas_gets_a_plain_message(team, data, said):
    response = read(team, file=SimpleUploadedFile("areas.csv", data))
    assert response.status_code == 422
    assert said in text(response)


def test_a_csv_in_windows_letters_is_read(team):
    read(team, file=SimpleUploadedFile("areas.csv", "name;code\nTŷ Mawr;W1".encode("cp1252", "replace")))
    assert AreaDraft.objects.get().rows[0]["name"] == "T? Mawr"
    read(team, file=SimpleUploadedFile("areas.csv", "name;code\nCafé Row;W1".encode("cp1252")))
    assert AreaDraft.objects.get().rows[0]["name"] == "Café Row"


def test_a_list_that_somebody_else_confirmed_meanwhile_is_no_accident(team, cast):
    cast.tariq.second_factor = True
    with pytest.raises(Invalid, match="no list to confirm"):
        area_actions.confirm_areas(cast.tariq, cast.brindley, remove_missing=False)


# Agencies


def test_the_same_agency_twice_is_refused_and_nothing_of_the_list_is_added(cast):
    cast.tariq.second_factor = True
    with pytest.raises(Invalid, match="“Brindley Council” is here already"):
        agency_actions.add_agencies(
            cast.tariq,
            cast.brindley,
            [{"name": "Fire", "family": "fire"}, {"name": "Brindley Council", "family": "council"}],
        )
    assert cast.brindley.agencies.count() == 2


def test_an_agency_with_officers_stays(team, cast):
    response = team.post("/brindley/set-up/agencies/council/", {"do": "remove"}, follow=True)
    assert "This agency has officers" in text(response)
    team.post("/brindley/set-up/agencies/police/", {"do": "remove"})
    assert list(cast.brindley.agencies.values_list("slug", flat=True)) == ["council"]


@pytest.mark.parametrize("website", ["javascript:alert(1)", "ftp://x.example", "data:text/html,x", "https://"])
def test_s36_a_website_is_a_web_address(team, website):
    form = {"name": "C", "family": "council", "website": website}
    assert team.post("/brindley/set-up/agencies/council/", form).status_code == 422


def test_s24_an_agency_of_another_place_is_not_found_here(team, cast):
    Agency.objects.create(place=cast.elsewhere, slug="only-there", name="Only there")
    assert team.get("/brindley/set-up/agencies/only-there/").status_code == 404


# Look


def test_s42_a_logo_is_served_as_the_picture_it_is_without_what_was_hidden(team, cast):
    secret = chunk(b"eXIf", b"GPS 52.48")
    upload = SimpleUploadedFile("../../evil.svg", picture(secret), content_type="image/svg+xml")
    assert team.post("/brindley/set-up/look/", {"colour": "rose", "logo": upload}).status_code == 302
    place = Place.objects.get(pk=cast.brindley.pk)
    assert re.fullmatch(r"places/logos/[0-9a-f]{24}\.png", place.logo.name)
    response = team.get("/brindley/logo")
    body = b"".join(response.streaming_content)
    assert body.startswith(SIGNATURE)
    assert b"GPS" not in body
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    first = place.logo.name
    team.post("/brindley/set-up/look/", {"colour": "rose", "remove_logo": "on"})
    place.refresh_from_db()
    assert not place.logo
    assert not place.logo.storage.exists(first)
    assert team.get("/brindley/logo").status_code == 404


def test_s42_a_logo_that_is_no_png_is_refused_with_the_rest_kept(team, cast):
    upload = SimpleUploadedFile("logo.png", b"<svg><script>alert(1)</script></svg>", content_type="image/png")
    response = team.post("/brindley/set-up/look/", {"colour": "rose", "label": "Kept", "logo": upload})
    assert response.status_code == 422
    assert "This is not a PNG picture" in text(response)
    assert 'value="Kept"' in text(response)


def test_s40_a_colour_is_one_of_six(team, cast):
    for colour in ("red", "penny;", "url(x)", ""):
        assert team.post("/brindley/set-up/look/", {"colour": colour}).status_code == 422
    assert Place.objects.get(pk=cast.brindley.pk).colour == "penny"


def test_s28_what_an_action_refuses_leaves_no_deed_and_no_change(cast):
    cast.dev.second_factor = True
    before = Deed.objects.count()
    attempts = [
        lambda: place_actions.save_facts(cast.dev, cast.brindley, {"name": "x"}),
        lambda: place_actions.open_place(cast.dev, cast.brindley),
        lambda: place_actions.save_look(cast.dev, cast.brindley, label="", colour="rose", logo=None, remove_logo=True),
        lambda: place_actions.make_place(cast.dev, name="x", slug="x", team_email="x@example.org"),
        lambda: area_actions.read_areas(cast.dev, cast.brindley, text="x"),
        lambda: area_actions.drop_draft(cast.dev, cast.brindley),
        lambda: area_actions.confirm_areas(cast.dev, cast.brindley, remove_missing=True),
        lambda: agency_actions.add_agencies(cast.dev, cast.brindley, [{"name": "x"}]),
        lambda: agency_actions.change_agency(cast.dev, cast.council, {}),
        lambda: agency_actions.remove_agency(cast.dev, cast.council),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert Deed.objects.count() == before


def test_a_draft_is_kept_as_plain_data(team, cast):
    read(team, text="Hill")
    assert json.loads(json.dumps(AreaDraft.objects.get().rows)) == [
        {"name": "Hill", "code": "", "population": None, "part_of": "", "outline": []}
    ]


@pytest.mark.django_db
def test_an_agency_never_takes_an_address_of_the_pool_itself(cast):
    (agency,) = agency_actions.add_agencies(_acting(cast.tariq), cast.brindley, [{"name": "History"}])
    assert agency.slug == "history-agency"


def _acting(person):
    person.second_factor = True
    return person
