"""Who is one person, who one family, and where aid and categories belong."""

from __future__ import annotations

from datetime import date

KK, KK2 = "3673010101209001", "3673010101209002"
SITI, BUDI, AGUS = "3673014105859001", "3673010105059002", "3673010203809003"


def rows(reading, table, *names):
    data = reading.register[table].select(list(names)).to_pylist()
    return [tuple(row.values()) for row in data]


def test_a_kk_number_makes_a_family_and_an_unusable_one_does_not(office):
    header = ["NO KK", "NIK", "NAMA", "DESA"]
    people = [[KK, SITI, "SITI"], [KK, BUDI, "BUDI"], ["-", AGUS, "AGUS"], ["-", "-", "TUTI"]]
    reading = office.read(office.xlsx([header, *[[*p, "Cipare"] for p in people]]))
    families = [family for (family,) in rows(reading, "person", "family_id")]
    assert families[0] == families[1]
    assert len(set(families)) == 3


def test_family_attributes_come_from_the_first_row_that_has_them(office):
    header = ["NO KK", "NIK", "NAMA", "DESA", "ALAMAT", "JENIS LANTAI", "DESIL"]
    people = [
        [KK, SITI, "SITI", "", "", "X", ""],
        [KK, BUDI, "BUDI", "CIPARRE", "LINK. A", "TANAH", 2],
        [KK, AGUS, "AGUS", "Lopang", "LINK. B", "KERAMIK", 9],
    ]
    reading = office.read(office.xlsx([header, *people]))
    ((address, floor, desil, place),) = rows(
        reading, "family", "address", "floor", "desil", "kelurahan_kode_kemendagri"
    )
    assert (address, floor, desil, place) == ("LINK. A", "tanah", 2, "36.73.01.1002")
    cleaned = rows(reading, "cleaned", "table", "column", "before", "after", "code", "row")
    assert ("family", "floor", "X", "", "tidak_terbaca", 2) in cleaned
    assert (
        "family",
        "kelurahan_kode_kemendagri",
        "CIPARRE",
        "36.73.01.1002",
        "alias_wilayah",
        3,
    ) in cleaned
    # The third row's place was not used, so nothing is said of it.
    assert not [line for line in cleaned if line[-1] == 4]


def test_what_stands_in_an_address_is_kept(office):
    header = ["NIK", "NAMA", "ALAMAT", "DESA"]
    people = [[SITI, "SITI", "-", "Cipare"], [BUDI, "BUDI", "sama dengan ktp", "Cipare"]]
    reading = office.read(office.xlsx([header, *people]))
    assert rows(reading, "family", "address") == [("-",), ("SAMA DENGAN KTP",)]


def test_place_and_date_of_birth_in_one_cell(office):
    header = ["NIK", "NAMA", "TTL", "DESA"]
    people = [
        [SITI, "SITI", "SERANG, 01-05-1985", "Cipare"],
        [BUDI, "BUDI", "Pandeglang 1 Mei 2005", "Cipare"],
    ]
    reading = office.read(office.xlsx([header, *people]))
    assert rows(reading, "person", "birth_place", "birth_date") == [
        ("SERANG", date(1985, 5, 1)),
        ("PANDEGLANG", date(2005, 5, 1)),
    ]


def test_a_nik_settles_an_ambiguous_date(office):
    header = ["NIK", "NAMA", "TGL LAHIR", "DESA"]
    people = [[SITI, "SITI", "01/05/1985", "Cipare"], [AGUS, "AGUS", "03/02/1980", "Cipare"]]
    reading = office.read(office.xlsx([header, *people]))
    codes = rows(reading, "cleaned", "column", "code", "row")
    # 3673014105... says 1 May; 3673010203... says 2 March, which the list may have turned.
    assert codes == [("birth_date", "tanggal_ambigu", 3)]


def test_typed_dates_and_serial_numbers(office):
    header = ["NIK", "NAMA", "TGL LAHIR", "DESA"]
    people = [[SITI, "SITI", date(1985, 5, 1), "Cipare"], [AGUS, "AGUS", 29282, "Cipare"]]
    reading = office.read(office.xlsx([header, *people]))
    assert rows(reading, "person", "birth_date") == [(date(1985, 5, 1),), (date(1980, 3, 2),)]
    assert rows(reading, "cleaned", "code", "row") == [("tanggal", 3)]


def test_coordinates_in_one_cell_or_two(office):
    one = office.read(
        office.xlsx([["NIK", "NAMA", "KOORDINAT", "DESA"], [SITI, "S", "-6.12, 106.15", "Cipare"]])
    )
    two = office.read(
        office.xlsx([["NIK", "NAMA", "LAT", "LONGTITUDE"], [SITI, "S", "-6,12", 106.15]], "b.xlsx")
    )
    for reading in (one, two):
        assert rows(reading, "family", "latitude", "longitude") == [(-6.12, 106.15)]


def test_a_spouse_of_either_kind_is_settled_by_sex(office):
    header = ["NIK", "NAMA", "JK", "HUBUNGAN KELUARGA", "DESA"]
    people = [
        [SITI, "SITI", "P", "Istri/Suami", "Cipare"],
        [BUDI, "BUDI", "L", "Istri/Suami", "Cipare"],
    ]
    reading = office.read(office.xlsx([header, *people]))
    assert rows(reading, "person", "shdk") == [("istri",), ("suami",)]


def test_a_column_nobody_can_read_is_not_carried(office):
    header = ["NIK", "NAMA", "JENIS ATAP", "DESA"]
    people = [[SITI, "SITI", "5", "Cipare"], [BUDI, "BUDI", "6", "Cipare"]]
    reading = office.read(office.xlsx([header, *people]))
    assert "roof" not in reading.register.manifest["carried"]["family"]
    assert any("isinya tidak terbaca" in note for note in reading.notes)


# --- aid ---------------------------------------------------------------------------------------


def test_yes_no_columns_become_aid_rows_of_the_person(office):
    header = ["NO KK", "NIK", "NAMA", "JK", "DESA", "BANSOS PKH", "BANSOS BPNT", "PBI JKN"]
    people = [
        [KK, SITI, "SITI", "P", "Cipare", "YA", "TIDAK", "nasional"],
        [KK, BUDI, "BUDI", "L", "Cipare", "TIDAK", "-", "2"],
    ]
    reading = office.read(office.xlsx([header, *people]))
    (siti, _) = reading.register["person"].column("person_id").to_pylist()
    assert rows(reading, "aid", "person_id", "nik", "program", "source") == [
        (siti, SITI, "PKH", ""),
        (siti, SITI, "PBIJK", "apbn"),
    ]


def test_a_list_of_payees_makes_no_person(office):
    header = [
        "NIK",
        "NO KK",
        "NAMA",
        "ALAMAT",
        "DESA",
        "JENIS BANTUAN",
        "PERIODE",
        "NOMINAL",
        "NO REK",
        "STATUS",
    ]
    people = [
        [
            SITI,
            KK,
            "SITI",
            "LINK. A",
            "Cipare",
            "PKH",
            "Triwulan 1 2026",
            "Rp 600.000",
            "'0012",
            "aktif",
        ],
        [
            BUDI,
            KK,
            "BUDI",
            "LINK. A",
            "Cipare",
            "BPNT, PIP",
            "Maret 2026",
            200000,
            "-",
            "gagal salur",
        ],
        ["-", "-", "TANPA", "LINK. A", "Antah", "Bantuan Baru", "", "", "", ""],
    ]
    reading = office.read(office.xlsx([header, *people]))
    assert reading.register["person"].num_rows == 0
    assert reading.counts["disimpan"] == 3
    assert rows(
        reading, "aid", "program", "program_text", "period", "amount_rp", "account", "status"
    ) == [
        ("PKH", "PKH", "2026-T1", 600000, "0012", "aktif"),
        ("SEMBAKO", "BPNT", "2026-03", 200000, "", "gagal_salur"),
        ("PIP", "PIP", "2026-03", 200000, "", "gagal_salur"),
        ("", "BANTUAN BARU", "", None, "", ""),
    ]
    assert [p["kelurahan_kode_kemendagri"] for p in reading.aid_places.to_pylist()] == [
        "36.73.01.1002",
        "36.73.01.1002",
        "36.73.01.1002",
        "",
    ]
    codes = {(line[0], line[1]) for line in rows(reading, "cleaned", "column", "code")}
    assert {("program", "alias_program"), ("program", "tidak_terbaca")} <= codes
    ids = reading.register["aid"].column("aid_id").to_pylist()
    assert len(set(ids)) == 4


def test_payees_are_linked_by_nik_to_persons_of_the_same_reading(office):
    people = office.xlsx(
        [["NO KK", "NIK", "NAMA", "JK"], [KK, SITI, "SITI", "P"], [KK2, AGUS, "AGUS", "L"]]
    )
    aid = office.xlsx(
        [["NIK", "NAMA", "PROGRAM"], [AGUS, "AGUS", "PKH"], [BUDI, "BUDI", "PKH"]], "b.xlsx"
    )
    reading = office.read(people, aid)
    known = {row["nik"]: row for row in reading.register["person"].to_pylist()}
    assert rows(reading, "aid", "nik", "person_id", "family_id", "file") == [
        (AGUS, known[AGUS]["person_id"], known[AGUS]["family_id"], "b.xlsx"),
        (BUDI, "", "", "b.xlsx"),
    ]
    assert reading.counts["dibaca"] == 4
    assert {"program", "nik"} <= set(reading.register.manifest["carried"]["aid"])


def test_a_wide_list_with_people_who_get_nothing_is_a_list_of_people(office):
    header = ["NIK", "NAMA", "PKH"]
    reading = office.read(office.xlsx([header, [SITI, "SITI", "YA"], [BUDI, "BUDI", "TIDAK"]]))
    assert reading.register["person"].num_rows == 2
    assert reading.register["aid"].num_rows == 1


def test_a_family_programme_ticked_on_every_member_counts_once(office):
    header = ["NO KK", "NIK", "NAMA", "HUB KELUARGA", "PKH", "PBI JKN"]
    people = []
    for n in range(9001, 9005):
        kk = f"367301010120{n}"
        people.append([kk, f"367301010105{n}"[:16], f"ANAK {n}", "ANAK", "YA", "YA"])
        people.append([kk, f"367301410585{n}", f"IBU {n}", "KEPALA KELUARGA", "YA", "YA"])
    reading = office.read(office.xlsx([header, *people]))
    programs = [p for (p,) in rows(reading, "aid", "program")]
    assert (programs.count("PKH"), programs.count("PBIJK")) == (4, 8)
    heads = {p for p, s in rows(reading, "person", "person_id", "shdk") if s == "kepala_keluarga"}
    assert {p for p, c in rows(reading, "aid", "person_id", "program") if c == "PKH"} == heads
    # Where one member alone is ticked, two ticks in one family are two.
    people[1][4] = people[3][4] = people[5][4] = "TIDAK"
    reading = office.read(office.xlsx([header, *people], "b.xlsx"))
    assert [p for (p,) in rows(reading, "aid", "program")].count("PKH") == 5


def test_the_title_names_the_programme_of_a_list_without_a_column_for_it(office):
    data = [
        ["DAFTAR KPM PKH TAHAP 1 TAHUN 2026"],
        ["NIK", "NAMA", "NO KKS", "DESA"],
        [SITI, "SITI", "6032", "Cipare"],
    ]
    reading = office.read(office.xlsx(data))
    assert rows(reading, "aid", "program", "account") == [("PKH", "6032")]
    assert reading.register.manifest["period"] == "2026-T1"


# --- PPKS --------------------------------------------------------------------------------------


def test_a_person_on_several_rows_of_a_ppks_list_is_one_person(office):
    header = ["NO KK", "NIK", "NAMA", "JENIS PMKS", "TAHUN", "DESA"]
    people = [
        [KK, SITI, "SITI", "LUT", 2026, "Cipare"],
        [KK, SITI, "SITI", "PD", 2026, "Cipare"],
        [KK, SITI, "SITI", "PD", 2026, "Cipare"],
        [KK, SITI, "SITI BEDA", "WRSE", 2026, "Cipare"],
        [KK2, AGUS, "AGUS", "Pemulung, ODGJ", 2026, "Cipare"],
    ]
    reading = office.read(office.xlsx([header, *people]))
    assert reading.counts == {"dibaca": 5, "disimpan": 5, "ditolak": 0}
    persons = rows(reading, "person", "name", "row")
    # Same person, other category: one. The same category again, or another name: a row of its own.
    assert persons == [("SITI", 2), ("SITI", 4), ("SITI BEDA", 5), ("AGUS", 6)]
    ppks = rows(reading, "ppks", "category", "category_text", "year", "row")
    assert ppks == [
        ("PMKS08", "LUT", 2026, 2),
        ("PMKS09", "PD", 2026, 3),
        ("PMKS09", "PD", 2026, 4),
        ("PMKS23", "WRSE", 2026, 5),
        ("PMKS13", "PEMULUNG", 2026, 6),
        ("", "ODGJ", 2026, 6),
    ]
    ids = reading.register["ppks"].column("person_id").to_pylist()
    assert ids[0] == ids[1] != ids[2]
    assert reading.register.manifest["source_list"] == "ppks"
    assert reading.register["family"].column("source_list").to_pylist() == ["ppks", "ppks"]


def test_family_kinds_belong_to_the_family_and_not_to_the_person(office):
    header = ["NO KK", "NIK", "NAMA", "JENIS PMKS"]
    reading = office.read(
        office.xlsx([header, [KK, SITI, "SITI", "Fakir Miskin"], [KK2, AGUS, "AGUS", "PD"]])
    )
    (first, second) = reading.register["ppks"].to_pylist()
    assert first["person_id"] == ""
    assert first["family_id"] == reading.register["person"].column("family_id").to_pylist()[0]
    assert second["person_id"] == reading.register["person"].column("person_id").to_pylist()[1]


def test_a_ppks_list_beside_a_register_makes_no_second_person(office):
    people = office.xlsx([["NO KK", "NIK", "NAMA", "JK"], [KK, SITI, "SITI", "P"]])
    kinds = office.xlsx(
        [["NIK", "NAMA", "JENIS PPKS"], [SITI, "SITI", "PD"], [AGUS, "AGUS", "PD"]], "b.xlsx"
    )
    reading = office.read(people, kinds)
    assert rows(reading, "person", "name", "file") == [("SITI", "daftar.xlsx"), ("AGUS", "b.xlsx")]
    assert (
        reading.register["ppks"].column("person_id").to_pylist()
        == reading.register["person"].column("person_id").to_pylist()
    )
    assert any("digabung" in note for note in reading.notes)


def test_families_and_members_on_sheets_of_their_own(office):
    sheets = {
        "Keluarga": [
            ["NO KK", "KEPALA KELUARGA", "ALAMAT", "DESA", "JENIS LANTAI"],
            [KK, "SITI", "LINK. A", "Cipare", "TANAH"],
        ],
        "Anggota": [
            ["NO KK", "NIK", "NAMA", "HUB KELUARGA"],
            [KK, SITI, "SITI", "KEPALA KELUARGA"],
            [KK, BUDI, "BUDI", "ANAK"],
        ],
    }
    reading = office.read(office.xlsx([], sheets=sheets))
    assert rows(reading, "person", "name") == [("SITI",), ("BUDI",)]
    assert rows(reading, "family", "head_name", "address", "floor") == [
        ("SITI", "LINK. A", "tanah")
    ]
    assert {"address", "floor"} <= set(reading.register.manifest["carried"]["family"])


def test_a_list_of_heads_only_names_its_persons_by_them(office):
    header = [
        "ID Keluarga P3KE",
        "KodeKemdagri",
        "Kepala Keluarga",
        "NIK",
        "Desil Kesejahteraan",
        "Jenis Lantai",
    ]
    reading = office.read(
        office.xlsx([header, ["99P3KE000001", "3673011002", "Siti", SITI, 2, "TANAH"]])
    )
    assert rows(reading, "person", "name") == [("SITI",)]
    assert rows(reading, "family", "source_list", "desil", "desil_source", "id_record") == [
        ("p3ke", 2, "p3ke", "99P3KE000001")
    ]


def test_two_lists_of_two_sources_do_not_share_a_family(office):
    header = ["ID DTKS", "NO KK", "NIK", "NAMA"]
    one = office.xlsx([header, ["1", KK, SITI, "SITI"]], "a.xlsx")
    two = office.xlsx([["NO KK", "NIK", "NAMA", "DESIL DTSEN"], [KK, SITI, "SITI", 3]], "b.xlsx")
    reading = office.read(one, two)
    assert reading.register["family"].column("source_list").to_pylist() == ["dtks", "dtsen"]
    assert reading.register["person"].num_rows == 2
