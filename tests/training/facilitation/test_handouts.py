"""Words of the hand-outs: complete, agreeing with the catalogue, and silent about any case."""

from workbench.domain.reference import reference
from workbench.rules import catalogue
from workbench.training.answers import FOLLOW_UPS, MARKS, NO_FOLLOW_UP, STATUSES
from workbench.training.facilitation import handouts


def test_how_to_check_explains_every_choice_there_is():
    words = handouts.handout_words("cara")
    assert list(words["marks"]) == [word for _, word in MARKS]
    assert set(words["statuses"]) == {word for _, word in STATUSES}
    wanted = {word for code, word in FOLLOW_UPS if code != NO_FOLLOW_UP}
    assert set(words["follow_ups"]) == wanted


def test_all_rules_are_listed_under_their_group():
    listed = [rule.code for rules in handouts.rules_by_group().values() for rule in rules]
    assert listed == list(catalogue())
    for rule in catalogue().values():
        assert handouts.rule_name(rule)
        assert "{" not in handouts.rule_name(rule)
        assert not handouts.rule_name(rule).startswith(rule.code)


def test_all_26_kinds_are_listed_once_with_age_and_state():
    kinds = [kind for rows in handouts.categories_by_cluster().values() for kind in rows]
    assert sorted(kind["code"] for kind in kinds) == [f"{n:02d}" for n in range(1, 27)]
    assert all(kind["age"] and kind["what"] and kind["unit"] for kind in kinds)


def test_a_sensitive_kind_is_marked_and_not_written_short():
    told = {row["kode"].removeprefix("PMKS"): row for row in reference("pmks_kategori")}
    for rows in handouts.categories_by_cluster().values():
        for kind in rows:
            row = told[kind["code"]]
            is_sensitive = row["sensitif"] == "ya"
            assert bool(kind["sensitive"]) == is_sensitive
            assert (f"({row['nama_singkat']})" in kind["name"]) != is_sensitive


def test_an_age_no_regulation_gives_is_marked():
    kinds = {k["code"]: k for rows in handouts.categories_by_cluster().values() for k in rows}
    assert kinds["04"]["age"] == "5-18 tahun*"
    assert kinds["01"]["age"] == "0-5 tahun"
    assert kinds["08"]["age"] == "60 tahun ke atas"
    assert kinds["24"]["age"] == "semua umur"


def test_services_are_five_and_name_kinds_in_words():
    told = handouts.services()
    assert len(told) == 5
    assert all("PMKS" not in one["kinds"] for one in told)


def test_no_hand_out_names_a_rule_s_verdict():
    """What trainees take home holds questions; statuses of single rules are the key's."""
    for name in handouts.HANDOUTS:
        assert not any(code in str(handouts.handout_words(name)) for code in catalogue())
