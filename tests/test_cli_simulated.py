"""Logs that `simulate` made are known by what is in them, so `build --logs` cannot show them as real ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from generator import importers
from generator.base.problems import LogError
from generator.cli.simulated import are_simulated
from generator.simulator import FaultRates, exported, simulate


@pytest.fixture
def logs(tmp_path):
    made = simulate(3, sessions=2, start=datetime(2026, 8, 3, tzinfo=UTC), faults=FaultRates.specimen()).files
    for name, data in (made | exported(made, 3)).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_every_kind_of_simulated_file_is_known(logs):
    found = importers.discover((logs,))
    assert len({file.importer for file in found.claimed}) > 3
    assert are_simulated(found, said=False)


def test_real_logs_are_not_and_a_mixture_is_refused(logs):
    path = next(logs.rglob("*.jsonl"))
    real = path.with_name("real.jsonl")
    real.write_bytes(path.read_bytes().replace(b"simulated", b"somewhere"))
    with pytest.raises(LogError, match="the others are not"):
        are_simulated(importers.discover((logs,)), said=False)
    assert are_simulated(importers.discover((logs,)), said=True)
    assert not are_simulated(importers.discover((real,)), said=False)
