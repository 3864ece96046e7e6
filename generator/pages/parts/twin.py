"""The JSON twin of a page: the record behind it and where its neighbours are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.charts.files import Download


def json_twin(kind: str, id: str, record: Mapping[str, Any], links: Mapping[str, Any]) -> Download:
    """index.json beside a page. `record` is plain JSON; `links` names other pages by their path in the site."""
    twin = {"kind": kind, "id": id, "record": record, "links": links}
    return Download("index.json", json.dumps(twin, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n")
