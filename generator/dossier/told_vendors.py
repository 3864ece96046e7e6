"""Of which vendors the pages of a site speak."""

from __future__ import annotations

from collections.abc import Iterable

from generator.curated.kinds import Library
from generator.packs.judged_by import judged_by
from generator.records.results import Pack
from generator.records.vendor import Vendor, vendor_of_formats, vendors


def told_vendors(library: Library, packs: Iterable[Pack]) -> tuple[Vendor, ...]:
    """Those with a file that the case names or brings, or whose calls are in its packs.

    A site of own logs speaks of those whose logs this program reads.
    """
    named = {*library.case.vendors, *(one.id for one in library.vendors)}
    named |= {id for pack in packs for id in pack.vendors or judged_by(pack.days)}
    if library.case.own:
        named.add(vendor_of_formats().id)
    return tuple(one for one in vendors() if one.id in named)
