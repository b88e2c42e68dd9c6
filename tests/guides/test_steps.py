"""The grammar of steps: what is no step is refused, and said where."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guides.steps import NotAStep, labels_of, steps_of


@pytest.fixture
def guide(tmp_path: Path):
    def write(body: str) -> Path:
        path = tmp_path / "contoh.md"
        path.write_text(f"---\ntitle: Contoh\n---\n{body}", "utf-8")
        return path

    return write


def test_sentences_become_steps_in_order(guide):
    path = guide(
        "Boleh apa saja di sini, **Label** juga.\n\n## Masuk\n\n"
        "1. Di **ponsel**, buka `/masuk`. Isi **Nama** dengan `Siti`.\n"
        "2. Isi **Kode** dengan *kode kelas*. Tampak: **Selesai. Sudah disimpan.** "
        "Klik **Lanjut**.\n"
    )
    assert [(step.kind, *step.texts) for step in steps_of(path)] == [
        ("go", "ponsel", "/masuk"),
        ("fill", "Nama", "Siti"),
        ("fill", "Kode", "kode kelas"),
        ("see", "Selesai. Sudah disimpan."),
        ("press", "Lanjut"),
    ]
    assert [step.place for step in steps_of(path)][-1] == "contoh.md, Masuk, langkah 2"
    assert list(labels_of(path))[:2] == ["Label", "ponsel"]


def test_a_block_belongs_to_the_sentence_before_it(guide):
    path = guide("1. Jalankan di komputer server:\n\n   ```sh\n   verval serve\n   ```\n")
    (step,) = steps_of(path)
    assert (step.kind, step.block) == ("run", "verval serve\n")


@pytest.mark.parametrize(
    "step",
    [
        "Klik tombol **Simpan**.",
        "Klik **Simpan**. Lalu tunggu sebentar.",
        "Isi **Nama** dengan **Siti**.",
        "Buka **Papan**.",
        "Klik **Simpan**\n\n   ```sh\n   ls\n   ```\n",
        "Klik **Simpan**.\n\n   ```sh\n   ls\n   ```\n",
    ],
)
def test_what_nobody_could_follow_is_refused(guide, step):
    with pytest.raises(NotAStep, match=r"contoh\.md, Masuk, langkah 3"):
        steps_of(guide(f"## Masuk\n\n3. {step}\n"))
