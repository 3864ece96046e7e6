"""A chart as pages show it: one sentence, a picture for each theme, and the table behind it.

Vega-Lite is drawn once, in the light colours; the dark picture is the same SVG with other colours.
Dates are drawn as formatted text, never as times, so that no zone of the machine can move them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from generator.base.drawing import FONT, FONTS, Drawing
from generator.charts.files import Download, csv_bytes
from generator.charts.spec import SUFFIX, live, spec_file, spec_of

WIDTH = 640
"""Of every chart, px. At the 520 px that a phone shows (it scrolls), text of 15 px is 12 px high."""

NARROW = 320
"""Of the second picture that some charts have for phones, px."""

TEXT = 15

INK, SOFT, RULE, CARD, BAND = "#1c2326", "#4a5559", "#dcd8cd", "#ffffff", "#f6e3c4"
SERIES = ("#14466f", "#c65f0a", "#45a595", "#c3a5da", "#5e6a70")
"""Five steps that stay apart by lightness alone, so also for readers who do not tell the hues apart."""
ALERT = "#a32b2b"
GOOD, FAIR, WEAK, BAD, MUTE = "#14633f", "#2f5fa3", "#855a08", "#a5322a", "#5f6368"
"""Of grades, the same as those of the badges: --wm-good and so on of witnessmark.css, which a test compares."""
SHORT = "datum.value ? format(datum.value, '~s') : '0'"
"""Vega expression for large numbers on an axis: 40k, 1.2M."""

_DARK = {
    INK: "#e6e4dd",
    SOFT: "#b3b9b8",
    RULE: "#364044",
    CARD: "#1b2224",
    BAND: "#4a3a1c",
    SERIES[0]: "#b5d6f5",
    SERIES[1]: "#ef9a4a",
    SERIES[2]: "#308a7b",
    SERIES[3]: "#785da3",
    SERIES[4]: "#879399",
    ALERT: "#f39a94",
    GOOD: "#67c596",
    FAIR: "#8db6ef",
    WEAK: "#deb057",
    BAD: "#ee8b83",
    MUTE: "#a5aab0",
}
_PAINTED = re.compile(r'(?<= )(fill|stroke|stop-color)="(#[0-9a-f]{6})"(?=[^<>]*>)')
"""Colours of marks: a label or its spoken text may well hold a colour as a word, and keeps it."""
_SIZED = re.compile(r'^(<svg[^>]*) width="[\d.]+" height="[\d.]+"([^>]*>)')


@dataclass(frozen=True)
class Chart:
    """One figure of a page."""

    id: str
    """Anchor on the page, and the stem of its files."""
    title: str
    sentence: str
    """The message in one sentence with its numbers; also the text that stands for the picture."""
    width: int
    height: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    svg: str
    """The picture in the light colours."""
    note: str = ""
    narrow: Drawing | None = None
    """A second picture for phones; most charts are few enough lines wide to scroll instead."""
    simulated: bool = False
    """Say so in the picture and in every row of the table: both may be shown without their page."""

    @property
    def narrow_light(self) -> str:
        """File name of the light picture for phones; empty where there is none."""
        return f"{self.id}-narrow-light.svg" if self.narrow else ""

    @property
    def narrow_dark(self) -> str:
        """File name of the dark picture for phones; empty where there is none."""
        return f"{self.id}-narrow-dark.svg" if self.narrow else ""

    @property
    def svg_light(self) -> str:
        """File name of the light picture."""
        return f"{self.id}-light.svg"

    @property
    def svg_dark(self) -> str:
        """File name of the dark picture."""
        return f"{self.id}-dark.svg"

    @property
    def csv(self) -> str:
        """File name of the table."""
        return f"{self.id}.csv"

    @property
    def spec(self) -> str:
        """File name of the Vega-Lite specification; empty for a picture that was drawn without one."""
        return f"{self.id}{SUFFIX}" if spec_of(self.svg) is not None else ""

    @property
    def png(self) -> str:
        """File name of the picture in pixels."""
        return f"{self.id}.png"

    @property
    def live(self) -> Markup:
        """What a browser draws over the picture, as JSON without signs of HTML; empty for one without specification."""
        return live(self.svg, self.narrow.svg if self.narrow else None, simulated=self.simulated)

    @property
    def on_paper(self) -> str:
        """The light picture on white, twice as large: what the PNG is drawn from."""
        svg = _labelled(self.svg) if self.simulated else self.svg
        size = f' width="{2 * self.width}" height="{2 * self.height}"'
        return _SIZED.sub(rf'\1{size}\2<rect width="100%" height="100%" fill="{CARD}"/>', svg, count=1)

    def downloads(self) -> tuple[Download, ...]:
        """All pictures but the PNG, the table and the specification, for the page that shows the chart."""
        pictures = {self.svg_light: self.svg, self.svg_dark: dark(self.svg)}
        if self.narrow:
            pictures |= {self.narrow_light: self.narrow.svg, self.narrow_dark: dark(self.narrow.svg)}
        columns, rows = self.columns, self.rows
        said = {"title": self.title, "note": self.note}
        spec = spec_file(self.svg, self.id, sentence=self.sentence, simulated=self.simulated, **said)
        if self.simulated:
            pictures = {name: _labelled(svg) for name, svg in pictures.items()}
            columns, rows = ("Simulated", *columns), tuple(("yes", *row) for row in rows)
        return (
            *(Download(name, svg.encode()) for name, svg in pictures.items()),
            Download(self.csv, csv_bytes(columns, rows)),
            *([spec] if spec else []),
        )


def _labelled(svg: str) -> str:
    """The picture with the word in its bottom right corner; the grey is legible in both themes."""
    before, end, after = svg.rpartition("</svg>")
    place = f'x="99%" y="98%" text-anchor="end" font-family="{FONTS}" font-size="13" font-weight="bold"'
    word = f'<text {place} fill="#8a7340">'
    return f"{before}{word}SIMULATED</text>{end}{after}"


def dark(svg: str) -> str:
    """The same picture in the dark colours."""
    return _PAINTED.sub(lambda match: f'{match[1]}="{_DARK.get(match[2], match[2])}"', svg)


@cache
def config() -> dict[str, Any]:
    """Look of all charts."""
    axis = {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": TEXT,
        "titleFontSize": TEXT,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": SOFT,
        "gridColor": RULE,
        "domainColor": SOFT,
        "tickColor": SOFT,
        "labelLimit": 240,
    }
    legend = {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": TEXT,
        "titleFontSize": TEXT,
        "labelColor": INK,
        "titleColor": SOFT,
        "orient": "top",
        "direction": "horizontal",
        "titleFontWeight": "normal",
        "labelLimit": 240,
        "symbolSize": 150,
        "columnPadding": 10,
        "offset": 10,
    }
    return {
        "font": FONT,
        "background": None,
        "padding": 4,
        "view": {"stroke": None},
        "axis": axis,
        "legend": legend,
        "text": {"font": FONT, "fontSize": TEXT, "color": INK},
        "header": {"labelFont": FONT, "labelFontSize": TEXT, "labelColor": INK, "title": None},
        "range": {"category": list(SERIES)},
    }


def narrowed(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The same specification for a phone: narrow, the legend in two columns."""
    legend = spec["config"]["legend"] | {"columns": 2}
    return dict(spec) | {"width": NARROW, "config": spec["config"] | {"legend": legend}}


def template(chart: Any) -> dict[str, Any]:
    """Specification of an Altair chart without data, fitted to the common width and look."""
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = config()
    spec["width"] = WIDTH
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec
