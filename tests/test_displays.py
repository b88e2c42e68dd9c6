"""How things show themselves in a notebook: whole HTML, everything escaped, nobody named."""

from __future__ import annotations

import dataclasses
from datetime import date, time
from html.parser import HTMLParser

import pytest

import workbench as wb
from workbench.domain import displays
from workbench.training.agenda import Agenda, Session
from workbench.training.measures.gains import measure_gain

EVIL = "<img src=x onerror=alert(1)></td><script>alert(1)</script>{{ 7*7 }}"
_VOID = {"img", "br", "hr", "input", "meta", "link"}


class Tags(HTMLParser):
    """Names of all elements, and whether each that was opened was closed in its order."""

    def __init__(self, html):
        super().__init__()
        self.names, self.open, self.is_whole, self.words = [], [], True, []
        self.feed(html)
        self.is_whole = self.is_whole and not self.open

    def handle_starttag(self, tag, attributes):
        self.names.append(tag)
        if tag not in _VOID:
            self.open.append(tag)
        assert not [name for name, _ in attributes if name.startswith("on")]

    def handle_endtag(self, tag):
        self.is_whole = self.is_whole and bool(self.open) and self.open.pop() == tag

    def handle_data(self, text):
        self.words.append(text)


@pytest.fixture(scope="module")
def city():
    made = wb.generate(families=150, seed=4, error_rate=0.3)
    files = [{"name": EVIL}]
    return dataclasses.replace(made, manifest=dict(made.manifest) | {"files": files})


@pytest.fixture(scope="module")
def findings(city):
    found = wb.check(city)
    return dataclasses.replace(found, silent={"IDN-09": EVIL})


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    path = tmp_path_factory.mktemp("daftar") / "daftar.csv"
    lines = [
        f"NIK;NAMA;JK;TGL LAHIR;KELURAHAN;{EVIL}",
        "9973010504819001;RUSDI CONTOH;L;05/04/1981;CIPARE;x",
        "9,97301E+15;DEDE CONTOH;L;11/02/2012;CIPARE;x",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return wb.read_list([path], practice=True)


@pytest.fixture(scope="module")
def shown(city, findings, reading):
    """Everything that shows itself, by name."""
    rule = dataclasses.replace(wb.catalogue()["IDN-09"], question=EVIL, when="a < b AND c > d")
    sheet = max(wb.checklist(city, findings), key=lambda one: one.count)
    session = Session(1, time(8), time(9), EVIL, speaker=EVIL)
    case = next(wb.draw_seats(wb.Plan("A", n_cases=1), range(1, 2)))[1][0]
    return {
        "register": city,
        "findings": findings,
        "rule": rule,
        "catalogue": wb.catalogue(),
        "indicators": wb.indicators(),
        "reading": reading,
        "checklist": dataclasses.replace(sheet, source=EVIL),
        "comparison": wb.compare(wb.Judged(city, findings), wb.Judged(city, findings)),
        "plan": wb.Plan(EVIL, n_cases=12),
        "agenda": Agenda((session,)),
        "grade": wb.grade(case.key, wb.Answer()),
        "gain": measure_gain([], seed=1),
        "trial": wb.try_rule(wb.catalogue()["IDN-01"], families=20, times=2),
    }


NAMES = (
    *("register", "findings", "rule", "catalogue", "indicators", "reading", "checklist"),
    *("comparison", "plan", "agenda", "grade", "gain", "trial"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_whole_and_lets_nothing_run(name, shown):
    html = shown[name]._repr_html_()
    tags = Tags(html)
    assert tags.is_whole, name
    assert not {"script", "img", "iframe", "style", "link"} & set(tags.names)
    if EVIL in "".join(tags.words):
        assert "&lt;script&gt;" in html
    assert "object at 0x" not in html


@pytest.mark.parametrize("name", ["register", "rule", "findings", "checklist", "plan", "agenda"])
def test_what_a_stranger_wrote_is_shown_as_text(name, shown):
    assert EVIL in "".join(Tags(shown[name]._repr_html_()).words)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("rule", "agenda")])
def test_no_card_and_no_plain_form_names_or_numbers_a_person(name, shown, city):
    told = shown[name]._repr_html_() + repr(shown[name])
    people = city["person"].to_pylist()
    for column in ("name", "nik", "no_kk"):
        assert not [row for row in people if len(row[column]) > 9 and row[column] in told], column
    assert "CONTOH" not in told
    assert "9973010504819001" not in told


@pytest.mark.parametrize("name", NAMES)
def test_the_plain_form_is_a_line_and_no_dump(name, shown):
    if name not in ("agenda", "grade", "gain"):
        assert len(repr(shown[name])) < 300
        assert "\n" not in repr(shown[name])


def test_a_list_tells_where_it_comes_from_and_how_much_it_holds(city):
    words = Tags(city._repr_html_()).words
    told = "|".join(words)
    assert "LATIHAN" in words
    assert "Wilayah|Kota Serang" in told
    assert "Tanggal rujukan|1 November 2026" in told
    assert "orang karangan, benih 4, kesalahan pada 30 % keluarga" in words
    assert "Keluarga|family|150|" in told
    # A missing column is not an empty one.
    carried = {"family": ["family_id"]}
    less = dataclasses.replace(city, manifest={"carried": carried, "workspace": "nyata"})
    told = "|".join(Tags(less._repr_html_()).words)
    assert "DATA NYATA" in told
    assert f"Keluarga|family|150|1 dari {len(city['family'].column_names)}" in told
    assert f"Anggota keluarga|person|{city['person'].num_rows}|0 dari" in told


def test_findings_add_up_and_name_the_silent_rules(findings):
    words = Tags(findings._repr_html_()).words
    assert words[0] == f"{len(findings)} temuan"
    sums = dict(part.split(" ") for part in words[1].split(", "))
    assert sum(map(int, sums.values())) == len(findings)
    assert list(sums) == [one for one in ("KRITIS", "TINGGI", "SEDANG", "INFO") if one in sums]
    assert set(findings.by_rule) <= set(words)
    assert "1 aturan tidak dapat memeriksa daftar ini" in words
    assert findings.ruleset in words[-1]


def test_a_reading_says_what_was_refused_and_why(reading):
    told = "|".join(Tags(reading._repr_html_()).words)
    assert "Dibaca|2" in told
    assert "Ditolak|1" in told
    assert reading.refused["reason"][0].as_py() in told


def test_a_comparison_shows_its_three_tallies(shown, city, findings):
    comparison = shown["comparison"]
    told = "|".join(Tags(comparison._repr_html_()).words)
    for what, tally in (("Orang", comparison.person_tally), ("Temuan", comparison.finding_tally)):
        for kind, (before, after) in tally.items():
            words = [f"{number:,}".replace(",", ".") for number in (before, after)]
            assert "|".join([what, kind.value.replace("_", " "), *words]) in told


def test_a_plan_says_what_each_task_holds(shown):
    plan = shown["plan"]
    told = "|".join(Tags(plan._repr_html_()).words)
    assert told.count("|kesalahan|") + told.count("|dua kesalahan|") == plan.n_errors
    assert "Hanya untuk pelatih" in told


def test_numbers_stand_right_and_in_indonesian_writing():
    html = displays.table(("Nama", "Jumlah"), [("a", 12345.5), ("b", None)])
    assert "12.345,5" in html
    cells = html.split("<td ")[1:]
    assert ["right" in cell for cell in cells] == [False, True, False, True]
    assert displays.table(("Nama",), []) == ""
    assert displays.facts([("Nama", ""), ("Lain", None)]) == ""


def test_a_reference_date_that_is_none_is_shown_as_it_stands(city):
    odd = dataclasses.replace(city, manifest={"as_of": "kemarin"})
    assert "kemarin" in odd._repr_html_()
    real = dataclasses.replace(city, manifest={"as_of": date(2026, 1, 5)})
    assert "5 Januari 2026" in real._repr_html_()
