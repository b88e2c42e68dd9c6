"""The office's file of people and families: read whole or refused whole, and taken back."""

import geopandas as gpd
import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.access import Actor, Role, Workspace
from workbench.domain.wilayah import kelurahan
from workbench.domain.words import number_id
from workbench.errors import Forbidden, StoreFault, UnusableInput, WrongUse
from workbench.geo.population import PopulationEntry
from workbench.services import boundaries, populations
from workbench.services.office import Office
from workbench.store import ledger

PLACES = kelurahan()
A, B, C = (place.kode_kemendagri for place in PLACES[:3])
STAFF = Actor("A1", "Sari", Role.STAF, Workspace.NYATA, ("36.73",))
HEADER = ("Kode", "Kelurahan", "Kecamatan", "Tahun", "Jumlah Penduduk", "KK", "Sumber")


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


@pytest.fixture
def book(tmp_path):
    def write(rows, header=HEADER, sheet="Penduduk", name="penduduk.xlsx", above=()):
        made = openpyxl.Workbook()
        made.active.title = sheet
        for row in (*above, header, *rows):
            made.active.append(row)
        made.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def text(tmp_path):
    def write(content, name="penduduk.csv"):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return write


def a_row(place, people, families=None, year=2025, source="Dukcapil"):
    return (place.kode_kemendagri, place.name, place.kecamatan, year, people, families, source)


def refusal(office, path, **more):
    with pytest.raises(UnusableInput) as refused:
        populations.install(office, STAFF, path, **more)
    return str(refused.value)


def test_without_a_file_nobody_is_counted(office):
    assert populations.population(office, STAFF).on(A, 2026) is None


def test_a_workbook_is_read_and_reported(office, book):
    rows = [a_row(place, 1000 + n, 300 + n) for n, place in enumerate(PLACES)]
    report = populations.install(office, STAFF, book(rows[2:]))
    assert (report.joined, report.years, report.former_people) == (65, (2025,), None)
    assert report.missing == tuple(f"{p.name} ({p.kecamatan})" for p in PLACES[:2])
    assert report.people == sum(row[4] for row in rows[2:])
    known = populations.population(office, STAFF)
    assert known.on(C, 2026) == PopulationEntry(1002, 302, "Dukcapil")
    assert known.on(A, 2026) is None
    said = " ".join(report.sentences())
    assert "65 dari 67 kelurahan" in said
    assert f"{number_id(report.people)} jiwa" in said


def test_the_nearest_year_that_is_not_after_counts(office, book):
    place = PLACES[0]
    rows = [a_row(place, 1000, year=2022), a_row(place, 1500, year=2025)]
    populations.install(office, STAFF, book(rows))
    known = populations.population(office, STAFF)
    assert known.on(A, 2021) is None
    assert known.on(A, 2024).people == 1000
    assert known.on(A, 2030).people == known.on(A).people == 1500


@pytest.mark.parametrize(
    "content",
    [
        "kode;tahun;penduduk;kk;sumber\n36.73.01.1001;2025;12.345;3.210;BPS\n",
        "KODE KEMENDAGRI,TAHUN,JUMLAH PENDUDUK (JIWA),JML KK\n3673011001,2025,12345,3210\n",
        "Desa/Kelurahan\tKecamatan\tPenduduk\tKeluarga\nKel. Serang\tKec. Serang\t12 345\t3.210\n",
    ],
)
def test_headers_and_numbers_as_offices_write_them(office, text, content):
    populations.install(office, STAFF, text(content), year=2025)
    entry = populations.population(office, STAFF).on("36.73.01.1001", 2025)
    assert (entry.people, entry.families) == (12345, 3210)


def test_titles_above_and_totals_below_are_passed_over(office, book):
    rows = [
        a_row(PLACES[0], 1000, 300),
        ("36.73.01", "", "Serang", 2025, 1000, 300, ""),
        ("", "Jumlah", "", 2025, 1000, 300, ""),
        (None,) * 7,
    ]
    path = book(rows, above=[("JUMLAH PENDUDUK KOTA SERANG",), ()])
    report = populations.install(office, STAFF, path)
    assert (report.joined, report.people, report.unknown) == (1, 1000, ())


def test_places_of_another_city_are_said_and_passed_over(office, text):
    path = text("kode;tahun;penduduk\n36.73.01.1001;2025;900\n36.04.05.2001;2025;800\n")
    report = populations.install(office, STAFF, path)
    assert (report.joined, report.unknown) == (1, ("baris 3",))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({4: 12.345}, "kolom E (penduduk): bukan bilangan bulat"),
        ({4: "dua ribu"}, "kolom E (penduduk): bukan bilangan bulat"),
        ({4: "12,345"}, "Tulis seperti 12345 atau 12.345"),
        ({4: -5}, "kolom E (penduduk): bukan bilangan bulat"),
        ({4: 5_000_000}, "terlalu besar"),
        ({5: 2000}, "kolom F (keluarga): keluarga lebih banyak daripada penduduk"),
        ({3: "25"}, "kolom D (tahun): tahun tidak ada"),
        ({3: None}, "kolom D (tahun): tahun tidak ada"),
        ({0: "36730"}, "kolom A (kode): kode kelurahan harus 10 angka"),
        ({0: B}, "kode dan nama kelurahan tidak cocok"),
        ({0: PLACES[0].kode_bps}, "ini kode BPS"),
        ({0: None, 1: "Antah Berantah"}, "kolom B (kelurahan): nama kelurahan tidak dikenal"),
        ({0: None, 1: "Sukawana", 2: None}, "Tambahkan kolom kecamatan"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_changes_nothing(office, book, cells, said):
    populations.install(office, STAFF, book([a_row(PLACES[0], 1000)]))
    wrong = list(a_row(PLACES[0], 1200, 300))
    for place, value in cells.items():
        wrong[place] = value
    words = refusal(office, book([a_row(PLACES[1], 900), wrong], name="baru.xlsx"))
    assert "lembar Penduduk, baris 3" in words
    assert said in words
    known = populations.population(office, STAFF)
    assert known.on(A).people == 1000
    assert known.on(B) is None


def test_all_mistakes_are_told_at_once(office, book):
    rows = [a_row(place, "banyak") for place in PLACES[:30]]
    words = refusal(office, book(rows))
    assert words.count("\n- ") == 21
    assert "dan 10 kesalahan lain" in words


def test_one_kelurahan_twice_with_other_figures(office, book):
    words = refusal(office, book([a_row(PLACES[0], 1000), a_row(PLACES[0], 1100)]))
    assert "baris 3: kelurahan ini sudah ada untuk tahun 2025" in words
    report = populations.install(office, STAFF, book([a_row(PLACES[0], 1000)] * 2))
    assert report.joined == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nama;alamat\nSiti;Jalan\n", "baris judul"),
        ("kode;tahun;penduduk;penduduk\n36.73.01.1001;2025;1;2\n", "ada dua kali"),
        ("kode;tahun;penduduk\n36.04.05.2001;2025;1\n", "tidak memuat satu pun"),
        ("", "kosong"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(office, text, content, said):
    assert said in refusal(office, text(content))


def test_an_empty_cell_is_no_zero(office, book):
    populations.install(office, STAFF, book([a_row(PLACES[0], None, 300), a_row(PLACES[1], 900)]))
    known = populations.population(office, STAFF)
    assert known.on(A).people is None
    assert known.on(A).families == 300


def test_a_source_never_becomes_a_formula(office, book):
    populations.install(office, STAFF, book([a_row(PLACES[0], 900, source="'=1+1")]))
    populations.install(office, STAFF, book([a_row(PLACES[0], 900, source="@SUM(A1)")]))
    kept = (office.folder(Workspace.NYATA) / "peta" / "penduduk.csv").read_text()
    assert ",SUM(A1)" in kept
    assert ",@" not in kept
    assert ",=" not in kept


def test_the_former_file_comes_back_and_the_newer_one_too(office, book):
    with pytest.raises(WrongUse):
        populations.undo(office, STAFF)
    populations.install(office, STAFF, book([a_row(PLACES[0], 1000)]))
    report = populations.install(office, STAFF, book([a_row(PLACES[0], 1200)]))
    assert (report.people, report.former_people) == (1200, 1000)
    assert "bertambah 200" in " ".join(report.sentences())
    assert populations.undo(office, STAFF).people == 1000
    assert populations.population(office, STAFF).on(A).people == 1000
    assert populations.undo(office, STAFF).people == 1200
    assert populations.population(office, STAFF).on(A).people == 1200


def test_undoing_the_first_file_leaves_none_and_a_new_one_has_no_former(office, book):
    populations.install(office, STAFF, book([a_row(PLACES[0], 1000)]))
    populations.undo(office, STAFF)
    assert populations.population(office, STAFF).entries == {}
    populations.install(office, STAFF, book([a_row(PLACES[0], 1200)]))
    populations.undo(office, STAFF)
    assert populations.population(office, STAFF).entries == {}


def test_each_step_is_on_record_and_the_chain_whole(office, book):
    populations.install(office, STAFF, book([a_row(PLACES[0], 1000)]))
    populations.install(office, STAFF, book([a_row(PLACES[0], 1200)]))
    populations.undo(office, STAFF)
    report = ledger.verify_chain(office.store_for(STAFF))
    assert (report.events, report.is_whole) == (3, True)


def test_only_who_looks_after_the_whole_office_may(office, book):
    part = Actor("A2", "Budi", Role.STAF, Workspace.NYATA, ("36.73.01",))
    for act in (
        lambda: populations.install(office, part, book([a_row(PLACES[0], 1000)])),
        lambda: populations.undo(office, part),
    ):
        with pytest.raises(Forbidden, match="seluruh kota"):
            act()
    assert populations.population(office, part).entries == {}


def test_practice_and_real_each_have_their_own(office, book):
    populations.install(office, STAFF, book([a_row(PLACES[0], 1000)]))
    practice = Actor("A1", "Sari", Role.STAF, Workspace.LATIHAN, ("36.73",))
    assert populations.population(office, practice).entries == {}


def test_a_damaged_store_is_said_and_mended_by_a_new_file(office, book):
    populations.install(office, STAFF, book([a_row(PLACES[0], 1000)]))
    kept = office.folder(Workspace.NYATA) / "peta" / "penduduk.csv"
    kept.write_text("kode,tahun\nx,y\n")
    with pytest.raises(StoreFault, match="Pasang lagi"):
        populations.population(office, STAFF)
    populations.install(office, STAFF, book([a_row(PLACES[0], 1200)]))
    assert populations.population(office, STAFF).on(A).people == 1200


@given(people=st.integers(0, 500_000))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_number_with_thousands_dots_is_read_back(tmp_path, people):
    office = Office(tmp_path / "kantor")
    path = tmp_path / "angka.csv"
    path.write_text(f"kode;tahun;penduduk\n{A};2025;{number_id(people)}\n")
    populations.install(office, STAFF, path)
    assert populations.population(office, STAFF).on(A).people == people


# --- another city --------------------------------------------------------------------------------


@pytest.fixture
def regency(office, tmp_path):
    """The map of another regency: two desa have one name, one is called like one of ours."""
    path = tmp_path / "batas.gpkg"
    named = [("Anyar", 1), ("Sukasari", 1), ("Sukasari", 2), ("Cipare", 2)]
    gpd.GeoDataFrame(
        {
            "kode": [f"36.04.{k:02}.{2001 + n}" for n, (_, k) in enumerate(named)],
            "desa": [name for name, _ in named],
            "kecamatan": [("Kramatwatu", "Waringinkurung")[k - 1] for _, k in named],
        },
        geometry=[shapely.box(106 + n / 100, -6.1, 106.01 + n / 100, -6.09) for n in range(4)],
        crs="EPSG:4326",
    ).to_file(path, layer="batas", driver="GPKG")
    boundaries.confirm(office, STAFF, boundaries.propose(office, STAFF, path, city_code="36.04"))
    return boundaries.areas(office, STAFF)


def test_the_figures_follow_a_map_of_another_city(office, regency, text):
    path = text(
        "kode;kelurahan;kecamatan;tahun;penduduk\n"
        "36.04.01.2001;;;2025;900\n"
        f";Sukasari;{regency.areas[2].kecamatan};2025;700\n"
        ";CIPARE;;2025;500\n"
        f"{A};;;2025;100\n"
    )
    report = populations.install(office, STAFF, path)
    assert (report.joined, report.people, report.unknown) == (3, 2100, ("baris 5",))
    assert report.missing == (f"Sukasari ({regency.areas[1].kecamatan})",)
    assert report.sentences()[0] == "3 dari 4 kelurahan punya angka penduduk."
    known = populations.population(office, STAFF)
    assert [known.on(area.code) is not None for area in regency.areas] == [True, False, True, True]


def test_mistakes_are_told_in_the_words_of_that_city(office, regency, text):
    said = refusal(
        office, text("kode;kelurahan;tahun;penduduk\n;Sukasari;2025;1\n12;;2025;2\n3604;x;2025;1")
    )
    assert "Sukasari ada di Kecamatan" in said
    said = refusal(office, text("kode;tahun;penduduk\n123;2025;1\n"))
    assert "misalnya 36.04.01.2001" in said
    said = refusal(office, text(f"kode;tahun;penduduk\n{A};2025;1\n"))
    assert "satu pun kelurahan Kabupaten Serang" in said
