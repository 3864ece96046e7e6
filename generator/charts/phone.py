"""Forms for phones of charts of logs: the part that matters, and names above their bars."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from generator.charts.base import narrowed

if TYPE_CHECKING:
    from generator.dossier.rows import ThreadRow

_STEP = 44  # px a reason, with its name above its bar

_MATTERS: tuple[Callable[[ThreadRow], bool], ...] = (
    lambda row: row.cited and row.reason == "unexplained",
    lambda row: row.cited and bool(row.reason),
    lambda row: row.cited,
)
"""What has to be seen, the first first."""


def around_cited(rows: Sequence[ThreadRow], most: int) -> Sequence[ThreadRow]:
    """No more than so many requests around the first cited break that nothing explains; else around another cited one.

    The first requests where none is cited.
    """
    at = next((place for matters in _MATTERS for place, row in enumerate(rows) if matters(row)), 0)
    begin = max(0, min(at - most // 2, len(rows) - most))
    return rows[begin : begin + most]


def thread_for_phone(wide: Mapping[str, Any], shown: int, of: int) -> dict[str, Any]:
    """The specification for as many requests as fit; the axis says where some are left out."""
    spec = copy.deepcopy(narrowed(wide))
    spec["config"]["legend"]["columns"] = 1  # two legends, side by side
    title = f"Position; {shown} of {of:,} requests" if shown < of else "Request, by its position"
    for layer in spec["layer"]:
        layer["encoding"]["x"]["title"] = title
    return spec


def breaks_for_phone(wide: Mapping[str, Any]) -> dict[str, Any]:
    """The specification with each name above its bar, so that it need not be cut."""
    spec = copy.deepcopy(narrowed(wide)) | {"height": {"step": _STEP}}
    bars, labels, _ = spec["layer"]
    names = copy.deepcopy(labels)
    names["mark"] |= {"align": "left", "baseline": "bottom", "dx": 0, "dy": -11}
    names["encoding"] |= {"x": {"value": 0}, "text": {"field": "reason", "type": "nominal"}}
    spec["layer"].append(names)
    for layer in spec["layer"]:
        layer["encoding"]["y"]["axis"] = None
    bars["mark"]["height"] = {"band": 0.4}
    return spec
