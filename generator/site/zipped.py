"""Write the zip of a finished site: which one is fresh, what the README says, the same bytes for the same site.

Times in a zip are local and have no zone (APPNOTE 4.4.6), so all entries have midnight of the day of the build. The
same bytes need the same zlib, as Python was built with.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from generator.base.problems import Problem, PublishRefusedError
from generator.pages.parts.licence import LICENCE, LICENCE_URL
from generator.site import manifest
from generator.site.offline import README, as_file, as_plain_script, dead_links, modules_of, offline_names

if TYPE_CHECKING:
    from pathlib import Path

_SUMS = "SHA256SUMS"
_LICENCE_FILE = "LICENSE.txt"
_PACKED_ALREADY = (".gz", ".png", ".woff2", ".zip")
_MADE_FROM = ("inputs", "libraries", "python", "tool")
_MODE = 0o644 << 16  # an ordinary file that everybody may read
_UNIX = 3


@dataclass(frozen=True)
class Copy:
    """What the README says of a copy."""

    title: str  # of the case
    day: date  # of the build
    snapshot: str  # number of the newest frozen snapshot, "" = none
    address: str  # of the published site, "" = none

    @property
    def folder(self) -> str:
        """The one folder in the zip: what is unpacked stays together."""
        return f"witnessmark-{self.day.isoformat()}"

    def readme(self) -> str:
        """For somebody who finds the zip in ten years."""
        frozen = f" The newest numbered snapshot on that day was {self.snapshot}." if self.snapshot else ""
        where = f"It is published at {self.address}\n" if self.address else ""
        return (
            f"Witnessmark: {self.title}. A copy of the whole site to read without a network.\n"
            f"It is the site as it was built on {self.day.isoformat()}.{frozen}\n"
            "Open index.html in a browser. Nothing is sent, and nothing is loaded from anywhere.\n"
            f"{where}\n"
            f"Licence: {LICENCE} ({LICENCE_URL}).\n"
            f"Fonts: SIL Open Font License (assets/fonts/OFL.txt).\n\n"
            "Not in this copy: the search, whose index browsers read from no file (use the table of all records), the\n"
            "page for addresses that do not exist, and older snapshots of the site (v/). The feeds (feed.atom,\n"
            "feed.json) and the data (api/, and files beside the pages) are here as they were on that day; feeds name\n"
            "addresses of the published site.\n\n"
            f"{_SUMS} has the digest of each file: sha256sum -c {_SUMS}\n"
        )


def is_fresh(root: Path, site: Path, day: date) -> bool:
    """Is the site whole, built on this day, by this program, from what content/ and templates/ hold now?

    Raises PublishRefusedError for a site that shows findings of private logs: such a copy would be passed on.
    """
    made = _stated(site)
    if made is None:
        return False
    if made["parameters"].get("own_logs"):
        hint = "build without --logs first"
        raise PublishRefusedError(Problem("site", 0, 0, "S224", "shows findings of your own logs", hint))
    now: dict[str, Any] = json.loads(manifest.manifest_of(site, manifest.Provenance(manifest.hash_inputs(root))))
    same = all(made[name] == now[name] for name in _MADE_FROM)
    return same and made["parameters"].get("built") == day.isoformat()


def _stated(site: Path) -> dict[str, Any] | None:
    path = site / manifest.NAME
    if path.is_symlink() or not path.is_file() or manifest.differences(site):
        return None
    made: dict[str, Any] = json.loads(path.read_bytes())
    return made if all(name in made for name in ("parameters", *_MADE_FROM)) else None


def zip_site(site: Path, licence: str, copy: Copy, target: Path) -> int:
    """Write the zip and return how many files it holds; the whole of it, or nothing is written.

    `licence` is the text of the licence of the code, "" = none to give.

    Raises PublishRefusedError with every link of a page that would lead nowhere.
    """
    names = offline_names(path.relative_to(site).as_posix() for path in _published(site))
    pages = {name: (site / name).read_text("utf-8") for name in names if name.endswith(".html")}
    modules = modules_of(pages)
    written = {name: as_file(page, name, copy.address) for name, page in pages.items()}
    written |= {name: as_plain_script((site / name).read_text("utf-8")) for name in sorted(modules)}
    written |= {README: copy.readme()} | ({_LICENCE_FILE: licence} if licence else {})
    if dead := tuple(dead_links({name: written[name] for name in pages}, frozenset({*names, *written}))):
        raise PublishRefusedError(*dead)
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            count = _write_all(packed, site, sorted({*names, *written}), written, copy)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return count


def _published(site: Path) -> Iterator[Path]:
    """Files of the site itself, without the frozen copies."""
    for name in manifest.hash_outputs(site):
        yield site / name


def _write_all(packed: zipfile.ZipFile, site: Path, names: list[str], written: dict[str, str], copy: Copy) -> int:
    digests = {}
    for name in names:
        data = written[name].encode() if name in written else (site / name).read_bytes()
        digests[name] = hashlib.sha256(data).hexdigest()
        _add(packed, copy, name, data)
    sums = "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()
    _add(packed, copy, _SUMS, sums)
    made = json.loads((site / manifest.NAME).read_bytes())
    made["outputs"] = dict(sorted((digests | {_SUMS: hashlib.sha256(sums).hexdigest()}).items()))
    _add(packed, copy, manifest.NAME, (json.dumps(made, indent=1, sort_keys=True) + "\n").encode())
    return len(names) + 2


def _day(day: date) -> tuple[int, int, int]:
    """A zip knows no day before 1980 (APPNOTE.TXT 4.4.6)."""
    kept = max(day, date(1980, 1, 1))
    return kept.year, kept.month, kept.day


def _add(packed: zipfile.ZipFile, copy: Copy, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(f"{copy.folder}/{name}", (*_day(copy.day), 0, 0, 0))
    entry.create_system, entry.external_attr = _UNIX, _MODE
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED_ALREADY) else zipfile.ZIP_DEFLATED
    packed.writestr(entry, data)
