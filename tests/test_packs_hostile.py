"""Packs of strangers: sizes before bytes, ordinary files only, ids that are known, numbers that can be."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pack_tools import changed, copied, document, parquet, refusal, table, with_rows, with_table

from generator.base.problems import PackError
from generator.detectors.known_bad_version import FAULTS
from generator.packs.files import MOST_MANIFEST_BYTES
from generator.packs.layout import MOST_PAGE_BYTES, LayoutError, rows_and_unpacked
from generator.packs.pack import read_pack, read_packs
from generator.packs.quantities import QUANTITIES
from generator.packs.tables import FREE_ROWS, MOST_ROWS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
MOST_PEAK = 300_000  # kB of memory that refusing a pack may take, Python and Arrow themselves included


def at(value, *path):
    for step in path:
        value = value[step]
    return value


def setting(*path, to):
    """A change of pack.json: one value, found by its path below `evidence`."""
    return lambda value: at(value["evidence"], *path[:-1]).__setitem__(path[-1], to)


def found_run(value):
    """Index of a run with findings, and of a finding with quantities."""
    return next(
        i for i, run in enumerate(value["evidence"]["runs"]) if run["findings"] and run["findings"][0]["quantities"]
    )


RUN = found_run(document(ROOT / "tests/packs/4/small"))
FINDING = ("runs", RUN, "findings", 0)
SHOWN = f"evidence.runs[{RUN}].findings[0]"


# Ids


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("runs", RUN, "detector"), f"evidence.runs[{RUN}].detector"),
        ((*FINDING, "lean_reason"), f"{SHOWN}.lean_reason"),
        ((*FINDING, "detector"), f"{SHOWN}.detector"),
        ((*FINDING, "ruled_out", 0), f"{SHOWN}.ruled_out"),
        ((*FINDING, "not_ruled_out", 0), f"{SHOWN}.not_ruled_out"),
        ((*FINDING, "quantities", 0, "name"), f"{SHOWN}.quantities"),
        (("tallies", 0, "importer"), "evidence.tallies[0].importer"),
        (("tallies", 0, "label"), "evidence.tallies[0].label"),
        (("formats", 0, "importer"), "evidence.formats[0].importer"),
        (("breaks", 0, "reason"), "evidence.breaks[0].reason"),
        (("reconciliation", "missing", 0), "evidence.reconciliation.missing"),
        (("reconciliation", "lines", 0, "report"), "evidence.reconciliation.lines[0].report"),
    ],
)
def test_an_id_that_no_registry_knows_is_refused_with_its_place(tmp_path, path, place):
    pack = changed(copied(tmp_path), setting(*path, to="anthropic-steals-your-money"))
    found = refusal(pack, "W-pack-id")
    assert found.path == "evidence/small/pack.json"
    assert found.message.startswith(f"{place} ")
    assert "steals" not in str(found)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("runs", RUN, "missing"), ["anthropic-steals"]),
        (("runs", RUN, "explained"), {"anthropic-steals": 5}),
        (("tallies", 0, "types"), {"anthropic-steals-your-money-says-fraud-report": 1}),
        ((*FINDING, "lean"), "policy"),
    ],
)
def test_strange_ids_in_lists_and_keys(tmp_path, path, value):
    refusal(changed(copied(tmp_path), setting(*path, to=value)), "W-pack-id")


def test_the_type_of_an_error_is_one_of_pythons(tmp_path):
    failed = {"outcome": "failed", "found": 0, "findings": [], "error": "anthropic-steals", "examined": 0}
    pack = changed(copied(tmp_path), lambda value: value["evidence"]["runs"][RUN].update(failed))
    refusal(pack, "W-pack-id")


@pytest.mark.parametrize(("name", "column"), [("requests", "effort"), ("buckets", "report")])
def test_strange_ids_in_rows(tmp_path, name, column):
    pack = copied(tmp_path)
    rows = table(pack, name)
    words = pa.array(["anthropic-steals"] * rows.num_rows)
    made = rows.set_column(rows.column_names.index(column), column, words)
    assert refusal(with_rows(pack, name, made), "W-pack-id").message.startswith(f"evidence.{name}.{column} ")


@pytest.mark.parametrize(
    "model", ["claude-47-11-08-15-42", "claude-opus-4-6-49170555", "gpt-49170555", "claude-x.evil.example"]
)
def test_a_name_of_a_model_that_no_log_gives_is_refused_with_its_place(tmp_path, model):
    pack = copied(tmp_path / "days")
    problem = refusal(changed(pack, setting("days", 0, "model", to=model)), "W-pack-id")
    assert "evidence.days[0].model" in problem.message
    assert model not in str(problem)
    for name, column in (("requests", "model"), ("counters", "model"), ("buckets", "model")):
        pack = copied(tmp_path / name)
        rows = table(pack, name)
        made = rows.set_column(rows.column_names.index(column), column, pa.array([model] * rows.num_rows))
        assert refusal(with_rows(pack, name, made), "W-pack-id").message.startswith(f"evidence.{name}.{column} ")


@pytest.mark.parametrize("version", ["0049.0170.55512", "2.1.49170", "2.1.1000", "49.1.0", "2.01.3"])
def test_a_version_that_no_client_has_is_refused(tmp_path, version):
    assert "tool_version" in refusal(changed(copied(tmp_path), setting("tool_version", to=version)), "W-pack").message


def test_all_problems_are_told_at_once(tmp_path):
    def change(value):
        setting(*FINDING, "lean_reason", to="x")(value)
        setting("breaks", 0, "reason", to="x")(value)

    with pytest.raises(PackError) as caught:
        read_pack(changed(copied(tmp_path), change))
    assert len(caught.value.problems) == 2


def test_the_registry_of_quantities_holds_what_the_rules_write():
    written = {fault.id for fault in FAULTS}
    for path in sorted((ROOT / "generator" / "detectors").rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        thresholds = {id(inner) for call in calls if ast.unparse(call.func) == "Parameter" for inner in ast.walk(call)}
        written |= {
            call.args[0].value
            for call in calls
            if ast.unparse(call.func) == "Quantity"
            and id(call) not in thresholds
            and isinstance(call.args[0], ast.Constant)
        }
    assert len(written) > 50
    new, gone = sorted(written - QUANTITIES), sorted(QUANTITIES - written)
    assert not new, f"add {', '.join(new)} to generator/packs/quantities.py, or use a name that is there"
    assert not gone, f"{', '.join(gone)} of generator/packs/quantities.py: no rule writes it"


# Numbers


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("runs", RUN, "examined"), 0),
        (("runs", RUN, "found"), 10**9),
        (("runs", RUN, "found"), 0),
        (("totals", "requests"), -7),
        (("totals", "requests"), 10**15),
        (("totals", "input_tokens"), 1),
        (("totals", "cost_usd"), -1.0),
        (("totals", "threads"), 10**6),
        (("days", 0, "day"), "9999-99-99"),
        (("days", 0, "day"), "2026-02-30"),
        (("days", 0, "day"), "1066-10-14"),
        (("tallies", 0, "read"), 10**6),
        (("tallies", 0, "blank"), 3),
        ((*FINDING, "quantities", 0, "value"), 1e308),
        ((*FINDING, "quantities", 0, "value"), 2**60),
        ((*FINDING, "excess_tokens"), -1),
        ((*FINDING, "at"), "0001-01-01T00:00:00Z"),
        ((*FINDING, "at"), "9999-12-31T00:00:00Z"),
        ((*FINDING, "at"), "2026-08-03T00:00:00"),
        ((*FINDING, "until"), "1999-08-03T00:00:00Z"),
        (("commitments", "findings"), 10**6),
        (("runs", RUN, "outcome"), "quiet"),
        (("runs", RUN, "error"), "valueerror"),
        (("formats", 0, "only_here"), 10**9),
        (("reconciliation", "windows", 0, "end"), "1999-08-03T00:00:00Z"),
        (("reconciliation", "windows", 0, "low"), 1e6),  # alone, or above the upper bound
        (("marks_by_kind", "prompt"), 0),
    ],
)
def test_a_number_that_cannot_be_is_refused_with_its_place(tmp_path, path, value):
    pack = copied(tmp_path)
    if path[0] == "commitments":
        pack = copied(tmp_path / "b", 3, "specimen")
    found = refusal(changed(pack, setting(*path, to=value)), "W-pack-number")
    assert found.message.startswith("evidence.")
    assert "collect" not in found.hint


def test_a_share_of_more_than_all_is_refused(tmp_path):
    to = {"name": "share-after", "value": 2e3, "unit": "share"}
    refusal(changed(copied(tmp_path), setting(*FINDING, "quantities", 0, to=to)), "W-pack-number")
    day = [{"day": "2026-08-03", "hits": 5, "trials": 4}]
    refusal(changed(copied(tmp_path / "b"), setting(*FINDING, "days", to=day)), "W-pack-number")


@pytest.mark.parametrize(
    "text", ["9" * 400, "-" + "9" * 400, "1e999", "-1e999", "9" * 5000, "NaN", "Infinity", '"7"', "7.5"]
)
def test_a_number_of_pack_json_in_odd_words(tmp_path, text):
    pack = copied(tmp_path)
    path = pack / "pack.json"
    path.write_text(path.read_text().replace('"nested_requests": 0', f'"nested_requests": {text}'))
    with pytest.raises(PackError):
        read_pack(pack)


@pytest.mark.parametrize(
    ("name", "column", "made"),
    [
        ("requests", "input_tokens", pa.scalar(-1, pa.int64())),
        ("requests", "input_tokens", pa.scalar(2**62, pa.int64())),
        ("requests", "first_seen", pa.scalar(datetime(1, 1, 1, tzinfo=UTC), pa.timestamp("ms", "UTC"))),
        ("requests", "first_seen", pa.scalar(2**62, pa.int64()).cast(pa.timestamp("ms", "UTC"))),
        ("requests", "source_file", pa.scalar(9_999, pa.int32())),
        ("meters", "used", pa.scalar(float("nan"), pa.float64())),
        ("meters", "used", pa.scalar(float("inf"), pa.float64())),
        ("meters", "used", pa.scalar(-1.0, pa.float64())),
        ("counters", "value", pa.scalar(1e308, pa.float64())),
        ("buckets", "end", pa.scalar(datetime(1999, 1, 1, tzinfo=UTC), pa.timestamp("ms", "UTC"))),
    ],
)
def test_a_cell_that_cannot_be_is_refused(tmp_path, name, column, made):
    pack = copied(tmp_path)
    rows = table(pack, name)
    cells = pa.array([made.as_py()] * rows.num_rows, made.type) if made.type != pa.timestamp("ms", "UTC") else None
    if cells is None:
        whole = pa.array([made.cast(pa.int64()).as_py()] * rows.num_rows, pa.int64())
        cells = whole.cast(pa.timestamp("ms", "UTC"))
    changed_rows = rows.set_column(rows.column_names.index(column), column, cells)
    found = refusal(with_rows(pack, name, changed_rows), "W-pack-number")
    assert found.path.startswith("evidence/small/")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("version", "\u0662.\u0661.\u0667\u0666"),
        ("version", "2.1.76\n"),
        ("id", "a" * 16 + "\n"),
        ("model", "claude-x\n"),
    ],
)
def test_patterns_take_ascii_and_no_newline_at_the_end(tmp_path, column, text):
    pack = copied(tmp_path)
    rows = table(pack, "requests")
    made = rows.set_column(rows.column_names.index(column), column, pa.array([text] * rows.num_rows))
    refusal(with_rows(pack, "requests", made), "W-pack-row")


# Sizes


def peak_of_reading(pack):
    """(kB at the highest, problem) of a process that reads one pack and nothing else."""
    code = (
        "import sys, pathlib; from generator.packs.pack import read_pack; from generator.base.problems import PackError\n"
        "try: read_pack(pathlib.Path(sys.argv[1])); print('read')\n"
        "except PackError as error: print(error)\n"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run([sys.executable, "-c", code, pack], capture_output=True, text=True, check=True, cwd=ROOT)
    said, peak = done.stdout.strip().rsplit("\n", 1)
    return int(peak), said


def marks(pack, count):
    """The first mark, `count` times."""
    return table(pack, "marks").slice(0, 1).take(pa.array([0] * count))


LINUX = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads the peak as Linux shows it")


@LINUX
def test_a_table_of_five_million_rows_is_refused_before_it_is_read(tmp_path):
    pack = copied(tmp_path)
    with_rows(pack, "marks", marks(pack, 5_000_000))
    assert (pack / "marks.parquet").stat().st_size < 300_000
    peak, said = peak_of_reading(pack)
    assert f"evidence/small/marks.parquet:0:0: W-pack-size holds more than {MOST_ROWS:,} rows" in said
    assert peak < MOST_PEAK


def test_tables_that_are_large_together_are_refused(tmp_path):
    pack = changed(copied(tmp_path), lambda value: [entry.update(rows=MOST_ROWS) for entry in value["tables"].values()])
    assert "names more than" in refusal(pack, "W-pack-size").message


@LINUX
def test_a_million_rows_in_a_few_bytes_are_refused_before_they_are_read(tmp_path):
    pack = copied(tmp_path)
    with_rows(pack, "marks", marks(pack, MOST_ROWS))
    peak, said = peak_of_reading(pack)
    assert "W-pack-size holds more rows than bytes" in said
    assert peak < MOST_PEAK


@LINUX
@pytest.mark.parametrize("dictionary", [True, False])
def test_one_huge_text_repeated_is_refused(tmp_path, dictionary):
    """Ten thousand times 3 MB would be 30 GB."""
    pack = copied(tmp_path)
    rows = marks(pack, FREE_ROWS if dictionary else 40)
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * rows.num_rows, pa.int32()), pa.array(["x" * 3_000_000]))
    made = rows.set_column(
        rows.column_names.index("trigger"), "trigger", texts if dictionary else texts.cast(pa.string())
    )
    options = {} if dictionary else {"use_dictionary": False}
    with_table(pack, "marks", parquet(made, dictionary_pagesize_limit=2**30, **options), made.num_rows)
    peak, said = peak_of_reading(pack)
    assert "marks.parquet" in said
    assert "W-pack-" in said
    assert peak < MOST_PEAK


@LINUX
def test_a_page_that_unpacks_to_a_gigabyte_is_refused(tmp_path):
    pack = copied(tmp_path)
    rows = marks(pack, 8)
    texts = pa.array(["x" * 120_000_000] * 8)
    made = rows.set_column(rows.column_names.index("trigger"), "trigger", texts)
    data = parquet(made, use_dictionary=False, write_statistics=False)
    del texts, made
    with_table(pack, "marks", data, 8)
    peak, said = peak_of_reading(pack)
    assert f"a page of more than {MOST_PAGE_BYTES:,} bytes" in said
    assert peak < MOST_PEAK


def test_encodings_that_build_values_from_others_are_refused(tmp_path):
    pack = copied(tmp_path)
    rows = table(pack, "marks")
    data = parquet(rows, use_dictionary=False, column_encoding={"session": "DELTA_BYTE_ARRAY"})
    with_table(pack, "marks", data, rows.num_rows)
    assert "encoding" in refusal(pack, "W-pack-table").message


@pytest.mark.parametrize("compression", ["gzip", "snappy", "brotli"])
def test_another_compression_is_refused(tmp_path, compression):
    pack = copied(tmp_path)
    refusal(with_rows(pack, "marks", table(pack, "marks"), compression=compression), "W-pack-table")


@pytest.mark.parametrize(
    "footer",
    [
        b"",
        b"\x15",
        b"\x15\x00" * 90,
        b"\x1c" * 90,
        b"\xff" * 90,
        b"\x18\xff\xff\xff\x7f" + b"a" * 90,
        b"\x19\xfc\xff\xff\x7f",
    ],
)
def test_a_footer_of_anything_is_refused(footer):
    for size in (len(footer), 0, 2**31):
        with pytest.raises(LayoutError):
            rows_and_unpacked(b"PAR1" + footer + size.to_bytes(4, "little") + b"PAR1")


def test_more_rows_than_pack_json_says(tmp_path):
    pack = copied(tmp_path)
    rows = table(pack, "marks")
    for count in (0, rows.num_rows - 1, rows.num_rows + 1):
        assert (
            "another number of rows" in refusal(with_table(pack, "marks", parquet(rows), count), "W-pack-table").message
        )


def test_cells_of_another_type_are_refused_and_not_turned(tmp_path):
    pack = copied(tmp_path)
    rows = table(pack, "requests")
    words = rows["input_tokens"].cast(pa.string())
    made = rows.set_column(rows.column_names.index("input_tokens"), "input_tokens", words)
    assert refusal(with_rows(pack, "requests", made), "W-pack-column").message.endswith("its column input_tokens")


def test_a_manifest_is_bounded_in_bytes_values_and_depth(tmp_path):
    for index, text in enumerate(
        (
            " " * (MOST_MANIFEST_BYTES + 1),
            "[" + "{}," * 1_000_001 + "{}]",
            "[" * 100_000,
            '{"schema": ' + "[" * 500 + "]" * 500 + "}",
        )
    ):
        pack = copied(tmp_path / str(index))
        (pack / "pack.json").write_text(text)
        with pytest.raises(PackError):
            read_pack(pack)


def test_a_long_text_and_a_long_key_are_refused_and_not_repeated(tmp_path):
    found = refusal(changed(copied(tmp_path), setting("tool_version", to="secret" * 99)), "W-pack-size")
    assert "secret" not in str(found)
    found = refusal(
        changed(copied(tmp_path / "b"), lambda value: value["evidence"].update({"secret" * 99: 1})), "W-pack-size"
    )
    assert "secret" not in str(found)


# Files


@pytest.mark.parametrize("name", ["pack.json", "marks.parquet"])
@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "dangling", "device"])
def test_what_is_no_ordinary_file_is_refused_and_not_waited_for(tmp_path, name, kind):
    pack = copied(tmp_path)
    path = pack / name
    path.rename(tmp_path / "elsewhere")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to({"link": tmp_path / "elsewhere", "dangling": tmp_path / "nowhere", "device": "/dev/zero"}[kind])
    found = refusal(pack, "W-pack-file")
    assert (found.path, found.message) == (f"evidence/small/{name}", "is not an ordinary file")


def test_a_socket_is_refused(tmp_path, monkeypatch):
    import socket

    pack = copied(tmp_path)
    (pack / "pack.json").unlink()
    monkeypatch.chdir(pack)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("pack.json")
        refusal(pack, "W-pack-file")


def test_a_file_that_is_missing_says_so(tmp_path):
    pack = copied(tmp_path)
    (pack / "marks.parquet").unlink()
    assert refusal(pack, "W-pack-file").message == "is missing"


def test_packs_where_no_pack_is_read_are_named(tmp_path):
    pack = copied(tmp_path)
    folder = pack.parent
    (folder / "pack.json").write_bytes((pack / "pack.json").read_bytes())
    (folder / "linked").symlink_to(pack)
    (folder / "empty").mkdir()
    with pytest.raises(PackError) as caught:
        read_packs(folder)
    assert {(problem.path.rsplit("/", 2)[-2:][0], problem.code) for problem in caught.value.problems} == {
        ("evidence", "W-pack-place"), ("evidence", "W-pack-file"), ("empty", "W-pack-file"),
    }  # fmt: skip


def test_rows_hidden_in_pack_json_are_refused(tmp_path):
    pack = copied(tmp_path)
    place = json.loads(json.dumps([0, 1]))
    row = ["prompt", "a" * 16, "", "2026-08-03T00:00:00Z", "", None, place]
    assert "belong into the tables" in refusal(changed(pack, setting("marks", to=[row])), "W-pack-table").message
