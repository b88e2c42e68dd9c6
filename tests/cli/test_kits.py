"""``verval kit``: the whole pack in a folder, or a sentence where it cannot be written."""

import pytest

from workbench.cli import main


def run(*words):
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return ended.value.code


@pytest.mark.slow
def test_the_kit_holds_both_plans_all_hand_outs_and_the_leaflet(tmp_path, capsys):
    assert run("kit", "--out", str(tmp_path)) == 0
    written = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*"))
    plans = [f"{days}-hari.{form}" for days in (1, 2) for form in ("pdf", "pptx")]
    assert written == sorted(
        [
            "hari-30/selebaran-penyegaran.pdf",
            *(f"pelatih/tayangan-{plan}" for plan in plans),
            *(f"pelatih/pedoman-{plan}" for plan in plans if plan.endswith("pdf")),
            *(f"peserta/lembar-{name}.pdf" for name in ("cara", "bukan", "aturan", "kategori")),
        ]
    )
    told = capsys.readouterr().out
    assert all(name in told for name in written)
    assert "11 berkas ditulis" in told


def test_a_folder_that_cannot_be_written_is_said(tmp_path, capsys):
    (tmp_path / "berkas").write_text("x")
    assert run("kit", "--out", str(tmp_path / "berkas" / "isi")) == 2
    assert "tidak dapat ditulisi" in capsys.readouterr().err
