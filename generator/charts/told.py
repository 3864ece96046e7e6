"""What a mark of a live picture says when it is pointed at: words of its row in the table, under the table's heads.

Texts are made here, not by the browser, which would write times in the reader's zone and numbers in its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from generator.base.wording import cell

_PREFIX = "told"  # of the fields of a record: Vega reads dots and brackets in the heads of tables as paths
_SHOWN = frozenset({"bar", "rect", "rule", "tick", "point", "line", "area", "circle", "square"})

_COUNTS = frozenset({"calls", "count", "tokens"})  # fields of records that are whole numbers
_COUNT = {"format": ",", "formatType": "number"}

Tooltip = list[dict[str, Any]]


def words(values: Iterable[Any]) -> dict[str, str]:
    """The cells of a row of the table as fields of a record; one that is empty says nothing."""
    return {f"{_PREFIX}{place}": cell(value) for place, value in enumerate(values) if value is not None}


def heads(columns: Sequence[str]) -> Tooltip:
    """The tooltip of records with `words`."""
    return [_field(f"{_PREFIX}{place}", title) for place, title in enumerate(columns)]


def fields(**titles: str) -> Tooltip:
    """The tooltip of fields by their names, each with its head; a count has separators."""
    return [_field(name, title) | (_COUNT if name in _COUNTS else {}) for name, title in titles.items()]


def tell(spec: dict[str, Any], tooltip: Tooltip, only: Callable[[Mapping[str, Any]], bool] = lambda _: True) -> None:
    """Give the tooltip to every visible mark of the specification for which `only` holds."""
    for view in _views(spec):
        mark = view["mark"] if isinstance(view["mark"], dict) else {"type": view["mark"]}
        if mark["type"] in _SHOWN and mark.get("opacity") != 0 and only(view):
            view["encoding"] = {**view["encoding"], "tooltip": tooltip}


def draws(name: str) -> Callable[[Mapping[str, Any]], bool]:
    """Does a view draw the data set of this name?"""
    return lambda view: view.get("data", {}).get("name") == name


def _field(name: str, title: str) -> dict[str, Any]:
    """Vega-Lite puts the title in quotes of an expression, where it escapes quotes and no backslash."""
    return {"field": name, "type": "nominal", "title": title.replace("\\", "\\\\")}


def _views(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Views with a mark; a tuple of layers would be shared with a template, so lists alone are gone through."""
    if "mark" in part and isinstance(part, dict):
        yield part
    for name in ("layer", "vconcat", "hconcat", "concat"):
        for one in part.get(name, ()):
            yield from _views(one)
    if isinstance(part.get("spec"), dict):
        yield from _views(part["spec"])
