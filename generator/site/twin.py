"""What every JSON twin says of itself: day, snapshot, case, licence, and the schema it is written by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from generator.charts.files import Download
from generator.charts.spec import SUFFIX
from generator.pages.parts.api import TWIN_SCHEMA

if TYPE_CHECKING:
    from generator.site.context import SiteContext

NAME = "index.json"


def stamped(file: Download, site: SiteContext, page: str = "") -> Download:
    """The same file, a twin with its stamp before its record: a copy of it far from the site still says what it is.

    The specification of a chart has its stamp in `usermeta`, which Vega leaves alone; `page` is where it is.
    """
    if file.name.endswith(SUFFIX):
        return _stamped_spec(file, site, page)
    if file.name != NAME:
        return file
    stamp = {
        "schema": TWIN_SCHEMA,
        "generated": site.built.isoformat(),
        "snapshot": site.snapshot,
        "case": site.id,
        "licence": site.licence,
    }
    twin = stamp | json.loads(file.content)
    return Download(file.name, json.dumps(twin, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n")


def _stamped_spec(file: Download, site: SiteContext, page: str) -> Download:
    stamp = {
        "page": site.address + page,
        "generated": site.built.isoformat(),
        "snapshot": site.snapshot,
        "case": site.id,
        "licence": site.licence,
    }
    spec = json.loads(file.content)
    spec["usermeta"] = stamp | spec.get("usermeta", {})
    return Download(
        file.name, json.dumps(spec, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"
    )
