"""The calibration on the site is what the code gives, and no figure in it is older than the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.curated.base_rates import Measurement
from generator.curated.calibration import Calibration
from generator.curated.library import load_kind
from generator.detectors import DETECTORS
from generator.importers import discover, read
from generator.packs.examine import examine
from generator.records.results import Level
from generator.simulator.calibrate import (
    DOSES,
    FIRST_SEED,
    RECALL_BAR,
    SEEDS,
    SESSIONS,
    measured_again,
    score_seed,
    table,
)

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
CORPORA = ROOT.parent / "shared" / "corpora" / "claude-code"
(CALIBRATION,) = load_kind(CONTENT, Calibration)


def test_it_names_every_detector_in_its_version():
    assert [(row.id, row.version) for row in CALIBRATION.detectors] == [
        (detector.id, detector.version) for detector in DETECTORS
    ]


def test_it_is_of_held_out_seeds_and_full_size():
    assert [one.seed for one in CALIBRATION.seeds] == list(range(FIRST_SEED, FIRST_SEED + SEEDS))
    assert CALIBRATION.sessions == SESSIONS
    assert CALIBRATION.doses == DOSES
    assert FIRST_SEED > 100


def test_a_seed_computed_again_gives_the_same_counts():
    """Any change of a rule, of the ledger or of the simulator that moves a count shows here: run `witnessmark calibrate`."""
    (kept, *_) = CALIBRATION.seeds
    again = score_seed(kept.seed, sessions=CALIBRATION.sessions)
    assert (again.requests, again.null_requests, again.digest) == (kept.requests, kept.null_requests, kept.digest)


@pytest.mark.full
@pytest.mark.parametrize("kept", CALIBRATION.seeds[1:], ids=lambda kept: str(kept.seed))
def test_every_seed_computed_again_gives_the_same_counts(kept):
    assert score_seed(kept.seed, sessions=CALIBRATION.sessions).digest == kept.digest


def test_the_digest_sees_every_count():
    one = score_seed(3, sessions=4)
    other = score_seed(4, sessions=4)
    assert one.digest == score_seed(3, sessions=4).digest != other.digest


def test_a_table_sums_its_seeds_and_says_what_each_detector_is_held_to():
    seeds = [score_seed(seed, sessions=4) for seed in (3, 4)]
    made = table(seeds, 4, measured=CALIBRATION.measured)
    for place, row in enumerate(made.detectors):
        assert row.planted == sum(seed.detectors[place].planted for seed in seeds)
        assert row.found == sum(seed.detectors[place].found for seed in seeds)
        assert row.hits <= row.found
        assert row.recalled <= row.planted
    bars = {row.id: row.recall_bar for row in made.detectors}
    assert bars["cache-break"] == RECALL_BAR
    assert bars["context-drift"] is None


@pytest.mark.corpora
@pytest.mark.parametrize("known", load_kind(CONTENT, Measurement), ids=lambda known: known.id)
def test_public_figures_are_what_the_code_measures(known):
    reading = read(discover([CORPORA / known.id]).claimed, key=b"any")
    evidence = examine(reading, id=known.id, simulated=False, level=Level.FULL, tool_version="0.1.0")
    assert measured_again(known, evidence, measured=known.measured) == known
