"""The evidence pack: a folder that is safe to commit. Parquet tables of the five record kinds and `pack.json`.

`pack.json` holds everything but the rows, with the SHA-256 of each table; a pack whose bytes differ is refused.
Every cell is validated against the record types on the way in, so a pack cannot smuggle text into a page.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

import msgspec

from generator.base.problems import PackError, Problem
from generator.records.results import Digest, Pack
from generator.records.rows import (
    SCHEMA_VERSION,
    CounterReading,
    Mark,
    MeterReading,
    Request,
    Slug,
    SourceRef,
    UsageBucket,
)

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "pack.json"
TABLES: dict[str, type[msgspec.Struct]] = {
    "requests": Request,
    "marks": Mark,
    "meters": MeterReading,
    "buckets": UsageBucket,
    "counters": CounterReading,
}
KEY_BYTES = 32
Row = TypeVar("Row", bound=msgspec.Struct)


class TableEntry(msgspec.Struct, frozen=True):
    """One Parquet file of a pack. The digest is of published bytes, not of private data."""

    rows: int
    bytes: int
    sha256: Digest


class Manifest(msgspec.Struct, frozen=True):
    """`pack.json`."""

    schema: int
    tables: dict[Slug, TableEntry]
    evidence: Pack  # its row tuples are empty; the rows are in the tables


def write_pack(evidence: Pack, folder: Path) -> None:
    """Write the pack, replacing an older one of the same name. Same evidence, same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = {}
    for name, kind in TABLES.items():
        rows = getattr(evidence, name)
        data = _to_parquet(kind, rows)
        (folder / f"{name}.parquet").write_bytes(data)
        entries[name] = TableEntry(rows=len(rows), bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    bare = msgspec.structs.replace(evidence, requests=(), marks=(), meters=(), buckets=(), counters=())
    manifest = Manifest(schema=SCHEMA_VERSION, tables=entries, evidence=bare)
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def read_packs(folder: Path) -> tuple[Pack, ...]:
    """All packs below a folder, by name. Raises PackError with every damaged one."""
    if not folder.is_dir():
        return ()
    packs: list[Pack] = []
    problems: list[Problem] = []
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        try:
            packs.append(read_pack(manifest.parent))
        except PackError as error:
            problems.extend(error.problems)
    if problems:
        raise PackError(*problems)
    return tuple(packs)


def read_pack(folder: Path) -> Pack:
    """Read and validate one pack. Raises PackError."""
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise PackError(_problem(path, "W-pack", "is not a readable pack manifest")) from None
    if manifest.schema != SCHEMA_VERSION:
        raise PackError(_problem(path, "W-pack-schema", f"has schema {manifest.schema}, not {SCHEMA_VERSION}"))
    if manifest.evidence.id != folder.name:
        raise PackError(_problem(path, "W-pack-name", "names another pack than its folder"))
    rows = {name: _read_table(folder, name, kind, manifest) for name, kind in TABLES.items()}
    return msgspec.structs.replace(manifest.evidence, **rows)


def _read_table(folder: Path, name: str, kind: type[Row], manifest: Manifest) -> tuple[Row, ...]:
    path = folder / f"{name}.parquet"
    entry = manifest.tables.get(name)
    if entry is None or not path.is_file():
        raise PackError(_problem(path, "W-pack-table", "is missing"))
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise PackError(_problem(path, "W-pack-digest", "differs from the digest in pack.json"))
    try:
        return _from_parquet(kind, data)
    except (msgspec.MsgspecError, OSError, ValueError, KeyError, TypeError):
        raise PackError(_problem(path, "W-pack-row", "holds a cell that its record type does not allow")) from None


def _problem(path: Path, code: str, message: str) -> Problem:
    place = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    return Problem(place, 0, 0, code, message, "collect the pack again with `witnessmark collect`")


def _to_parquet(kind: type[Row], rows: Sequence[Row]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(kind)
    plain = [_flatten(row) for row in rows]
    table = pa.Table.from_pylist(plain, schema=schema)
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", store_schema=False)
    return sink.getvalue()


def _from_parquet(kind: type[Row], data: bytes) -> tuple[Row, ...]:
    import pyarrow.parquet as pq

    # Without threads: a pool still alive when the process ends aborts it now and then (exit 134, about 1 run in 10).
    table = pq.ParquetFile(io.BytesIO(data), pre_buffer=False).read(use_threads=False).cast(_schema(kind))
    names = kind.__struct_fields__  # rows are array-like: quick to send between processes
    return tuple(msgspec.convert([row[name] for name in names], type=kind) for row in map(_nest, table.to_pylist()))


def _flatten(row: msgspec.Struct) -> dict[str, Any]:
    plain = msgspec.structs.asdict(row)
    source: SourceRef = plain.pop("source")
    return {**plain, "source_file": source.file, "source_line": source.line}


def _nest(plain: dict[str, Any]) -> dict[str, Any]:
    return {**plain, "source": [plain["source_file"], plain["source_line"]]}


def _schema(kind: type[msgspec.Struct]) -> pa.Schema:
    import pyarrow as pa

    fields = []
    for name, hint in get_type_hints(kind).items():
        if hint is SourceRef:
            fields += [pa.field("source_file", pa.int32()), pa.field("source_line", pa.int64())]
        else:
            fields.append(pa.field(name, _arrow_type(hint)))
    return pa.schema(fields)


def _arrow_type(hint: Any) -> pa.DataType:
    import pyarrow as pa

    kinds = [part for part in (get_args(hint) or (hint,)) if part is not type(None)]
    plain = kinds[0]
    if plain is bool:
        return pa.bool_()
    if plain is int:
        return pa.int64()
    if plain is float:
        return pa.float64()
    if plain is datetime:
        return pa.timestamp("ms", tz="UTC")
    return pa.string()


def load_key(path: Path) -> bytes:
    """The owner's pseudonym key; made on first use, readable by the owner only. Never in the repository."""
    if path.is_file():
        key = path.read_bytes()
        if len(key) == KEY_BYTES:
            return key
        raise PackError(
            Problem(path.name, 0, 0, "W-key", "is not a key of 32 bytes", "move it away; a new one is made")
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(KEY_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    return key
