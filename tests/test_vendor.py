"""One data file a vendor: what is in it decides whose logs are judged, and a second one is enough for a second vendor."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec
import pytest

from generator.importers import read_bytes
from generator.ledger import prices
from generator.packs.examine import examine
from generator.records import vendor
from generator.records.models import is_other_makers
from generator.records.results import Level
from generator.simulator import FaultRates, simulate

FIRST, SECOND = b"claude-opus-4-6", b"kimi-k2"
_NAMED = re.compile(rb"claude-(?:opus|sonnet|haiku)-[0-9][0-9-]*")
"""A public name of a model of another maker."""


@pytest.fixture
def second(tmp_path, monkeypatch):
    """A folder with one more vendor, whose cache works as the first one's does."""
    for path in vendor._FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (
        'name = "Second"\nmodels = "kimi-[a-z0-9.-]+"\n'
        "[cache]\nshort_seconds = 300\nlong_seconds = 3600\nsmallest_prompt = 4096\nsmallest_block = 1024\nlooked_back = 20\n"
        '[prices]\ntable = "moonshotai"\npage = "https://example.com/pricing"\n'
    )
    (tmp_path / "second.toml").write_text(text)
    monkeypatch.setattr(vendor, "_FOLDER", tmp_path)
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget():
    vendor.forget()
    for kept in (prices._tiers, prices._table, prices.list_rates):
        kept.cache_clear()


def breaks(model):
    """Which cache detectors found how much in the same simulated logs, with one model under this name."""
    made = simulate(7, sessions=2, start=datetime(2026, 8, 3, tzinfo=UTC), faults=FaultRates.specimen())
    files = {name: _NAMED.sub(model, data) for name, data in made.files.items()}
    pack = examine(read_bytes(files, key=b"key"), id="e", simulated=True, level=Level.FULL, tool_version="")
    named = {run.detector: run.found for run in pack.runs if "cache" in run.detector or "expiry" in run.detector}
    return named, pack.totals.other_makers


def test_without_a_file_a_vendors_models_are_counted_and_not_judged():
    found, others = breaks(SECOND)
    assert others > 0
    assert not any(found.values())
    assert is_other_makers(SECOND.decode())


def test_with_a_file_its_logs_are_judged_by_the_same_detectors(second):
    assert not is_other_makers(SECOND.decode())
    found, others = breaks(SECOND)
    assert others == 0
    assert found == breaks(FIRST)[0]
    assert found["cache-break"] > 0


def test_a_file_with_a_strange_field_is_refused(tmp_path, monkeypatch, second):
    (tmp_path / "second.toml").write_text('name = "Second"\nmodel = "kimi"\n')
    vendor.forget()
    with pytest.raises(msgspec.ValidationError):
        vendor.vendors()


def test_the_first_vendor_is_the_one_whose_formats_are_read():
    (only,) = vendor.vendors()
    assert (only.name, only.cache.smallest_prompt, only.prices.long_prompt) == ("Anthropic", 4096, 200_000)
    assert vendor.vendor_of("claude-opus-4-6") is only
    assert vendor.vendor_of("gpt-5") is None
