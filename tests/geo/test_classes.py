"""Classes that never overlap, and colours that are told apart without colour."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import WrongUse
from workbench.geo.classes import CLUSTER, DIVERGING, PALETTE, SCHEMES, Classes, classify, colours

VALUES = st.lists(
    st.one_of(st.integers(0, 40), st.floats(0, 1000, allow_nan=False)), min_size=0, max_size=70
)
OWN = st.lists(st.integers(1, 400), min_size=1, max_size=6, unique=True).map(sorted)


@given(VALUES, st.sampled_from(sorted(SCHEMES)), st.integers(2, 9), OWN)
@settings(deadline=None, max_examples=200)
def test_every_value_stands_in_exactly_one_class(values, scheme, k, own):
    made = classify(values, scheme, k, own)
    assert sum(made.counts) == len(values)
    assert len(made.limits) == len(made.ranges) == len(made.counts)
    assert all(low < high for low, high in pairwise(made.limits))
    members = {}
    for value in values:
        members.setdefault(made.class_of(value), []).append(value)
    for number, (count, words) in enumerate(zip(made.counts, made.ranges, strict=True)):
        inside = members.get(number, [])
        assert count == len(inside)
        assert words == ((min(inside), max(inside)) if inside else None)
    shown = [words for words in made.ranges if words]
    assert all(one[1] < other[0] for one, other in pairwise(shown))
    if scheme != "sendiri":
        assert len(made.limits) <= k
    if scheme in ("alami", "kuantil"):
        assert None not in made.ranges


@pytest.mark.parametrize("scheme", ["alami", "kuantil", "sama"])
def test_few_different_values_are_a_class_each(scheme):
    made = classify([3, 3, 7, 7, 7, 1], scheme)
    assert made == Classes((1, 3, 7), ((1, 1), (3, 3), (7, 7)), (1, 2, 3), scheme)
    assert classify([], scheme).limits == ()


def test_natural_breaks_fall_into_the_gaps():
    values = [1, 2, 3, 50, 51, 52, 53, 200, 201, 400, 401, 402, 900]
    made = classify(values, "alami", 5)
    assert made.limits == (3, 53, 201, 402, 900)
    assert made.counts == (3, 4, 2, 3, 1)


def test_quantiles_hold_about_as_many_each():
    assert classify(range(100), "kuantil", 5).counts == (20, 20, 20, 20, 20)


def test_equal_intervals_are_equally_wide_and_may_be_empty():
    made = classify([0, 1, 2, 3, 4, 100], "sama", 5)
    assert made.limits == pytest.approx((20, 40, 60, 80, 100))
    assert made.counts == (5, 0, 0, 0, 1)
    assert made.ranges[1] is None


def test_own_limits_are_kept_and_what_lies_above_is_a_class_more():
    made = classify([1, 5, 6, 30], "sendiri", own=(5, 10, 20))
    assert made.limits == (5, 10, 20, 30)
    assert made.counts == (2, 1, 0, 1)
    assert classify([1, 5], "sendiri", own=(5, 10)).limits == (5, 10)


@pytest.mark.parametrize(
    "asked",
    [
        {"scheme": "jenks"},
        {"k": 1},
        {"k": 10},
        {"scheme": "sendiri"},
        {"scheme": "sendiri", "own": (5, 5)},
        {"scheme": "sendiri", "own": (9, 5)},
        {"scheme": "sendiri", "own": (1, float("inf"))},
        {"scheme": "sendiri", "own": (float("nan"),)},
        {"scheme": "sendiri", "own": range(1, 11)},
    ],
)
def test_what_is_no_way_to_classify_is_refused(asked):
    with pytest.raises(WrongUse):
        classify([1, 2, 3], **asked)


# --- colours -------------------------------------------------------------------------------------

#: Machado, Oliveira and Fernandes 2009 (IEEE TVCG 15:1291), severity 1.0, on linear RGB.
SEEN = {
    "all colours": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,
}


def lightness(colour, eyes):
    """CIE L* of a hex colour as these eyes see it."""
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    light = float(np.dot([0.2126, 0.7152, 0.0722], np.clip(np.array(SEEN[eyes]) @ linear, 0, 1)))
    return 116 * np.cbrt(light) - 16 if light > 0.008856 else 903.3 * light


@pytest.mark.parametrize("eyes", sorted(SEEN))
def test_neighbouring_classes_differ_in_lightness(eyes):
    for count in range(2, 6):
        seen = [lightness(colour, eyes) for colour in colours(count)]
        assert all(one - other >= 12 for one, other in pairwise(seen)), count


@pytest.mark.parametrize("eyes", sorted(SEEN))
@pytest.mark.parametrize("palette", [DIVERGING, tuple(CLUSTER.values())])
def test_every_two_colours_of_change_and_of_clusters_differ_in_lightness(eyes, palette):
    seen = [lightness(colour, eyes) for colour in palette]
    assert all(abs(one - other) >= 12 for one, other in combinations(seen, 2))


def test_more_classes_still_go_from_light_to_dark():
    for count in range(2, 10):
        seen = [lightness(colour, "grey") for colour in colours(count)]
        assert len(seen) == count
        assert all(one - other > 5 for one, other in pairwise(seen))
    assert colours(5) == PALETTE
    assert colours(1) == (PALETTE[2],)
    assert colours(0) == ()
