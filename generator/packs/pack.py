"""The evidence pack: a folder that is safe to commit. Parquet tables of the five record kinds and `pack.json`.

`pack.json` holds everything but the rows, with the SHA-256 of each table; a pack whose bytes differ is refused.
A pack may come from a stranger, and from a program of years ago. So it is read in this order: sizes before bytes,
bytes before values (`manifest.py`, `tables.py`), older schemas up a ladder (`packs/schema.py`), every value into the
record types, ids against the registries (`ids.py`), numbers against each other (`numbers.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from generator.base.problems import PackError, Problem
from generator.packs.files import DAMAGED, IMPOSSIBLE, MOST_TABLE_BYTES, TOO_LARGE, UNKNOWN, problem, read_regular
from generator.packs.fleet import fleet_flaws
from generator.packs.ids import known, strange_ids
from generator.packs.manifest import MANIFEST, MOST_PROBLEMS, read_manifest
from generator.packs.numbers import impossible_numbers
from generator.packs.schema import TABLES, Manifest, TableEntry, renamed, tables_of
from generator.packs.tables import MOST_ROWS, TableError, from_parquet, to_parquet
from generator.records.results import Pack
from generator.records.rows import SCHEMA_VERSION

MOST_PACK_ROWS = 2 * MOST_ROWS
"""Of all tables together."""
_HINTS = {"W-pack-size": TOO_LARGE, "W-pack-column": UNKNOWN, "W-pack-number": IMPOSSIBLE, "W-pack-row": IMPOSSIBLE}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def check_name(folder: Path) -> None:
    """Raises PackError where a pack of this name, or at this place, would not be read again."""
    folder = folder.resolve()
    name, above = folder.name, folder.parent.name
    if not _NAME.fullmatch(name):
        hint = "at most 64 small letters, digits and hyphens, the first no hyphen: content/evidence/my-logs"
        raise PackError(Problem(_spelt(name), 0, 0, "W-pack-name", "is not a name that a pack can have", hint))
    if (above, name) == ("content", "evidence") or any(folder.glob(f"*/{MANIFEST}")):
        hint = f"name a folder in it: {_spelt(name)}/my-logs"
        raise PackError(Problem(_spelt(name), 0, 0, "W-pack-name", "is the folder of all packs", hint))


def _spelt(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:80] or "/"


def write_pack(evidence: Pack, folder: Path) -> None:
    """Write the pack, replacing an older one of the same name. Same evidence, same bytes.

    Each file is replaced whole and pack.json last: what a crash leaves is the old pack, or one that is refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = {}
    for name, kind in TABLES.items():
        rows = getattr(evidence, name)
        data = to_parquet(kind, rows)
        _replace(folder / f"{name}.parquet", data)
        entries[name] = TableEntry(rows=len(rows), bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    bare = msgspec.structs.replace(evidence, **dict.fromkeys(TABLES, ()))
    manifest = Manifest(schema=SCHEMA_VERSION, tables=entries, evidence=bare)
    _replace(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def _replace(path: Path, data: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)  # a link or a pipe of that name is not written through
    unfinished.write_bytes(data)
    unfinished.replace(path)


def read_packs(folder: Path, read: Callable[[Path], Pack] | None = None) -> tuple[Pack, ...]:
    """All packs below a folder, by name, each read by `read`. Raises PackError with every damaged one."""
    if not folder.is_dir():
        return ()
    packs: list[Pack] = []
    problems: list[Problem] = []
    for path in sorted(folder.iterdir()):
        try:
            if _is_pack(path):
                packs.append((read or read_pack)(path))
        except PackError as error:
            problems.extend(error.problems)
    if problems:
        raise PackError(*problems)
    return tuple(packs)


def _is_pack(path: Path) -> bool:
    """Is it a folder with a pack? Raises PackError for what looks like a pack in the wrong place."""
    if path.name.startswith("."):
        return False
    if path.name == MANIFEST or path.suffix == ".parquet":
        hint = "put the files of a pack into a folder with the pack's name"
        raise PackError(problem(path, "W-pack-place", "is beside the packs, where no pack is read", hint))
    if path.is_symlink():
        raise PackError(problem(path, "W-pack-file", "is a link", "put the folder itself there; no link is followed"))
    return path.is_dir()


def read_pack(folder: Path) -> Pack:
    """Read and validate one pack, of any schema up to this program's. Raises PackError with all that is wrong."""
    manifest, schema = read_manifest(folder)
    path = folder / MANIFEST
    if manifest.evidence.id != folder.resolve().name:
        hint = "name the folder as the pack was named when it was collected: evidence.id in pack.json"
        raise PackError(problem(path, "W-pack-name", "names another pack than its folder", hint))
    _check_tables(path, manifest, schema)
    rows = {name: _read_table(folder, name, manifest.tables[name], schema) for name in tables_of(schema)}
    evidence = msgspec.structs.replace(manifest.evidence, **rows)
    found = [
        *(problem(path, "W-pack-id", " ".join(flaw), UNKNOWN) for flaw in strange_ids(evidence)),
        *(problem(path, "W-pack-number", " ".join(flaw), IMPOSSIBLE) for flaw in impossible_numbers(evidence)),
        *(
            problem(path, "W-pack-fleet", " ".join(flaw), IMPOSSIBLE)
            for flaw in fleet_flaws(evidence, known().detectors)
        ),
    ]
    if found:
        raise PackError(*found[:MOST_PROBLEMS])
    return evidence


def published_digests(packs: Sequence[Pack]) -> Iterator[str]:
    """Digests that packs publish on purpose: salted roots of their commitments, and those of public logs."""
    for pack in packs:
        yield from pack.origin
        yield from (line.sha256 for line in pack.lines)
    for commitments in (pack.commitments for pack in packs if pack.commitments is not None):
        yield from (commitments.root, commitments.findings_root)
        yield from (file.root for file in commitments.files)


def _check_tables(path: Path, manifest: Manifest, schema: int) -> None:
    evidence = manifest.evidence
    if any(getattr(evidence, name) for name in TABLES):
        raise PackError(problem(path, "W-pack-table", "holds rows, which belong into the tables", DAMAGED))
    if set(manifest.tables) != set(tables_of(schema)):
        raise PackError(problem(path, "W-pack-table", f"does not list the tables of schema {schema}", DAMAGED))
    large = [name for name, entry in sorted(manifest.tables.items()) if entry.rows > MOST_ROWS]
    if large:
        words = f"holds more than {MOST_ROWS:,} rows"
        tables = (path.with_name(f"{name}.parquet") for name in large)
        raise PackError(*(problem(table, "W-pack-size", words, TOO_LARGE) for table in tables))
    if sum(entry.rows for entry in manifest.tables.values()) > MOST_PACK_ROWS:
        raise PackError(problem(path, "W-pack-size", f"names more than {MOST_PACK_ROWS:,} rows", TOO_LARGE))


def _read_table(folder: Path, name: str, entry: TableEntry, schema: int) -> tuple[msgspec.Struct, ...]:
    path = folder / f"{name}.parquet"
    kind = TABLES[name]
    data = read_regular(path, MOST_TABLE_BYTES)
    if len(data) != entry.bytes or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise PackError(problem(path, "W-pack-digest", "differs from the digest in pack.json", DAMAGED))
    try:
        return from_parquet(kind, data, entry.rows, lambda column: renamed(name, column, schema))
    except TableError as error:
        hint = _HINTS.get(error.code, DAMAGED)
        raise PackError(problem(path, error.code, error.message, hint)) from None
