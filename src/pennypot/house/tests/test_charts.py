"""Pictures are true to their numbers, stay within their frame, and say nothing that does not fit."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.house.charts import bars, flows, treemap
from pennypot.house.charts.words import READ, SAID

values = st.lists(st.integers(1, 10**13), min_size=1, max_size=40).map(lambda found: sorted(found, reverse=True))
nasty = st.text(min_size=1, max_size=60)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


@given(values, st.floats(200, 2000), st.floats(200, 2000))
def test_areas_are_as_large_as_their_values_and_fill_the_frame(found, width, height):
    boxes = treemap.place(found, treemap.Box(0, 0, width, height))
    total = sum(found)
    for value, box in zip(found, boxes, strict=True):
        assert box.area == pytest.approx(value / total * width * height, rel=1e-6, abs=1e-6 * width * height)
        assert box.x >= -1e-6
        assert box.y >= -1e-6
        assert box.x + box.width <= width + 1e-6 * width
        assert box.y + box.height <= height + 1e-6 * height
    assert sum(box.area for box in boxes) == pytest.approx(width * height)


@given(values)
def test_boxes_do_not_overlap(found):
    boxes = treemap.place(found, treemap.Box(0, 0, 1080, 520))
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert across <= 1e-6 or down <= 1e-6


def tile(label: str, value: int) -> treemap.Tile:
    return treemap.Tile(label, value, f"£{value}", "/here/", f"{label}: {value}")


def group(label: str, tiles: list[treemap.Tile]) -> treemap.Group:
    return treemap.Group(label, "£1", "/group/", label, "leaf", tiles, "%d smaller")


@given(st.lists(st.tuples(nasty, st.integers(-(10**9), 10**12)), max_size=30))
def test_small_tiles_go_together_and_no_money_is_lost(found):
    whole = group("Group", [tile(label, value) for label, value in found])
    shown = treemap.with_small_ones_together(whole, 100_000)
    assert sum(one.value for one in shown) == sum(value for _, value in found if value > 0)
    assert [one.value for one in shown] == sorted((one.value for one in shown), reverse=True)


def test_a_tile_too_small_to_touch_is_never_drawn_alone():
    whole = group("Group", [tile("Large", 1_000_000), tile("Tiny", 1), tile("Tinier", 2)])
    shown = treemap.with_small_ones_together(whole, 100_000)
    assert [(one.label, one.value) for one in shown] == [("Large", 1_000_000), ("2 smaller", 3)]
    assert "Tiny" in shown[1].title


def test_one_tiny_tile_takes_the_next_with_it_unless_that_is_worth_seeing():
    modest = group("Group", [tile("Large", 1_000_000), tile("Next", 30_000), tile("Tiny", 1)])
    shown = treemap.with_small_ones_together(modest, 100_000)
    assert [(one.label, one.value) for one in shown] == [("Large", 1_000_000), ("2 smaller", 30_001)]
    worth = group("Group", [tile("Large", 1_000_000), tile("Next", 900_000), tile("Tiny", 1)])
    assert [one.label for one in treemap.with_small_ones_together(worth, 100_000)] == ["Large", "Next", "Tiny"]


@given(st.lists(st.tuples(nasty, st.lists(st.tuples(nasty, st.integers(0, 10**12)), max_size=8)), max_size=8))
def test_every_shape_is_a_link_with_a_title_whatever_it_is_called(found):
    # XML knows no control characters; nothing of ours keeps them.
    def words(text: str) -> str:
        return "".join(character for character in text if character.isprintable()) or "-"

    groups = [group(words(name), [tile(words(label), value) for label, value in tiles]) for name, tiles in found]
    picture = parsed(treemap.draw(groups, label="A picture"))
    for shape in picture.iter():
        assert "style" not in shape.attrib
    links = picture.findall(".//a")
    assert all(link.find("title") is not None and link.get("href") for link in links)
    assert len(picture.findall(".//rect")) == len(picture.findall(".//a/rect"))


def test_words_stay_inside_their_tile():
    tiles = [
        tile(name, value) for name, value in (("A rather long name of a service", 50), ("Short", 30), ("Mid size", 3))
    ]
    picture = parsed(treemap.draw([group("All of it", tiles)], label="A picture", width=300, height=200))
    said = 0
    for link in picture.findall(".//a"):
        box = link.find("rect")
        for text in link.findall("text") if box is not None else []:
            left, right = float(box.get("x")), float(box.get("x")) + float(box.get("width"))
            assert float(text.get("x")) >= left
            size = treemap.SMALL_TEXT if "small" in text.get("class") else treemap.TEXT
            assert float(text.get("x")) + READ.width(text.text, size) <= right
            assert float(text.get("y")) <= float(box.get("y")) + float(box.get("height"))
            said += 1
    assert said


def test_words_that_do_not_fit_are_left_out_and_never_cut():
    assert READ.wrap("Unforgettable", 40, 13.5, 3) is None
    assert READ.wrap("one two three four", 60, 13.5, 1) is None
    assert READ.wrap("Housing Benefit", 70, 13.5, 2) == ["Housing", "Benefit"]
    assert SAID.width("ab", 10) == pytest.approx(SAID.width("a", 10) + SAID.width("b", 10))


pairs = st.dictionaries(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["x", "y"])), st.integers(1, 10**12), min_size=1
)
ends = st.dictionaries(
    st.tuples(st.sampled_from(["x", "y"]), st.sampled_from(["1", "2", "3", "4"])), st.integers(1, 10**12), min_size=1
)


def node(key: str) -> flows.Node:
    return flows.Node(key, key, "£1", "/there/", f"{key} title", "pine")


@given(pairs, ends)
def test_ribbons_fit_their_nodes_and_nodes_fit_the_frame(left, right):
    ribbons = [flows.Ribbon(s, t, v, "/r/", f"{s} {t}") for (s, t), v in (left | right).items()]
    columns = [[node(key) for key in column] for column in ("abc", "xy", "1234")]
    spots, scale = flows.place(columns, ribbons, 1080, 600)
    assert scale > 0
    for key, spot in spots.items():
        going = sum(ribbon.value for ribbon in ribbons if ribbon.source == key) * scale
        coming = sum(ribbon.value for ribbon in ribbons if ribbon.target == key) * scale
        assert max(going, coming) <= spot.height + 1e-6
        assert spot.y >= -1e-6
        assert spot.y + spot.height <= 600 + 1e-6
    for column in columns:
        heights = [spots[one.key] for one in column]
        for upper, lower in zip(heights, heights[1:], strict=False):
            assert upper.y + upper.height <= lower.y + 1e-6


@given(pairs, ends)
def test_every_ribbon_and_node_is_a_link_with_a_title(left, right):
    ribbons = [flows.Ribbon(s, t, v, "/r/", f"{s} {t}") for (s, t), v in (left | right).items()]
    columns = [[node(key) for key in column] for column in ("abc", "xy", "1234")]
    picture = parsed(flows.draw(columns, ribbons, label="Flows"))
    links = picture.findall(".//a")
    assert len(links) == len(ribbons) + 9
    assert all(link.find("title") is not None and link.get("href") for link in links)


@given(st.integers(-(10**12), 10**13), st.integers(0, 10**13))
def test_a_bar_is_never_longer_than_its_track_nor_less_than_nothing(value, largest):
    drawn = parsed(bars.bar(value, largest, "leaf"))
    width = float(drawn.find("rect[@class='value']").get("width"))
    assert 0 <= width <= 200
    if 0 <= value <= largest and largest:
        assert width == pytest.approx(200 * value / largest, abs=0.01)


def test_a_bar_of_an_unknown_value_has_no_length_at_all():
    drawn = parsed(bars.bar(None, 10, "leaf"))
    assert drawn.find("rect[@class='value']") is None
    assert drawn.find("rect[@class='unknown']") is not None
