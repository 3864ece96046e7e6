"""What the program writes it reads again: every format, every level. Nothing else of a pack's checks is sure without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from canary_logs import SAMPLES

from generator.detectors import DETECTORS
from generator.importers import IMPORTERS, discover, read, read_bytes
from generator.packs.examine import examine
from generator.packs.pack import read_pack, write_pack
from generator.packs.schema import TABLES
from generator.records.results import Level
from generator.records.rows import LogData
from generator.simulator import FaultRates, exported, simulate

pytestmark = pytest.mark.slow

SEEDS = (1, 2, 3)


def both(reading, level, folder, *, simulated=False):
    """The evidence as it was made, and as it is read back."""
    made = examine(reading, id="mine", simulated=simulated, level=level, tool_version="0.1.0")
    write_pack(made, folder / "mine")
    return made, read_pack(folder / "mine")


def to_the_millisecond(evidence):
    """The evidence with the times of its rows as exact as tables hold them."""
    cut = {
        name: tuple(
            msgspec.structs.replace(
                row,
                **{
                    field: at.replace(microsecond=at.microsecond // 1000 * 1000)
                    for field, at in msgspec.structs.asdict(row).items()
                    if isinstance(at, datetime)
                },
            )
            for row in getattr(evidence, name)
        )
        for name in TABLES
    }
    return msgspec.structs.replace(evidence, **cut)


def samples(*names):
    files = [path for name in names for path in (SAMPLES / name).rglob("*") if path.is_file() and path.suffix != ".md"]
    return read(discover(sorted(files)).claimed, key=b"packs", jobs=1)


@pytest.mark.parametrize("importer", [importer.id for importer in IMPORTERS])
def test_a_pack_of_every_format_is_read_as_it_was_written(tmp_path, importer):
    made, again = both(samples(importer), Level.FULL, tmp_path)
    assert again == to_the_millisecond(made)
    assert again.tallies


@pytest.mark.parametrize("level", list(Level))
def test_a_pack_of_all_formats_together_is_read_at_every_level(tmp_path, level):
    made, again = both(samples(*(importer.id for importer in IMPORTERS)), level, tmp_path)
    assert again == to_the_millisecond(made)


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("seed", SEEDS)
def test_a_pack_of_every_planted_fault_is_read_at_every_level(tmp_path, seed, level):
    made = simulate(seed, sessions=8, start=datetime(2026, 3, 4, tzinfo=UTC), faults=FaultRates.specimen())
    reading = read_bytes(made.files | exported(made.files, seed), key=b"packs")
    made, again = both(reading, level, tmp_path, simulated=True)
    assert again == made


@pytest.mark.parametrize("level", list(Level))
def test_a_pack_of_nothing_is_read(tmp_path, level):
    made, again = both(LogData(), level, tmp_path)
    assert again == made


def test_a_pack_is_replaced_whole_and_leaves_nothing_unfinished(tmp_path):
    both(samples("claude-code"), Level.FULL, tmp_path)
    first = {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()}
    both(samples("statusline"), Level.FULL, tmp_path)
    both(samples("claude-code"), Level.FULL, tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == first
    assert len(first) == 1 + len(TABLES)


def test_a_pack_is_not_written_through_a_link_or_a_pipe(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "mine" / "pack.json").symlink_to(tmp_path / "precious")
    made, again = both(samples("claude-code"), Level.FULL, tmp_path)
    assert again == made
    assert (tmp_path / "precious").read_text() == "kept"


def test_a_rule_that_throws_an_error_of_a_library_leaves_a_pack_that_is_read(tmp_path):
    class OddError(LookupError):
        pass

    def throws(_subject):
        raise OddError("text of a log")

    broken = replace(DETECTORS[0], rule=throws)
    reading = samples("claude-code")
    made = examine(reading, id="mine", simulated=False, level=Level.FULL, tool_version="0.1.0", detectors=(broken,))
    write_pack(made, tmp_path / "mine")
    assert read_pack(tmp_path / "mine").runs[0].error == "lookuperror"
