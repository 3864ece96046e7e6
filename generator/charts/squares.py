"""Pictures made of squares and words whose places are worked out here, in px: what no axis can lay out."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from generator.base.drawing import Draw, Drawing
from generator.charts.base import BAD, BAND, CARD, FAIR, GOOD, INK, MUTE, RULE, SERIES, SOFT, WEAK, config

LETTER = 7.6  # px a letter of text
_FAINT = 0.35  # of a colour, so light that ink is read on it in both themes


@dataclass(frozen=True)
class Look:
    """Fill, how much of it, outline and text of a square; a test holds each to a contrast of 4.5."""

    fill: str
    opacity: float
    stroke: str
    text: str
    dashed: bool = False


STRONG, FAINT = Look(GOOD, 1.0, GOOD, CARD), Look(GOOD, _FAINT, GOOD, INK)
OPEN, DOUBTED = Look(FAIR, 1.0, FAIR, CARD), Look(WEAK, 1.0, WEAK, CARD)
ALARM, PLAIN = Look(BAD, 1.0, BAD, CARD), Look(MUTE, _FAINT, MUTE, INK, dashed=True)
GONE = Look(CARD, 0.0, MUTE, SOFT, dashed=True)
"""Of grades: the tones of their badges."""
WARM, MARKED, EMPTY = Look(SERIES[1], _FAINT, SERIES[1], INK), Look(BAND, 1.0, INK, INK), Look(CARD, 0.0, RULE, SOFT)
LOOKS = (STRONG, FAINT, OPEN, DOUBTED, ALARM, PLAIN, GONE, WARM, MARKED, EMPTY)


@dataclass(frozen=True)
class Square:
    """A square, or any other rectangle, with a word in its middle; px from the left and from the top."""

    x: float
    y: float
    width: float
    height: float
    look: Look
    word: str
    bold: bool = False


@dataclass(frozen=True)
class Words:
    """Words that begin at a place, or end there, or have their middle there; `upright` ones run from it upwards."""

    x: float
    y: float
    text: str
    align: str = "left"
    upright: bool = False
    soft: bool = False


def picture(squares: Sequence[Square], words: Sequence[Words], width: float, height: float, drawn: Draw) -> Drawing:
    """Everything in its place."""
    spec = copy.deepcopy(_template())
    for layer in spec["layer"]:
        for channel, domain in (("x", [0, width]), ("y", [height, 0])):
            layer["encoding"][channel]["scale"] = {"domain": domain, "nice": False, "zero": False}
    looks = sorted({(square.look.fill, square.look.stroke, square.look.text) for square in squares})
    for layer in spec["layer"]:
        for channel, place in (("fill", 0), ("stroke", 1), ("color", 2)):
            field = layer["encoding"].get(channel, {}).get("field")
            if field:
                colours = sorted({look[place] for look in looks} | ({INK, SOFT} if field == "ink" else set()))
                layer["encoding"][channel]["scale"] = {"domain": colours, "range": colours}
    data = {"squares": [_square(square) for square in squares], "words": [_words(one) for one in words]}
    return drawn(spec | {"width": width, "height": height}, data)


def _square(square: Square) -> dict[str, Any]:
    look = square.look
    return {
        "x": square.x,
        "x2": square.x + square.width,
        "y": square.y,
        "y2": square.y + square.height,
        "middle": square.x + square.width / 2,
        "centre": square.y + square.height / 2,
        "fill": look.fill,
        "opacity": look.opacity,
        "stroke": look.stroke,
        "text": look.text,
        "dash": "dashed" if look.dashed else "whole",
        "word": square.word,
        "weight": "bold" if square.bold else "normal",
    }


def _words(words: Words) -> dict[str, Any]:
    """Placed by the start of the text; the picture has a layer for each way of laying it."""
    row = asdict(words) | {"lay": "upright" if words.upright else words.align, "ink": SOFT if words.soft else INK}
    return {name: row[name] for name in ("x", "y", "text", "lay", "ink")}


@cache
def _template() -> dict[str, Any]:
    import altair as alt

    x, y = alt.X("x:Q", axis=None), alt.Y("y:Q", axis=None)
    boxes = alt.Chart(alt.NamedData("squares"))
    rects = boxes.mark_rect(strokeWidth=1.5).encode(
        x=x,
        x2="x2:Q",
        y=y,
        y2="y2:Q",
        fill=alt.Fill("fill:N", legend=None),
        fillOpacity=alt.FillOpacity("opacity:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0, 1])),
        stroke=alt.Stroke("stroke:N", legend=None),
        strokeDash=alt.StrokeDash(
            "dash:N", legend=None, scale=alt.Scale(domain=["whole", "dashed"], range=[[1, 0], [3, 2]])
        ),
    )
    inside = [
        boxes.mark_text(baseline="middle", fontWeight=weight)
        .encode(
            x=alt.X("middle:Q", axis=None),
            y=alt.Y("centre:Q", axis=None),
            text="word:N",
            color=alt.Color("text:N", legend=None),
        )
        .transform_filter(alt.FieldEqualPredicate(weight, "weight"))
        for weight in ("normal", "bold")
    ]
    ways: dict[str, dict[str, Any]] = {
        "left": {"align": "left"},
        "right": {"align": "right"},
        "center": {"align": "center"},
        "upright": {"align": "left", "angle": 270},
    }
    texts = [
        alt.Chart(alt.NamedData("words"))
        .mark_text(baseline="middle", **way)
        .encode(x=x, y=y, text="text:N", color=alt.Color("ink:N", legend=None))
        .transform_filter(alt.FieldEqualPredicate(name, "lay"))
        for name, way in ways.items()
    ]
    chart = alt.layer(rects, *inside, *texts).resolve_scale(
        color="independent", fill="independent", stroke="independent"
    )
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = config()
    return spec
