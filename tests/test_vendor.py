"""What a vendor is stands in one file: each call is judged by that of its own vendor, also where two are in one scan."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from test_ledger import only_step, request

from generator.base.problems import ContentError, PackError
from generator.curated.known_vendors import use_vendors_in
from generator.importers import read_bytes
from generator.ledger.prices import list_rates
from generator.packs.examine import examine
from generator.packs.pack import read_pack, write_pack
from generator.records import vendor
from generator.records.models import is_other_makers, public_model
from generator.records.results import Level
from generator.simulator import FaultRates, simulate
from generator.simulator.sessions import LIFETIMES

LUMEN = Path(__file__).parent / "vendors" / "lumen.toml"
RENAMED = {rb"claude-opus-[0-9][0-9-]*": b"lumen-large-2", rb"claude-sonnet-[0-9][0-9-]*": b"lumen-middle-2"}
RENAMED |= {rb"claude-haiku-[0-9][0-9-]*": b"lumen-small-2", rb"msg_01": b"lum_", rb"req_01": b"lreq_"}
CACHE = {"cache-break", "premature-expiry", "expiry-cycling", "gap-then-spike", "resume-miss"}


@pytest.fixture(autouse=True)
def only_the_programs():
    """No vendor of one test judges in another."""
    vendor.use(())
    yield
    vendor.use(())


@pytest.fixture
def folder(tmp_path):
    """The vendors of a case."""
    made = tmp_path / "content" / "vendors"
    made.mkdir(parents=True)
    (made / "lumen.toml").write_bytes(LUMEN.read_bytes())
    return made


def made(seed, where):
    """Simulated logs by path."""
    files = simulate(seed, sessions=4, start=datetime(2026, 8, 3, tzinfo=UTC), faults=FaultRates.specimen()).files
    return {f"{where}/{name}": data for name, data in files.items()}


@pytest.fixture
def lumens(monkeypatch):
    """Logs of the second vendor: the simulator with its lifetimes, its models and its names of calls."""
    monkeypatch.setitem(LIFETIMES, "5m", 900)
    monkeypatch.setitem(LIFETIMES, "1h", 7200)
    files = made(11, "lumen")
    monkeypatch.undo()
    return {name: renamed(data) for name, data in files.items()}


def renamed(data):
    for pattern, name in RENAMED.items():
        data = re.sub(pattern, name, data)
    return data


def pack_of(files, level=Level.FULL):
    """Without meters, which are of accounts and not of models."""
    reading = msgspec.structs.replace(read_bytes(files, key=b"k" * 32), meters=(), counters=())
    return examine(reading, id="e", simulated=True, level=level, tool_version="0.1.0")


def found(pack):
    """Calls that cache detectors name, by detector."""
    return {
        run.detector: sorted(finding.requests for finding in run.findings) for run in pack.runs if run.detector in CACHE
    }


def test_two_vendors_in_one_scan_are_each_judged_by_their_own_rules(folder, lumens):
    use_vendors_in(folder)
    firsts = made(7, "first")
    first, second, both = pack_of(firsts), pack_of(lumens), pack_of(firsts | lumens)
    assert both.totals.other_makers == 0
    for detector, calls in found(both).items():
        assert calls == sorted(found(first)[detector] + found(second)[detector]), detector
    assert found(first)["cache-break"]
    assert found(second)["cache-break"]
    assert list(both.vendors) == ["anthropic", "lumen"]
    assert list(second.vendors) == ["lumen"]


@pytest.mark.parametrize(
    ("pause", "lifetime", "first", "second"),
    [
        (60, "5m", "unexplained", "unexplained"),
        (600, "5m", "lifetime-elapsed", "unexplained"),
        (890, "5m", "lifetime-elapsed", "lifetime-ambiguous"),
        (931, "5m", "lifetime-elapsed", "lifetime-elapsed"),
        (5000, "1h", "lifetime-elapsed", "unexplained"),
        (7300, "1h", "lifetime-elapsed", "lifetime-elapsed"),
    ],
)
def test_the_lifetime_is_that_of_the_vendor_whose_model_answered(folder, pause, lifetime, first, second):
    use_vendors_in(folder)
    for model, reason in (("claude-opus-4-6", first), ("lumen-large-2", second)):
        before = request(0, 0, written=40_000, lifetime=lifetime, took=0, model=model)
        step = only_step(before, request(1, pause, written=40_000, lifetime=lifetime, model=model))
        assert step.reason == reason, model


@pytest.mark.parametrize(("model", "testable"), [("claude-opus-4-6", False), ("lumen-large-2", True)])
def test_the_smallest_prompt_is_that_of_the_vendor(folder, model, testable):
    use_vendors_in(folder)
    step = only_step(request(0, 0, written=3_000, model=model), request(1, 60, read=3_000, model=model))
    assert step.testable is testable


def test_what_the_first_vendors_logs_say_does_not_change_by_another_vendors_file(folder):
    firsts = made(7, "first")
    before = pack_of(firsts)
    use_vendors_in(folder)
    assert pack_of(firsts) == before


def test_the_planted_faults_of_the_second_vendor_are_found_and_nothing_else_is(folder, monkeypatch):
    """Without faults nothing is found by its own rules."""
    use_vendors_in(folder)
    monkeypatch.setitem(LIFETIMES, "5m", 900)
    monkeypatch.setitem(LIFETIMES, "1h", 7200)
    quiet = simulate(5, sessions=6, start=datetime(2026, 8, 3, tzinfo=UTC), faults=None)
    pack = pack_of({name: renamed(data) for name, data in quiet.files.items()})
    assert not any(found(pack).values())
    assert pack.totals.steps > 50


def test_a_vendor_that_no_file_names_is_counted_and_not_judged(lumens):
    """Its models may be anything to this program, so they have no name either."""
    glm = {name: re.sub(rb"lumen-[a-z]+-2", b"glm-5.1", data) for name, data in lumens.items()}
    pack = pack_of(glm)
    assert pack.totals.other_makers == pack.totals.requests > 0
    assert pack.vendors == {}
    assert {run.outcome.value for run in pack.runs if run.detector in CACHE} == {"not-measurable"}


def test_names_of_models_leave_a_log_one_by_one(folder):
    assert public_model("lumen-large-2") == "other"
    use_vendors_in(folder)
    assert public_model("lumen-large-2") == public_model("gateway/lumen-large-2") == "lumen-large-2"
    assert public_model("lumen-large-2-20260501") == "lumen-large-2-20260501"
    assert public_model("lumen-large-2-acme") == "other"
    assert not is_other_makers("lumen-large-2")


def test_prices_are_those_of_the_file(folder):
    assert list_rates("lumen-large-2", date(2026, 8, 3), 100) is None
    use_vendors_in(folder)
    price = list_rates("lumen-large-2", date(2026, 8, 3), 100)
    assert price.input == 2e-6
    assert (price.cache_write_5m, price.cache_write_1h) == (pytest.approx(3e-6), pytest.approx(6e-6))
    assert price.cache_read == pytest.approx(4e-7)


def test_a_pack_says_whose_rules_judged_it_and_is_read_where_they_are_known(folder, lumens, tmp_path):
    use_vendors_in(folder)
    write_pack(pack_of(lumens, Level.FINDINGS), tmp_path / "e")
    read = read_pack(tmp_path / "e")
    assert read.vendors == {"lumen": vendor.vendor_of("lumen-large-2").digest}
    vendor.use(())
    with pytest.raises(PackError, match="content/vendors/"):
        read_pack(tmp_path / "e")


def test_level_aggregate_names_no_vendor_whose_models_it_does_not_show(folder, lumens):
    use_vendors_in(folder)
    pack = pack_of(dict(list(lumens.items())[:1]), Level.AGGREGATE)
    assert set(pack.vendors) == {"lumen" for day in pack.days if day.model != "other"}


def test_a_gateway_is_known_by_the_ids_of_the_models_own_vendor(folder, lumens):
    use_vendors_in(folder)
    own = read_bytes(lumens, key=b"k" * 32).requests
    strange = {name: data.replace(b"lum_", b"msg_01").replace(b"lreq_", b"req_01") for name, data in lumens.items()}
    others = read_bytes(strange, key=b"k" * 32).requests
    assert sum(one.gateway for one in own) < len(own) / 2
    assert all(one.gateway for one in others if one.model.startswith("lumen"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("short_seconds = 900", "short_seconds = -900", "lumen.toml:13:17: W-value"),
        ("long_seconds = 7200", "long_seconds = 60", "lumen.toml:14:16: W-value is shorter than short_seconds"),
        ("smallest_block = 512", "smallest_block = 4096", "lumen.toml:15:19: W-value is smaller than smallest_block"),
        ('"lumen-small-2"]\n\n[ids', '"claude-opus-4-6"]\n\n[ids', "lumen.toml:6:46: W-twice claude-opus-4-6 is a model of"),
        ('"lumen-small-2"]\n\n[ids', '"lumen-.*"]\n\n[ids', "lumen.toml:6:46: W-"),
        ("[cache]", "[cahce]", 'unknown field "cahce" (did you mean "cache"?)'),
        ("tiers = [[0, ", "tiers = [[9, ", "lumen.toml:28:9: W-order the first size is 0"),
        ("since = 2026", "until = 2026-01-01\nsince = 2027", "lumen.toml:27:9: W-order is before since"),
        ('id = "lumen"', 'id = "anthropic"', "the program has a vendor of this id"),
        ("looked_back = 20", "looked_back =", "W-syntax not TOML"),
        ("[prices]\n", "[cache]\n", "W-syntax not TOML"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_is_refused_at_its_place(folder, old, new, said):
    text = LUMEN.read_text("utf-8")
    assert old in text
    (folder / "lumen.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(ContentError) as refused:
        use_vendors_in(folder)
    assert said in "\n".join(map(str, refused.value.problems))


def test_what_is_no_field_of_a_shipped_file_is_refused():
    with pytest.raises(msgspec.ValidationError):
        vendor.vendor_from(b'name = "Second"\nmodel = "kimi"\n')


def test_the_formats_that_are_read_are_of_one_vendor():
    (only,) = vendor.vendors()
    assert only is vendor.vendor_of_formats()
    assert (only.name, only.cache.smallest_prompt, only.prices.long_prompt) == ("Anthropic", 4096, 200_000)
    assert vendor.vendor_of("claude-opus-4-6") is only
    assert vendor.vendor_of("gpt-5") is None
