"""The cover says two sizes as areas; the card that is shared shows the same numbers."""

import struct

import matplotlib
import pytest
import social_card
from matplotlib.figure import Figure
from social_card import BLUE, draw_cells


def cells(count, digit):
    axes = Figure().subplots()
    rows = draw_cells(axes, count, digit)
    return rows, axes.patches


def blank(ink=0.0):
    return [[ink] * 28 for _ in range(28)]


def test_the_digit_is_drawn_upright_with_a_square_a_pixel():
    digit = blank()
    digit[3][5] = 1.0
    rows, patches = cells(860, digit)
    inked = [p for p in patches if matplotlib.colors.to_hex(p.get_facecolor()) == BLUE.lower()]
    assert rows == 29 and [(int(p.get_x()), int(p.get_y())) for p in inked] == [(6, 3)]


def test_the_card_has_the_size_that_is_asked_for_and_is_small():
    data = social_card.CARD.read_bytes()
    assert struct.unpack(">II", data[16:24]) == (1200, 630)
    assert len(data) < 300_000


def test_the_card_is_the_one_that_the_tool_draws(tmp_path):
    if matplotlib.__version__ != "3.11.2":
        pytest.skip("another matplotlib than the card was drawn with sets its letters a little differently")
    social_card.draw(tmp_path / "card.png")
    assert (tmp_path / "card.png").read_bytes() == social_card.CARD.read_bytes(), \
        "book/_static/social-card.png is an old one: run python tools/social_card.py"
