"""The bench compares like with like: copies show what the original shows, peers find the same."""

from collections import Counter

import pyarrow.parquet as pq
import pytest

from tests.bench import data, peers
from tests.bench.definitions import SHARED
from workbench.rules import catalogue
from workbench.rules.copies import Folder, Limits, write_copy


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    data.make_base(folder / "base", families=900)
    one = pq.read_metadata(folder / "base" / "person.parquet").num_rows
    assert data.enlarge(folder / "base", folder / "register", 3 * one) == 3 * one
    write_copy(Folder(folder / "register"), data.AS_OF, folder / "typed", Limits())
    return folder


@pytest.mark.parametrize("peer", ["pandas", "polars"])
def test_a_peer_finds_what_we_find(folder, peer):
    ours, _spent = peers.ENGINES["ours"][1](folder, "1GB")
    theirs, _spent = peers.ENGINES[peer][1](folder, "1GB")
    assert len({code for code, _ in ours}) > 12
    assert theirs == ours


def test_a_copy_shows_what_its_original_shows(folder):
    """No finding more and none less: nothing is doubled between copies by their making."""
    found, _spent = peers.ENGINES["catalogue"][1](folder, "1GB")
    by_copy = {}
    for code, subject in found:
        by_copy.setdefault(subject[1:5], Counter())[code, subject[0] + subject[5:]] += 1
    assert set(by_copy) == {"0000", "0001", "0002"}
    assert by_copy["0000"] == by_copy["0001"] == by_copy["0002"]


def test_every_shared_rule_is_one_of_the_catalogue():
    assert set(SHARED) <= set(catalogue())
    assert len(SHARED) == 20
