"""Packs for tests: a copy of the small one of the present schema, changed as a stranger would, with its digests in order."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from generator.base.problems import PackError
from generator.packs.pack import read_pack
from generator.records.rows import SCHEMA_VERSION

PACKS = Path(__file__).parent / "packs"


def copied(folder, schema=SCHEMA_VERSION, name="small"):
    """The kept pack of a schema in a folder of its own."""
    return Path(shutil.copytree(PACKS / str(schema) / name, folder / "evidence" / name))


def document(pack):
    return json.loads((pack / "pack.json").read_text())


def changed(pack, change):
    """pack.json after `change` was called with its plain values."""
    value = document(pack)
    change(value)
    (pack / "pack.json").write_text(json.dumps(value))
    return pack


def with_table(pack, name, data, rows):
    """Other bytes for a table; pack.json agrees with them."""
    (pack / f"{name}.parquet").write_bytes(data)
    entry = {"rows": rows, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return changed(pack, lambda value: value["tables"].update({name: entry}))


def table(pack, name):
    return pq.read_table(pack / f"{name}.parquet")


def parquet(made, **options):
    sink = io.BytesIO()
    pq.write_table(made, sink, **({"compression": "zstd", "store_schema": False} | options))
    return sink.getvalue()


def with_rows(pack, name, made, **options):
    """Other rows for a table."""
    return with_table(pack, name, parquet(made, **options), made.num_rows)


def refusal(pack, code):
    """The refused pack's problem of this code; no other than PackError may come."""
    with pytest.raises(PackError) as caught:
        read_pack(pack)
    found = [problem for problem in caught.value.problems if problem.code == code]
    assert found, str(caught.value)
    return found[0]
