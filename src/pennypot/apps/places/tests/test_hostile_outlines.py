"""Files of outlines made to break us: each gets a plain message, soon and in little memory."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from pennypot.apps.places.outlines import OutlinesProblem, read_outlines
from pennypot.apps.places.tests.test_outlines import collection, feature

HUGE = 10**4000


def topology(arcs, rings, transform=None) -> bytes:
    shape = {"type": "Polygon", "properties": {"name": "A"}, "arcs": rings}
    made = {"type": "Topology", "objects": {"all": {"geometries": [shape]}}, "arcs": arcs}
    return json.dumps(made | ({"transform": transform} if transform else {})).encode()


SCALED = {"scale": [0.1, 0.1], "translate": [0, 0]}
SQUARE = [[0, 50], [1, 50], [1, 51], [0, 50]]
HOSTILE = {
    "one long arc named a million times": topology([SQUARE * 20_000], [[0] * 1_000_000]),
    "nested without end": b'{"type":"FeatureCollection","features":' + b"[" * 200_000,
    "nested without end in a shape": collection(feature()).replace(b"[0, 50]", b"[" * 100_000 + b"]" * 100_000),
    "not a number": collection(feature(ring=[(float("nan"), 50)] * 4)),
    "without end": collection(feature()).replace(b"50]", b"1e999]"),
    "a number of four thousand digits": collection(feature(ring=[(HUGE, 50)] * 4)),
    "a step of four thousand digits": topology([[[HUGE, 1]] * 4], [[0]], SCALED),
    "a step of nothing": topology([[[]]], [[0]], SCALED),
    "an arc of nothing": topology([[]], [[0]]),
    "an arc that is no list": topology([1], [[0]]),
    "a scale of words": topology([[[1, 1]]], [[0]], {"scale": ["a", "b"], "translate": [0, 0]}),
    "an arc that is not there": topology([SQUARE], [[7]]),
    "longer than any number": b'{"type":"FeatureCollection","n":' + b"9" * 1_000_000 + b"}",
    "words for degrees": collection(feature(ring=[("a", "b")] * 4)),
    "two encodings at once": collection(feature()).decode().encode("utf-16"),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_s44_a_hostile_file_of_outlines_gets_a_plain_message(data):
    tracemalloc.start()
    began = time.process_time()
    try:
        rows, problems = read_outlines(data)
        said = [problem.message for problem in problems]
        assert rows == []
    except OutlinesProblem as problem:
        said = [str(problem)]
    seconds, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said
    assert all(text.endswith(".") for text in said)
    assert seconds < 5
    assert peak < 300_000_000
