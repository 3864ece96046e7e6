"""Damage of any kind, by chance or on purpose: a pack is read or refused, and never ends in another exception."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pack_tools import PACKS, copied, document, table, with_rows, with_table
from shares import drawn

from generator.base.problems import PackError
from generator.packs.pack import read_pack
from generator.packs.schema import TABLES
from generator.packs.tables import TableError, from_parquet
from generator.records.results import Pack
from generator.records.rows import SCHEMA_VERSION

pytestmark = pytest.mark.slow

SMALL = PACKS / str(SCHEMA_VERSION) / "small"
MANIFEST = document(SMALL)
COUNTS = {name: MANIFEST["tables"][name]["rows"] for name in TABLES}
ROUNDS = 20_000
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=200), st.sampled_from(["", "x" * 64, "\u0663", "2026-08-03", "9999-99-99T00:00:00Z", "other\n"]),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=9), st.integers(), max_size=3),
)  # fmt: skip


def read_or_refused(pack):
    """The evidence, or None for a refusal that names its pack and nothing strange."""
    try:
        read = read_pack(pack)
    except PackError as error:
        problems = error.problems
    else:
        assert isinstance(read, Pack)
        return read
    assert all(problem.path.startswith("evidence/small/") for problem in problems)
    assert all(str(problem).isprintable() and problem.hint for problem in problems)
    return None


def places(value, path=()):
    """Path of every value of pack.json."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


PLACES = [path for path in places(MANIFEST) if path]


def damaged(data, edits, cut):
    """The bytes with some of them changed, and cut off."""
    copy = bytearray(data)
    for place, value in edits:
        copy[place % len(copy)] ^= value
    return bytes(copy[: len(copy) - cut])


EDITS = st.lists(st.tuples(st.integers(0, 2**31), st.integers(1, 255)), max_size=4)
CUT = st.one_of(st.just(0), st.just(0), st.integers(0, 5_000))


@given(edits=EDITS, cut=CUT)
@settings(max_examples=drawn(100))
def test_damaged_bytes_of_pack_json(edits, cut):
    with tempfile.TemporaryDirectory() as folder:
        pack = copied(Path(folder))
        path = pack / "pack.json"
        path.write_bytes(damaged(path.read_bytes(), edits, cut))
        read_or_refused(pack)


@given(name=st.sampled_from(sorted(TABLES)), edits=EDITS.filter(bool), cut=CUT)
@settings(max_examples=drawn(50))
def test_damaged_bytes_of_a_table_are_a_digest_that_differs(name, edits, cut):
    with tempfile.TemporaryDirectory() as folder:
        pack = copied(Path(folder))
        path = pack / f"{name}.parquet"
        before = path.read_bytes()
        path.write_bytes(damaged(before, edits, min(cut, len(before) // 2)))
        assert path.read_bytes() == before or read_or_refused(pack) is None


@given(name=st.sampled_from(sorted(TABLES)), edits=EDITS, cut=st.one_of(st.just(0), st.integers(0, 60)))
@settings(max_examples=drawn(150))
def test_damaged_bytes_of_a_table_with_a_digest_that_agrees(name, edits, cut):
    """What a stranger sends: Parquet that Arrow has to survive."""
    with tempfile.TemporaryDirectory() as folder:
        pack = copied(Path(folder))
        data = damaged((pack / f"{name}.parquet").read_bytes(), edits, cut)
        read_or_refused(with_table(pack, name, data, COUNTS[name]))


@given(path=st.sampled_from(PLACES), value=ODD)
@settings(max_examples=drawn(100))
def test_any_value_of_pack_json_replaced(path, value):
    changed = json.loads((SMALL / "pack.json").read_text())
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with tempfile.TemporaryDirectory() as folder:
        pack = copied(Path(folder))
        (pack / "pack.json").write_text(json.dumps(changed))
        read_or_refused(pack)


@given(path=st.sampled_from(PLACES))
@settings(max_examples=drawn(80))
def test_any_value_of_pack_json_left_out(path):
    changed = json.loads((SMALL / "pack.json").read_text())
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    with tempfile.TemporaryDirectory() as folder:
        pack = copied(Path(folder))
        (pack / "pack.json").write_text(json.dumps(changed))
        read_or_refused(pack)


@given(data=st.data())
@settings(max_examples=drawn(80))
def test_any_cell_replaced_by_another_of_its_type(data):
    name = data.draw(st.sampled_from([name for name in sorted(TABLES) if COUNTS[name]]))
    with tempfile.TemporaryDirectory() as folder:
        pack = copied(Path(folder))
        rows = table(pack, name)
        index = data.draw(st.integers(0, rows.num_columns - 1))
        kind = rows.schema.field(index).type
        value = {
            "string": st.text(max_size=70),
            "int64": st.integers(-(2**63), 2**63 - 1),
            "int32": st.integers(-(2**31), 2**31 - 1),
            "bool": st.booleans(),
            "double": st.floats(),
        }.get(str(kind), st.integers(-(2**63), 2**63 - 1))
        cells = (
            rows.column(index).cast(pa.int64()).to_pylist()
            if pa.types.is_timestamp(kind)
            else rows.column(index).to_pylist()
        )
        cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(st.one_of(st.none(), value))
        made = pa.array(cells, pa.int64()).cast(kind) if pa.types.is_timestamp(kind) else pa.array(cells, kind)
        read_or_refused(with_rows(pack, name, rows.set_column(index, rows.column_names[index], made)))


@pytest.mark.full
def test_much_damage_of_tables():
    """Half of it in the footer, where a file says what it holds."""
    chance = random.Random(7)
    whole = {name: (SMALL / f"{name}.parquet").read_bytes() for name in TABLES}
    manifest = json.loads((SMALL / "pack.json").read_text())
    refused = 0
    for number in range(ROUNDS):
        name = sorted(TABLES)[number % len(TABLES)]
        data = bytearray(whole[name])
        footer = int.from_bytes(data[-8:-4], "little") + 8
        for _ in range(chance.randint(1, 3)):
            first = len(data) - footer if chance.random() < 0.5 else 0
            data[chance.randrange(first, len(data))] = chance.randrange(256)
        count = manifest["tables"][name]["rows"]
        try:
            from_parquet(TABLES[name], bytes(data), count, lambda column: column)
        except TableError:
            refused += 1
    assert refused > ROUNDS / 2


def test_the_undamaged_pack_is_read(tmp_path):
    assert read_or_refused(copied(tmp_path)) is not None


@pytest.mark.parametrize("schema", range(1, SCHEMA_VERSION + 1))
def test_a_pack_cut_anywhere_is_refused(tmp_path, schema):
    pack = copied(tmp_path, schema)
    path = pack / "pack.json"
    whole = path.read_bytes()
    for length in range(0, len(whole) - 2, max(1, len(whole) // 40)):
        path.write_bytes(whole[:length])
        assert read_or_refused(pack) is None


@pytest.mark.parametrize(("byte", "value"), [(158, 255), (1797, 0)])
def test_a_table_that_would_end_the_process_is_refused(byte, value):
    """One byte of a real table: the library aborts the process that decodes it, past any handler."""
    folder = Path(__file__).parents[1] / "content" / "evidence" / "agentv"
    data = bytearray((folder / "marks.parquet").read_bytes())
    rows = json.loads((folder / "pack.json").read_text("utf-8"))["tables"]["marks"]["rows"]
    assert len(from_parquet(TABLES["marks"], bytes(data), rows, str)) == rows
    data[byte] = value
    with pytest.raises(TableError):
        from_parquet(TABLES["marks"], bytes(data), rows, str)
