"""QR codes drawn by the hundred are the very codes segno draws one by one."""

import io
import random

import numpy as np
import segno
from PIL import Image

from workbench.verification.forms.codes import QUIET, draw_codes

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _cut(codes, nth, side):
    picture = np.array(Image.open(io.BytesIO(codes.png)))
    row, column = divmod(nth, codes.columns)
    return ~picture[row * side : (row + 1) * side, column * side : (column + 1) * side]


def test_every_code_in_the_picture_is_the_one_segno_draws():
    draw = random.Random("kode")
    texts = ["HTTP://192.168.1.5/K/" + "".join(draw.choices(LETTERS, k=12)) for _ in range(30)]
    codes = draw_codes(texts)
    for nth, text in enumerate(texts):
        one = segno.make(text.encode(), error="m", mode="byte", mask=2, boost_error=False)
        wanted = np.array([list(row) for row in one.matrix], bool)
        cut = _cut(codes, nth, len(wanted) + 2 * QUIET)
        assert (cut[QUIET:-QUIET, QUIET:-QUIET] == wanted).all()
        quiet = cut.copy()
        quiet[QUIET:-QUIET, QUIET:-QUIET] = False
        assert not quiet.any()


def test_the_same_texts_give_the_same_bytes():
    assert draw_codes(["ABCD", "EFGH"]) == draw_codes(["ABCD", "EFGH"])
