"""No detector says anything of another maker's model, whichever format tells of it."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from functools import cache

import pytest
from msgspec.structs import replace
from test_detectors import BY_ID, FOUND
from test_importers_formats import KEY, by_importer, samples

from generator.detectors import DETECTORS, run
from generator.importers import IMPORTERS, read_bytes
from generator.importers.reading import read_in_memory
from generator.ledger.subjects import Subjects, subjects
from generator.records.models import is_other_makers
from generator.simulator import FaultRates, exported, simulate

CLAUDE = re.compile(rb"claude-(?:[0-9]|opus|sonnet|haiku|instant|fable|mythos)[a-z0-9.@:-]*(?:\[1m\])?")
PACKED = re.compile(rb'(?<="text": ")[A-Za-z0-9+/]{200,}={0,2}(?=")')
OTHERS = ("glm-5.1", "deepseek-chat", "MiniMax-M2.1", "acme-gpt-5-prod")
DROPS_THEM = {"litellm-spend", "langfuse", "helicone"}
"""Gateways serve many makers; rows of others are not taken at all."""

each_other = pytest.mark.parametrize("model", OTHERS)


def renamed(data: bytes, model: str) -> bytes:
    """The file, answered by another model; also where a body is packed."""

    def inside(found: re.Match[bytes]) -> bytes:
        return base64.b64encode(CLAUDE.sub(model.encode(), base64.b64decode(found[0])))

    return PACKED.sub(inside, CLAUDE.sub(model.encode(), data))


def findings(shown: Subjects) -> dict[str, int]:
    return {result.detector: result.found for result in (run(one, shown) for one in DETECTORS) if result.found}


@cache
def files_of(id: str) -> dict[str, bytes]:
    importer = next(one for one in IMPORTERS if one.id == id)
    return {path.name: path.read_bytes() for path in samples(importer)}


@each_other
@by_importer
def test_a_sample_of_any_format_with_another_makers_model_gives_no_finding(importer, model):
    """Meters are left out: an answer of another maker carries none of this vendor's."""
    before = read_in_memory([importer], files_of(importer.id), key=KEY)
    after = read_in_memory(
        [importer], {name: renamed(data, model) for name, data in files_of(importer.id).items()}, key=KEY
    )
    shown = subjects(replace(after, meters=()))
    assert findings(shown) == {}
    claude = sum(request.model.startswith("claude-") for request in before.requests)
    assert not any(request.model.startswith("claude-") for request in after.requests)
    if importer.id not in DROPS_THEM:
        assert len(shown.foreign) == claude
    assert all(is_other_makers(request.model) for request in shown.foreign)


@cache
def made() -> dict[str, bytes]:
    """Two simulated sessions with every fault, as transcripts, telemetry and statusline."""
    files = simulate(7, sessions=2, start=datetime(2026, 8, 3, tzinfo=UTC), faults=FaultRates.specimen()).files
    return files | exported(files, 7)


def test_sessions_full_of_faults_give_findings_under_their_own_name():
    assert len(findings(subjects(replace(read_bytes(made(), key=KEY), meters=())))) > 3


@each_other
def test_the_same_sessions_give_none_under_another_makers(model):
    after = read_bytes({name: renamed(data, model) for name, data in made().items()}, key=KEY)
    shown = subjects(replace(after, meters=()))
    assert findings(shown) == {}
    assert len(shown.foreign) == len(after.requests) > 100


def test_a_counter_of_a_session_that_another_maker_answered_is_not_looked_at():
    """The counter runs over all models of a session, so a part of its readings would tell of a jump that was none."""
    reading = FOUND["counter-reset"].reading()
    assert run(BY_ID["counter-reset"], subjects(reading)).found
    (first, *others) = reading.counters
    assert not run(
        BY_ID["counter-reset"], subjects(replace(reading, counters=(replace(first, model="glm-5.1"), *others)))
    ).found
    assert run(
        BY_ID["counter-reset"], subjects(replace(reading, counters=(replace(first, model="other"), *others)))
    ).found


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_the_found_example_of_each_detector_is_none_with_another_makers_model(detector):
    reading = FOUND[detector.id].reading()
    foreign = replace(
        reading,
        meters=(),
        requests=tuple(replace(request, model="glm-5.1", requested_model=request.requested_model and "glm-5") for request in reading.requests),
        counters=tuple(replace(row, model="glm-5.1") for row in reading.counters),
    )  # fmt: skip
    assert run(detector, subjects(foreign)).found == 0
