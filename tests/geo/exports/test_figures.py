"""The printed map: what stands on it, what is left out, and that its scale is true."""

import os
import re
import subprocess
import sys
import threading
import zlib
from dataclasses import replace
from datetime import date
from math import cos, radians, sin, sqrt

import geopandas
import pytest
from matplotlib.patches import Rectangle

from tests.geo.exports.worlds import CODES, SMALL, UNSURVEYED, WITHOUT_PEOPLE
from workbench.geo.disclosure.tables import State
from workbench.geo.exports import figures
from workbench.geo.exports.drawing import PATTERNS, pen
from workbench.geo.exports.selections import Selection, extract

DAY = date(2026, 11, 22)


def drawn(world, selection, paper="A4"):
    extracted = extract(world.atlas, selection)
    with pen():
        return figures.draw(extracted, world.atlas.frame, DAY, paper)


def words(figure):
    return [text.get_text() for text in [*figure.texts, *figure.axes[0].texts]]


def page_text(pdf):
    """What the text operators of a PDF's pages hold, kerning left out."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    # A stream may end in what looks like the line end before the next word: it needs no such end.
    unpacked = (zlib.decompressobj().decompress(part) for part in streams if part[:1] == b"x")
    content = b"".join(unpacked)
    lines = re.findall(rb"\[((?:[^\]\\]|\\.)*)\]\s*TJ|\(((?:[^()\\]|\\.)*)\)\s*Tj", content)
    return [
        b"".join(re.findall(rb"\(((?:[^()\\]|\\.)*)\)", array)) or single for array, single in lines
    ]


@pytest.fixture
def official(world):
    """The same world over lines that are not schematic."""
    frame = world.atlas.frame.copy()
    frame.attrs = dict(world.atlas.frame.attrs) | {
        "schematic": False,
        "source": "Kantor uji",
        "date": "2026-10-05",
    }
    return replace(world, atlas=replace(world.atlas, frame=frame))


def test_a_page_says_what_how_when_by_whom_and_what_is_hidden(world, selection):
    said = " ".join(words(drawn(world, selection)))
    for part in (
        "PPKS (dahulu PMKS)",
        "orang per 1.000 penduduk",
        "keadaan 1 November 2026",
        "Dicetak 22 November 2026",
        "Sumber: Daftar uji, Dinas Sosial",
        "Peta skematik, bukan batas resmi",
        "Jumlah 1 sampai 4 disembunyikan",
        "Garwood",
        "KASEMEN",
    ):
        assert part in said


def test_the_legend_counts_every_kelurahan_once(world, selection):
    figure = drawn(world, selection)
    counts = [int(text) for text in words(figure) if re.fullmatch(r"\d+", text)]
    assert sum(counts) == len(CODES)


def test_hidden_unsurveyed_and_without_people_wear_their_own_pattern(world, selection):
    extracted = extract(world.atlas, selection)
    fills = {code: figures._fill(extracted, code) for code in CODES}
    assert {fills[code] for code in SMALL} == {PATTERNS[State.DISEMBUNYIKAN]}
    assert {fills[code] for code in UNSURVEYED} == {PATTERNS[State.BELUM_DIDATA]}
    assert fills[WITHOUT_PEOPLE] == PATTERNS[State.TANPA_PENYEBUT]
    assert len({hatch for _ground, _colour, hatch in PATTERNS.values()} | {""}) == 5


def test_notes_that_find_no_room_are_pointed_to(official):
    selection = Selection("ppks:PMKS04", "L2", "halus", "kuantil", 9)
    said = words(drawn(official, selection))
    assert "Jumlah 1 sampai 4 disembunyikan" in " ".join(said)
    assert "empirical Bayes" in " ".join(said)
    assert said.count("Cara menghitung selengkapnya: unduh tabel (XLSX).") == 1
    at = {text.get_text(): text.get_position()[1] for text in drawn(official, selection).texts}
    assert at["5 km"] + 0.01 < at["Cara menghitung selengkapnya: unduh tabel (XLSX)."]


def test_nine_classes_have_nine_colours(world, selection):
    extracted = extract(world.atlas, replace(selection, scheme="kuantil", k=9))
    grounds = [ground for (ground, _colour, hatch), *_ in figures._entries(extracted) if not hatch]
    assert len(grounds) == len(set(grounds)) == 9


def test_a_map_of_groups_has_a_legend_of_groups(world):
    said = words(drawn(world, Selection("ppks:PMKS04", "L2", "kelompok")))
    assert "Tidak nyata" in said
    assert not any(" – " in text for text in said)


def test_the_schematic_map_has_no_scale_bar_and_official_lines_have(world, official, selection):
    assert not any(re.fullmatch(r"[\d,]+ k?m", text) for text in words(drawn(world, selection)))
    said = words(drawn(official, selection))
    assert any(re.fullmatch(r"[\d,]+ k?m", text) for text in said)
    assert "Batas: Kantor uji, dipasang 5 Okt 2026" in " ".join(said)


def test_the_scale_bar_is_true_at_the_latitude_of_the_city(official, selection):
    figure = drawn(official, selection)
    axes = figure.axes[0]
    bars = [
        one
        for one in figure.artists + figure.patches
        if isinstance(one, Rectangle) and one.get_height() == pytest.approx(0.009)
    ]
    share = sum(bar.get_width() for bar in bars)
    west, east = axes.get_xlim()
    degrees = share / axes.get_position().width * (east - west)
    # A parallel of the WGS 84 ellipsoid.
    latitude, flat = radians(sum(axes.get_ylim()) / 2), 0.00669437999014
    radius = 6378137 * cos(latitude) / sqrt(1 - flat * sin(latitude) ** 2)
    label = next(text for text in words(figure) if re.fullmatch(r"[\d,]+ km", text))
    assert radians(degrees) * radius == pytest.approx(1000 * float(label[:-3]), rel=1e-4)


def test_pdf_text_can_be_selected_and_its_data_name_nobody(world, selection):
    extracted = extract(world.atlas, selection)
    for paper, size in (("A4", b"841.68 595.44"), ("A3", b"1190.88 841.68")):
        pdf = figures.map_pdf(extracted, world.atlas.frame, DAY, paper)
        assert size in pdf
        said = b" ".join(page_text(pdf))
        assert b"LATIHAN" in said
        assert b"Belum didata" in said
        assert b"WALANTAKA" in said
        assert (b"Cipare" in said) is (paper == "A3")
        about = pdf[pdf.rindex(b"/Title") - 200 :]
        for key in (b"/Author", b"/CreationDate", b"/Producer", b"/ModDate"):
            assert key not in about
        assert pdf == figures.map_pdf(extracted, world.atlas.frame, DAY, paper)


def test_a_png_is_a4_at_200_dots_an_inch_without_a_word_about_its_maker(world, selection):
    png = figures.map_png(extract(world.atlas, selection), world.atlas.frame, DAY)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert [int.from_bytes(png[at : at + 4]) for at in (16, 20)] == [2338, 1654]
    assert b"tEXt" not in png
    assert b"iTXt" not in png


def test_real_data_carry_their_mark_and_no_practice_across(make_world, selection):
    said = words(drawn(make_world(False), selection))
    assert "DATA NYATA" in said
    assert "LATIHAN" not in said


def test_kelurahan_without_a_boundary_are_said(world, selection):
    frame = world.atlas.frame.iloc[3:].copy()
    frame.attrs = dict(world.atlas.frame.attrs)
    cut = replace(world, atlas=replace(world.atlas, frame=geopandas.GeoDataFrame(frame)))
    assert "3 kelurahan tidak tergambar" in " ".join(words(drawn(cut, selection)))


def test_two_threads_that_draw_take_turns():
    import matplotlib

    begun, salts = threading.Event(), []

    def draw():
        begun.set()
        with pen("lain"):
            salts.append(matplotlib.rcParams["svg.hashsalt"])

    other = threading.Thread(target=draw)
    with pen("satu"):
        before = dict(matplotlib.rcParams)
        other.start()
        assert begun.wait(60)
        with pen("satu"):  # whoever draws may draw more
            assert salts == []
        assert dict(matplotlib.rcParams) == before
    other.join(60)
    assert salts == ["lain"]
    assert matplotlib.rcParams["svg.hashsalt"] is None


def test_drawing_needs_no_home_folder_and_leaves_the_font_settings_alone(tmp_path):
    """Nor does it remark that reading the fonts takes long: here every wait is over at once."""
    code = (
        "import threading\n"
        "class Impatient(threading.Timer):\n"
        "    def start(self):\n"
        "        self.function()\n"
        "threading.Timer = Impatient\n"
        "from workbench.geo.exports.drawing import pen\n"
        "import os\n"
        "with pen():\n"
        "    from matplotlib.figure import Figure\n"
        "    import matplotlib\n"
        "    inside = matplotlib.rcParams['font.family'][0]\n"
        "left = 'MPL_IGNORE_SYSTEM_FONTS' in os.environ\n"
        "print(inside, matplotlib.rcParams['font.family'][0], left)"
    )
    environment = dict(os.environ) | {"HOME": str(tmp_path / "tidak-ada")}
    environment |= {"TMPDIR": str(tmp_path)}
    environment.pop("MPLCONFIGDIR", None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "Plus Jakarta Sans sans-serif False"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []
