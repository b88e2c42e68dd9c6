"""What follows from an event, computed from the family's own rows."""

from __future__ import annotations

from datetime import date

import pytest

from tests.small_city import RUSDI_AID, City, card_of, rusdi
from workbench.domain.reference import by_code, reference
from workbench.errors import WrongUse
from workbench.verification.happenings import facts as reading
from workbench.verification.happenings.facts import Household, read_facts
from workbench.verification.happenings.kinds import (
    CERTAINTY,
    Entry,
    People,
    consequence,
    find_kind,
    kinds,
    paper_words,
    reporter_words,
    table_words,
)

DAY, TODAY = date(2026, 11, 2), date(2026, 11, 20)
EVERY = [(kind.code, one) for kind in kinds().values() for one in kind.consequences]


def house(people=None, aid=RUSDI_AID, ppks=()):
    """The family of Rusdi, or another."""
    city = City()
    family_id = city.family(1, people or rusdi(), aid=aid, ppks=ppks)
    draft = city.draft
    rows = (draft.rows(table, family_id) for table in ("aid", "ppks"))
    return Household(draft.family(family_id), draft.members(family_id), *rows)


def ids(home, *names):
    return {row["person_id"] for row in home.people if row["name"].split()[0] in names}


def codes(kind, home, *names, answers=()):
    """Codes of the tasks, with the programme where one is named."""
    told = find_kind(kind).tasks(read_facts(home, ids(home, *names), DAY, answers))
    return {task.consequence.code + (f":{task.program}" if task.program else "") for task in told}


def test_every_consequence_says_for_what_by_whom_and_on_what_ground():
    for kind, one in EVERY:
        assert one.table in table_words(), one.code
        assert one.text.endswith("."), one.code
        assert one.source, one.code
        assert one.konfirmasi in CERTAINTY, one.code
        assert one.when | one.unless <= reading.MARKS, one.code
        assert one.each in ("", *reading.PROGRAM_SETS), one.code
        assert ("{program}" in one.text) is bool(one.each), one.code
        assert one.program in ("", *by_code("program_bantuan")), one.code
        assert (one.table == "bantuan") or not one.each, (kind, one.code)


def test_a_consequence_that_nobody_confirmed_is_never_said_as_certain():
    unsure = [one for _, one in EVERY if "pengetahuan umum" in one.source or "usulan" in one.source]
    assert unsure
    assert not any(one.konfirmasi == "ya" for one in unsure)
    known = {
        code: row["konfirmasi"]
        for name in ("kesalahan_data", "aturan_kombinasi", "status_verval", "alasan_tidak_layak")
        for code, row in by_code(name).items()
    }
    for _, one in EVERY:
        named = set(one.source.replace(";", " ").replace(",", " ").split()) & set(known)
        if one.konfirmasi == "ya":
            assert all(known[code] == "ya" for code in named), one.code


def test_codes_are_given_once_and_found_again():
    own = [one.code for kind, one in EVERY if one.code != "desil"]
    assert len(own) == len(set(own))
    assert all(consequence(one.code) == one for _, one in EVERY)
    assert consequence("tidak_ada") is None


def test_every_kind_of_the_register_can_be_reported_but_those_of_a_programme():
    (row,) = [
        row for row in reference("register") if (row["table"], row["column"]) == ("event", "kind")
    ]
    listed = {one.strip() for one in row["values"].split(",")} - {"graduasi", "masuk_kembali"}
    assert set(kinds()) == listed | {"gabung_kk"}
    for kind in kinds().values():
        assert set(kind.papers) <= set(paper_words())
        assert kind.expects.endswith(".")


def test_the_death_of_the_head_asks_for_a_new_head_and_not_for_a_new_payee():
    told = codes("meninggal", house(), "RUSDI")
    assert {"mati_nonaktif", "mati_kepala", "mati_pasangan"} <= told
    assert "mati_perorangan:PBIJK" in told
    assert not any(code.startswith("mati_pengurus") for code in told)


def test_the_death_of_the_payee_names_each_programme_she_was_paid_for():
    told = codes("meninggal", house(), "SITI")
    assert {"mati_pengurus:PKH", "mati_pengurus:SEMBAKO", "mati_perorangan:PBIJK"} <= told
    assert "mati_kepala" not in told
    assert not any("PIP" in code for code in told)


def test_the_death_of_the_only_component_is_no_graduation_before_others_were_looked_for():
    people = [one for one in rusdi() if one[0] in (1, 2, 4)]
    told = codes("meninggal", house(people, (("PKH", 2),)), "MINAH")
    assert "mati_tanpa_komponen:PKH" in told
    assert "mati_komponen:PKH" not in told
    with_a_child = codes("meninggal", house(), "MINAH")
    assert "mati_komponen:PKH" in with_a_child
    assert "mati_tanpa_komponen:PKH" not in with_a_child


def test_the_death_of_somebody_living_alone_ends_what_the_family_got():
    alone = [(*rusdi()[3][:2], "kepala_keluarga", "P", date(1953, 1, 2))]
    told = codes("meninggal", house(alone, (("SEMBAKO", 4),)), "MINAH")
    assert "mati_terakhir:SEMBAKO" in told
    assert not told & {"mati_kepala", "mati_pengurus:SEMBAKO"}


def test_what_is_only_to_be_known_is_no_task():
    kind = find_kind("meninggal")
    facts = read_facts(house(), ids(house(), "MINAH"), DAY)
    notes = {task.consequence.code for task in kind.notes(facts)}
    assert notes == {"mati_sisa", "desil"}
    assert not notes & codes("meninggal", house(), "MINAH")


def test_who_is_left_behind_is_looked_at():
    assert "mati_anak" in codes("meninggal", house(rusdi()[1:3], ()), "SITI")
    assert "mati_lansia" in codes("meninggal", house([rusdi()[0], rusdi()[3]], ()), "RUSDI")
    assert "mati_ppks" in codes("meninggal", house(ppks=(("PMKS07", 4),)), "MINAH")
    assert "mati_ppks" not in codes("meninggal", house(ppks=(("PMKS07", 4),)), "RUSDI")


def test_a_birth_tells_the_programme_only_where_the_family_is_in_it():
    assert {"lahir_komponen:PKH", "lahir_pbi:PBIJK"} <= codes("lahir", house(), "SITI")
    without = codes("lahir", house(aid=()), "SITI")
    assert "lahir_usul_pkh:PKH" in without
    assert not without & {"lahir_komponen:PKH", "lahir_pbi:PBIJK"}
    expecting = rusdi()
    expecting[1] = (*expecting[1][:5], {"is_pregnant": True})
    assert "lahir_hamil:PKH" in codes("lahir", house(expecting), "SITI")
    assert "lahir_hamil:PKH" not in codes("lahir", house(), "SITI")


def test_a_move_abroad_is_not_handed_to_another_area():
    abroad = codes("pindah_keluar", house(), "RUSDI", answers=["luar_negeri"])
    inland = codes("pindah_keluar", house(), "RUSDI", answers=["luar_kota"])
    assert {"pindah_ln", "pindah_serah"} & abroad == {"pindah_ln"}
    assert {"pindah_ln", "pindah_serah"} & inland == {"pindah_serah"}
    whole = codes("pindah_keluar", house(), "RUSDI", "SITI", "AGUS", "MINAH", answers=["luar_kota"])
    assert {"pindah_bantuan:PKH", "pindah_bantuan:SEMBAKO"} <= whole
    assert "pindah_kepala" not in whole


def test_a_marriage_without_a_new_card_moves_nobody():
    stays = codes("kawin", house(), "AGUS", answers=["kk_tetap"])
    assert "kawin_kk_tetap" in stays
    assert not any(code.startswith("kawin_komponen") for code in stays)
    moves = codes("kawin", house(), "AGUS", answers=["kk_baru"])
    assert {"kawin_kk_baru", "kawin_komponen:PKH"} <= moves


def test_aid_that_ended_or_was_stopped_has_no_consequence():
    home = house(aid=(("PKH", 2), ("BST", 2)))
    home.aid[0]["status"] = "graduasi"
    told = codes("meninggal", home, "SITI")
    assert not any(code.startswith("mati_pengurus") for code in told)


def test_the_payee_is_known_by_number_or_name_where_the_row_is_not():
    home = house(aid=(("PKH", 2),))
    home.aid[0]["person_id"] = ""
    assert "mati_pengurus:PKH" in codes("meninggal", home, "SITI")
    home.aid[0]["nik"] = ""
    assert "mati_pengurus:PKH" in codes("meninggal", home, "SITI")
    home.aid[0]["name"] = "ORANG LAIN"
    assert "mati_pengurus:PKH" not in codes("meninggal", home, "SITI")


def entry(**more):
    said = {
        "kind": "meninggal",
        "day": DAY,
        "reporter": "rt_rw",
        "papers": ("AKTA_KEMATIAN",),
        "people": ("P1",),
    }
    return Entry(**{**said, **more})


def test_a_full_entry_lacks_nothing():
    assert entry().lacking(TODAY, ["P1"]) == ()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"day": None}, "Isi tanggal"),
        ({"day": date(2026, 11, 21)}, "belum tiba"),
        ({"day": date(1999, 12, 31)}, "terlalu lama"),
        ({"people": ()}, "Pilih orangnya"),
        ({"people": ("P9",)}, "bukan dari keluarga"),
        ({"papers": ()}, "Akta atau surat keterangan kematian"),
        ({"papers": ("AKTA_KEMATIAN", "KKS")}, "tidak dikenal"),
        ({"reporter": "tetangga"}, "melaporkan"),
        ({"kind": "pindah_keluar", "papers": ("SURAT_PINDAH",)}, "Ke atau dari mana"),
        ({"kind": "pisah_kk", "papers": ("KK",)}, "Nomor KK baru"),
        ({"kind": "pisah_kk", "papers": ("KK",), "other_card": "123"}, "16 angka"),
        (
            {"kind": "pindah_masuk", "papers": ("KK",), "other_card": card_of(9), "people": ()},
            "kelurahan",
        ),
    ],
)
def test_what_is_lacking_is_said_in_a_sentence(more, said):
    told = entry(**more).lacking(TODAY, ["P1"])
    assert any(said in sentence for sentence in told), told


def test_an_unknown_kind_is_refused():
    with pytest.raises(WrongUse, match="tidak dikenal"):
        find_kind("gempa")
    assert find_kind("gabung_kk").people is People.ALL
    assert "rt_rw" in reporter_words()
