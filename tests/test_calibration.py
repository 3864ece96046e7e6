"""The calibration on the site is what the code gives, and no figure in it is older than the rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from generator.base.problems import ContentError
from generator.cli import lab
from generator.curated.calibration import Calibration, CauseCount
from generator.curated.library import load_kind
from generator.detectors import DETECTORS
from generator.pages.calibration import _causes as causes_of
from generator.pages.calibration import _row as calibrated_row
from generator.pages.parts.calibration_rows import score_rows
from generator.simulator import FaultRates
from generator.simulator.calibrate import (
    DOSES,
    FIRST_SEED,
    PRECISION_BARS,
    RECALL_BAR,
    SEEDS,
    SESSIONS,
    DetectorScore,
    put_into,
    score_seed,
    table,
)
from generator.simulator.calibrate import _examined as examined
from generator.simulator.planted import PLANTED
from generator.simulator.unlogged import BY_ID as UNLOGGED
from generator.simulator.unlogged import OTHER_DEVICE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
CORPORA = ROOT.parent / "shared" / "corpora" / "claude-code"
(CALIBRATION,) = load_kind(CONTENT, Calibration)
ROWS = {row.id: row for row in CALIBRATION.detectors}
ALL = "run `make calibration`"


def one(ids):
    """How to write the rows of some detectors."""
    only = " ".join(f"--only {id}" for id in ids)
    return f"run `witnessmark calibrate {only}`, or `make calibration` for all of them and the public logs"


def differing(kept, place):
    """Detectors that the code scores otherwise on the seed in this place of the table, by their digests."""
    again = score_seed(kept.seed, sessions=CALIBRATION.sessions)
    assert (again.requests, again.null_requests, again.unseen_requests) == (
        kept.requests,
        kept.null_requests,
        kept.unseen_requests,
    ), f"seed {kept.seed} gives other simulated logs than the table was made of: {ALL}"
    return [
        row.detector
        for row in again.detectors
        if row.detector in ROWS and ROWS[row.detector].digests[place] != row.digest
    ]


def test_every_detector_is_calibrated():
    missing = [detector.id for detector in DETECTORS if detector.id not in ROWS]
    assert not missing, f"no calibration of {', '.join(missing)}: {one(missing)}"


def test_every_row_is_of_the_version_in_the_code():
    old = [
        detector.id for detector in DETECTORS if detector.id in ROWS and ROWS[detector.id].version != detector.version
    ]
    assert not old, f"calibrated in another version: {', '.join(old)}: {one(old)}"


def test_rows_stand_in_the_order_of_the_site_and_none_is_of_a_detector_that_is_gone():
    known = [detector.id for detector in DETECTORS if detector.id in ROWS]
    assert [row.id for row in CALIBRATION.detectors] == known, ALL


def test_a_row_says_whether_faults_of_its_kind_were_planted():
    """Today only the served model: a transcript does not say which one was asked for."""
    for row in CALIBRATION.detectors:
        assert bool(row.not_planted) == (row.id not in PLANTED), one([row.id])
        assert bool(row.planted) == (row.id in PLANTED), one([row.id])


def test_it_is_of_held_out_seeds_and_full_size():
    assert [kept.seed for kept in CALIBRATION.seeds] == list(range(FIRST_SEED, FIRST_SEED + SEEDS))
    assert CALIBRATION.sessions == SESSIONS
    assert CALIBRATION.doses == DOSES
    assert FIRST_SEED > 100


@pytest.mark.slow
def test_a_seed_computed_again_gives_the_same_counts():
    """Any change of a rule, of the ledger or of the simulator that moves a count shows here, by detector."""
    changed = differing(CALIBRATION.seeds[0], 0)
    assert not changed, f"other counts than in the table: {', '.join(changed)}: {one(changed)}"


@pytest.mark.full
@pytest.mark.parametrize("place", range(1, SEEDS))
def test_every_seed_computed_again_gives_the_same_counts(place):
    changed = differing(CALIBRATION.seeds[place], place)
    assert not changed, f"other counts than in the table: {', '.join(changed)}: {one(changed)}"


def test_the_digest_sees_every_count():
    known = score_seed(3, sessions=4).detectors[0]
    assert score_seed(3, sessions=4).detectors[0].digest == known.digest
    for name in DetectorScore.__struct_fields__:
        value = getattr(known, name)
        other = {"detector": f"{value}x", "unseen_causes": (("another", 1),)}.get(name, 0) or value + 1
        assert msgspec.structs.replace(known, **{name: other}).digest != known.digest


def test_what_a_detector_scores_does_not_depend_on_the_others():
    """So a row can be measured alone, and a new detector leaves every other row as it is."""
    together = score_seed(3, sessions=4)
    for place in (0, 5, len(DETECTORS) - 1):
        assert score_seed(3, sessions=4, detectors=[DETECTORS[place].id]).detectors == (together.detectors[place],)


def test_a_row_measured_alone_replaces_its_own_and_keeps_the_others():
    made = table([score_seed(3, sessions=4)], 4, measured=CALIBRATION.measured)
    alone = table([score_seed(3, sessions=4, detectors=["prefix-pin"])], 4, measured=date(2027, 1, 1))
    stale = made.model_copy(
        update={
            "detectors": tuple(
                row.model_copy(update={"found": 99_999}) if row.id in {"prefix-pin", "cache-break"} else row
                for row in made.detectors
                if row.id != "log-integrity"
            )
        }
    )
    both = put_into(stale, alone)
    assert [row.id for row in both.detectors] == [row.id for row in stale.detectors]
    rows = {row.id: row for row in both.detectors}
    assert rows["prefix-pin"] == {row.id: row for row in made.detectors}["prefix-pin"]
    assert rows["cache-break"].found == 99_999
    assert both.measured == date(2027, 1, 1)
    new = put_into(made.model_copy(update={"detectors": made.detectors[5:]}), made)
    assert new.detectors == made.detectors
    with pytest.raises(ValueError, match="other simulated logs"):
        put_into(CALIBRATION, alone)


def test_the_file_is_as_the_command_writes_it(tmp_path):
    """Written again from what was read: no figure was typed by hand, and `--only` moves no line of another row."""
    lab.write(tmp_path / "again.yml", [CALIBRATION])
    assert (tmp_path / "again.yml").read_text() == (CONTENT / lab.CALIBRATION).read_text(), ALL


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("digests: [", "digests: [0123456789abcdef, ", "digests for 20 seeds"),
        ("\n    planted: 0\n", "\n    planted: 3\n", "not_planted is untrue"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_the_command(tmp_path, before, after, said):
    text = (CONTENT / lab.CALIBRATION).read_text()
    (tmp_path / "measurements").mkdir()
    (tmp_path / lab.CALIBRATION).write_text(text.replace(before, after, 1))
    with pytest.raises(ContentError) as caught:
        load_kind(tmp_path, Calibration)
    (problem,) = caught.value.problems
    assert said in problem.message
    assert problem.hint == "make calibration"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--only", "cache-brake"], 'did you mean "cache-break"?'),
        (["--only", "cache-break", "--seeds", "1", "--sessions", "2"], "run without --only"),
    ],
)
def test_only_names_what_is_wrong_and_writes_nothing(tmp_path, given, said):
    (tmp_path / "content" / "measurements").mkdir(parents=True)
    file = tmp_path / "content" / lab.CALIBRATION
    file.write_bytes((CONTENT / lab.CALIBRATION).read_bytes())
    done = CliRunner().invoke(lab.calibrate, ["--root", str(tmp_path), "--jobs", "1", *given])
    assert done.exit_code == 2
    assert said in done.output
    assert file.read_bytes() == (CONTENT / lab.CALIBRATION).read_bytes()


def test_one_detector_is_measured_into_a_table_by_the_command(tmp_path):
    few = ["--root", str(tmp_path), "--jobs", "1", "--seeds", "1", "--sessions", "2"]
    (tmp_path / "content").mkdir()
    assert CliRunner().invoke(lab.calibrate, few).exit_code == 0
    file = tmp_path / "content" / lab.CALIBRATION
    whole = file.read_text()
    file.write_text(whole.replace("\n    found: ", "\n    found: 7", 1))
    done = CliRunner().invoke(lab.calibrate, [*few, "--only", "cache-break"])
    assert done.exit_code == 0, done.output
    assert file.read_text() == whole


def test_a_table_sums_its_seeds_and_says_what_each_detector_is_held_to():
    seeds = [score_seed(seed, sessions=4) for seed in (3, 4)]
    made = table(seeds, 4, measured=CALIBRATION.measured)
    for place, row in enumerate(made.detectors):
        assert row.planted == sum(seed.detectors[place].planted for seed in seeds)
        assert row.found == sum(seed.detectors[place].found for seed in seeds)
        assert row.hits <= row.found
        assert row.recalled <= row.planted
        assert row.unseen_hits <= row.unseen_found
        assert row.unseen_recalled <= row.unseen_planted
        assert sum(cause.count for cause in row.unseen_causes) == row.unseen_found - row.unseen_hits
        assert {cause.id for cause in row.unseen_causes} <= {cause.id for cause in made.causes} | {"else"}
    bars = {row.id: row.recall_bar for row in made.detectors}
    assert bars["cache-break"] == RECALL_BAR
    assert bars["context-drift"] is None


@pytest.mark.slow
def test_calibration_can_fail():
    """With unlogged causes ten times as frequent and few faults, precision falls below its bar, and the cause is named.

    Where the log names every cause, the same rules hold it.
    """
    cache_break = [detector for detector in DETECTORS if detector.id == "cache-break"]
    few = FaultRates.dose(DOSES[0])
    _, _, often = examined(7, 60, few, cache_break, unlogged=10.0)
    one = often["cache-break"]
    assert one.hits < PRECISION_BARS["cache-break"] * one.found
    assert one.recalled >= RECALL_BAR * one.planted
    assert max(one.causes, key=one.causes.get) in UNLOGGED
    _, _, never = examined(7, 60, few, cache_break)
    assert never["cache-break"].hits == never["cache-break"].found > 0
    assert never["cache-break"].causes == {}


def test_the_page_says_where_a_bar_is_missed_and_what_was_taken_for_a_fault():
    known = table([score_seed(3, sessions=4)], 4, measured=CALIBRATION.measured)
    row = {row.id: row for row in known.detectors}["cache-break"].model_copy(
        update={
            "unseen_planted": 50, "unseen_recalled": 50, "unseen_found": 100, "unseen_hits": 50,
            "unseen_causes": (CauseCount(id="unlogged-tools", count=45), CauseCount(id="unlogged-midnight", count=5)),
        }
    )  # fmt: skip
    detector = next(one for one in DETECTORS if one.id == "cache-break")
    shown = calibrated_row(detector, row, known)
    assert shown.missed[0] == "precision"
    assert shown.unseen_precision.value == 0.5
    assert 0.39 < shown.unseen_precision.low < shown.unseen_precision.high < 0.61
    false = 50 * 1000 / known.unseen_requests
    assert shown.unseen_per_thousand == pytest.approx(false)
    assert shown.needed == pytest.approx(9 * false), "nine right ones for each wrong one"
    assert [(cause.id, count) for cause, count in causes_of(shown, known)] == [
        ("unlogged-tools", 45),
        ("unlogged-midnight", 5),
    ]
    first = score_rows(known.model_copy(update={"detectors": (row,)}), "cache-break")[0]
    assert first.name.startswith("Precision where causes act")
    assert (first.bar, first.missed) == ("at least 0.9", True)
    good = row.model_copy(update={"unseen_hits": 95})
    assert "precision" not in calibrated_row(detector, good, known).missed


def test_every_unlogged_cause_says_how_often_where_that_is_from_and_why():
    made = {cause.id: cause for cause in CALIBRATION.causes}
    assert set(made) == set(UNLOGGED)
    for cause in UNLOGGED.values():
        assert cause.basis
        assert cause.why
        assert (cause.per_thousand > 0) == (cause.id != OTHER_DEVICE)
        assert made[cause.id].per_thousand == round(cause.per_thousand, 3)
