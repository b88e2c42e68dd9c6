"""The sentence above a panel."""

from workbench.ui.said import SaidLine


def test_a_sentence_is_read_aloud_as_text_and_goes_away_again():
    line = SaidLine()
    assert line.layout.display == "none"
    line.say("Daftar <b>Maret</b> tersimpan.")
    assert 'role="status"' in line.value
    assert "&lt;b&gt;Maret" in line.value
    assert line.layout.display is None
    line.say("Berkas rusak.", wrong=True)
    assert 'role="alert"' in line.value
    line.say("")
    assert (line.value, line.layout.display) == ("", "none")
