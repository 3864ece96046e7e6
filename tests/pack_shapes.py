"""What packs of the present schema hold: fields with their types, and ids of every registry. `python tests/pack_shapes.py`
writes it to tests/packs/<schema>/, with a small pack where there is none yet; it refuses a change that older packs
would not survive.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import types
import typing
from dataclasses import asdict
from datetime import UTC, datetime
from enum import EnumMeta
from pathlib import Path

import msgspec

from generator.importers import read_bytes
from generator.packs.examine import examine
from generator.packs.ids import known
from generator.packs.pack import write_pack
from generator.packs.schema import Manifest
from generator.records.results import Level
from generator.records.rows import SCHEMA_VERSION
from generator.simulator import FaultRates, exported, simulate

PACKS = Path(__file__).parent / "packs"
SHAPE = PACKS / str(SCHEMA_VERSION) / "shape.json"
DEFAULTED = ", with a default"
COMMAND = "python tests/pack_shapes.py"
RAISE = (
    "raise SCHEMA_VERSION in generator/records/rows.py, add a step to generator/packs/schema.py, then run `"
    + COMMAND
    + "`"
)


def plain(hint):
    """A type in words, without the pattern of a text: what a pattern may be is told by the packs that are read."""
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return plain(typing.get_args(hint)[0])
    if origin in (typing.Union, types.UnionType):
        return " | ".join(plain(part) for part in typing.get_args(hint))
    if origin is not None:
        return f"{origin.__name__}[{', '.join(plain(part) for part in typing.get_args(hint))}]"
    return "..." if hint is Ellipsis else hint.__name__


def parts(hint):
    """The type and everything that its brackets hold."""
    yield hint
    for part in typing.get_args(hint):
        yield from parts(part)


def fields_and_enums(kind, fields, enums):
    """Adds every field of a record type and of those below it."""
    hints = typing.get_type_hints(kind, include_extras=True)
    for one in msgspec.structs.fields(kind):
        required = one.default is msgspec.NODEFAULT and one.default_factory is msgspec.NODEFAULT
        name = f"{kind.__name__}.{one.name}"
        if name in fields:
            continue
        fields[name] = plain(hints[one.name]) + ("" if required else DEFAULTED)
        for part in parts(hints[one.name]):
            if isinstance(part, EnumMeta):
                enums[part.__name__] = sorted(member.value for member in part)
            elif isinstance(part, type) and issubclass(part, msgspec.Struct):
                fields_and_enums(part, fields, enums)


def listed(value):
    """Registries as sorted lists, those with an inner name as one flat list."""
    if isinstance(value, dict):
        return sorted(
            f"{key} {one}" for key, inner in value.items() for one in ([inner] if isinstance(inner, str) else inner)
        )
    return sorted(value)


def shape():
    """Of the present program."""
    fields, enums = {}, {}
    fields_and_enums(Manifest, fields, enums)
    ids = {name: listed(value) for name, value in asdict(known()).items()}
    return {"fields": fields, "ids": enums | ids}


def breaks(older, newer):
    """Changes after which packs of the same schema would no longer be read."""
    was, now = older["fields"], newer["fields"]
    for name, kind in was.items():
        if name not in now:
            yield f"field {name} is gone"
        elif now[name] != kind and now[name] != kind + DEFAULTED:
            yield f"field {name} was {kind} and is {now[name]}"
    kinds = {name.partition(".")[0] for name in was}  # older packs hold no value of a kind that is new
    for name in now.keys() - was.keys():
        if not now[name].endswith(DEFAULTED) and name.partition(".")[0] in kinds:
            yield f"field {name} is new and has no default"
    for registry, ids in older["ids"].items():
        if gone := sorted(set(ids) - set(newer["ids"].get(registry, ()))):
            yield f"{registry} lacks {', '.join(gone)}"


def make_small(folder):
    """Two simulated sessions with every fault, at level full, under a fixed key."""
    made = simulate(7, sessions=2, start=datetime(2026, 8, 3, tzinfo=UTC), faults=FaultRates.specimen())
    reading = read_bytes(made.files | exported(made.files, 7), key=b"packs")
    write_pack(examine(reading, id="small", simulated=True, level=Level.FULL, tool_version="0.1.0"), folder / "small")


def main():
    """Write the shape of the present schema, and its pack where there is none."""
    if SHAPE.is_file() and (broken := list(breaks(json.loads(SHAPE.read_text()), shape()))):
        sys.exit("\n".join([*broken, RAISE]))
    if not (SHAPE.parent / "small").is_dir():
        with tempfile.TemporaryDirectory() as folder:
            make_small(Path(folder))
            SHAPE.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(Path(folder) / "small", SHAPE.parent / "small")
    SHAPE.write_text(json.dumps(shape(), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
