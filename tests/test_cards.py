"""Cards of link previews: the same bytes for the same words, the same picture in a smaller file, and any words at all."""

from __future__ import annotations

import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
import vl_convert
from public_library import HOSTILE

from generator.base import cards
from generator.base.cards import draw_card, kept_in
from generator.base.png import _chunks, slimmed
from generator.charts.card import card_svg

SENTENCE = "A nine-word prompt was billed at about 79,000 tokens because the cache expired early."


def decoded(png):
    """Size and RGB of each pixel, by a second reader: of RGBA with differences, and of a palette without a filter."""
    chunks = list(_chunks(png))
    width, height, depth, kind, *_ = struct.unpack(">IIBBBBB", chunks[0][1])
    assert depth == 8
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    step = {6: 4, 3: 1}[kind]
    palette = next((body for name, body in chunks if name == b"PLTE"), b"")
    pixels = []
    for row in range(height):
        start = row * (1 + step * width)
        line = bytearray(data[start + 1 : start + 1 + step * width])
        if data[start]:
            for place in range(step, len(line)):
                line[place] = (line[place] + line[place - step]) % 256
        if step == 1:
            pixels += [palette[3 * index : 3 * index + 3] for index in line]
        else:
            pixels += [bytes(line[place : place + 3]) for place in range(0, len(line), 4)]
    return width, height, pixels


def test_the_smaller_file_has_the_same_pixels():
    svg = card_svg(SENTENCE, over="Claim C-064 of the article", grade="not checkable")
    drawn = vl_convert.svg_to_png(svg, scale=1.0, ppi=72)
    small = slimmed(drawn)
    assert len(small) < len(drawn) / 3
    assert decoded(small) == decoded(drawn)
    assert decoded(small)[:2] == (1200, 630)


def test_a_picture_with_holes_is_left_as_it_was():
    body = '<circle cx="9" cy="9" r="5"/>'
    png = vl_convert.svg_to_png(f'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30">{body}</svg>')
    assert slimmed(png) == png


def test_of_many_colours_each_rare_one_becomes_the_nearest_of_those_that_stay():
    shades = [(grey, grey, grey, 2) for grey in range(250)] + [(grey, grey, grey ^ 1, 1) for grey in range(250)]
    many = "".join(
        f'<rect x="{2 * place % 64}" y="{place // 32}" width="{wide}" height="1" fill="#{red:02x}{green:02x}{blue:02x}"/>'
        for place, (red, green, blue, wide) in enumerate(shades)
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="16" shape-rendering="crispEdges"><rect width="64" height="16"/>{many}</svg>'
    png = vl_convert.svg_to_png(svg, scale=1.0, ppi=72)
    width, height, pixels = decoded(slimmed(png))
    assert (width, height, len(set(pixels))) == (64, 16, 256)
    before = decoded(png)[2]
    assert len(set(before)) > 256
    off = [max(abs(a - b) for a, b in zip(one, other, strict=True)) for one, other in zip(before, pixels, strict=True)]
    assert max(off) == 1


def test_the_same_words_are_the_same_bytes():
    svg = card_svg(SENTENCE, over="Claim")
    once = draw_card(svg)
    draw_card.cache_clear()
    assert draw_card(svg) == once


@pytest.mark.parametrize(
    "words", [SENTENCE, HOSTILE, "", "x" * 900, "a b " * 400, "\x00\u2028\u202e]]>", "\u4e16\u754c"]
)
def test_any_words_make_a_sound_picture_that_ends_in_its_frame(words):
    svg = card_svg(words, over=words, grade="plausible")
    lines = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    assert all(float(line.get("y")) <= 560 for line in lines)
    assert b"PNG" in draw_card(svg)[:8]


def test_a_kept_card_is_not_drawn_again_and_a_broken_one_is(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(cards, "draw_card", lambda svg: drawn.append(svg) or b"picture")
    draw = kept_in(tmp_path)
    assert [draw("a"), draw("a"), kept_in(tmp_path)("a")] == [b"picture"] * 3
    assert drawn == ["a"]
    (entry,) = tmp_path.rglob("*.card")
    entry.write_bytes(b"broken")
    assert kept_in(tmp_path)("a") == b"picture"
    assert drawn == ["a", "a"]
