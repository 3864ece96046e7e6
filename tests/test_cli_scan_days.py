"""Usage by day against ccusage 20.0.24, which counts for itself: to the token, or each difference is explained."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from conftest import unpacked

from generator.cli import cli

SHARED = Path(__file__).resolve().parents[2] / "shared" / "corpora"
pytestmark = [pytest.mark.corpora, pytest.mark.slow]
# ccusage claude daily --json --offline --timezone ZONE: day: input, cache writes, cache reads, output
SPOTTER = {
    "2026-02-10": (1876, 111096, 1080233, 1846),
    "2026-02-11": (2776, 670956, 31179675, 79267),
    "2026-02-12": (4513, 1297908, 45163970, 114688),
}
FEBRUARY = {
    "2026-02-05": (2697, 944969, 36226056, 59554),
    "2026-02-06": (20583, 3023600, 79088264, 115503),
    "2026-02-07": (636, 1598543, 41169031, 21534),
    "2026-02-08": (5734, 3256807, 66302120, 38242),
    "2026-02-09": (33272, 5293695, 117660690, 79631),
    "2026-02-10": (10673, 2917951, 94845741, 48690),
    "2026-02-11": (70107, 3969806, 79572686, 67909),
    "2026-02-12": (29845, 4356647, 107517956, 64654),
    "2026-02-13": (996, 693216, 17030334, 5035),
    "2026-02-14": (75526, 1759110, 48940861, 2203),
    "2026-02-15": (9929, 2177538, 54729356, 23302),
    "2026-02-16": (13, 14544, 978374, 201),
}
FEBRUARY_IN_LOS_ANGELES = {
    "2026-02-04": (1861, 481294, 21619962, 16863),
    "2026-02-05": (11841, 1914013, 60667092, 94282),
    "2026-02-06": (10214, 3171805, 74196297, 85446),
    "2026-02-07": (2907, 978759, 16209320, 9662),
    "2026-02-08": (19138, 3994988, 95803581, 59228),
    "2026-02-09": (24691, 5728499, 131530995, 81745),
    "2026-02-10": (11938, 1821053, 61978924, 57384),
    "2026-02-11": (75268, 3883441, 80657813, 42431),
    "2026-02-12": (15689, 3388166, 79718560, 48676),
    "2026-02-13": (996, 693216, 17030334, 5035),
    "2026-02-14": (75922, 2798237, 79624631, 15199),
    "2026-02-15": (9546, 1152955, 25023960, 10507),
}
COUNTS = ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")
LOGGED = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")


@pytest.fixture(scope="module")
def february(tmp_path_factory):
    """The set, unpacked."""
    folder = tmp_path_factory.mktemp("february")
    unpacked(SHARED / "sets" / "entire-february.tar.xz", folder)
    return folder


def days(folder, zone="UTC"):
    result = CliRunner().invoke(cli, ["scan", str(folder), "--json", "--timezone", zone])
    said = json.loads(result.stdout)
    table = {row["name"]: tuple(row[name] for name in COUNTS) for row in said["usage"]["rows"]}
    assert tuple(map(sum, zip(*table.values(), strict=True))) == tuple(said["requests"][name] for name in COUNTS)
    return table, said["tally"]["pending"]


def on_unended_lines(folder, zone):
    """By day, the calls that only a last line without its end tells; counted from the bytes, without the reader."""
    ended, unended = set(), {}
    for path in folder.rglob("*.jsonl"):
        *lines, last = path.read_bytes().split(b"\n")
        ended |= {id for line in lines if b'"usage"' in line for id in ids_of(json.loads(line))}
        if last.strip():
            row = json.loads(last)
            unended |= dict.fromkeys(ids_of(row), row)
    found = {}
    for row in (row for id, row in unended.items() if id not in ended):
        day = datetime.fromisoformat(row["timestamp"]).astimezone(ZoneInfo(zone)).date().isoformat()
        counts = tuple(row["message"]["usage"][name] for name in LOGGED)
        found[day] = tuple(map(sum, zip(counts, found.get(day, (0, 0, 0, 0)), strict=True)))
    return found


def ids_of(row):
    messages = [row.get("message"), ((row.get("data") or {}).get("message") or {}).get("message")]
    return [one["id"] for one in messages if isinstance(one, dict) and one.get("usage") and one.get("id")]


def test_days_of_spotter_are_those_of_ccusage():
    table, _ = days(SHARED / "claude-code" / "spotter")
    assert table == SPOTTER


@pytest.mark.parametrize(("zone", "right"), [("UTC", FEBRUARY), ("America/Los_Angeles", FEBRUARY_IN_LOS_ANGELES)])
def test_days_of_february_differ_by_the_unended_last_lines_and_nothing_else(february, zone, right):
    """A log is read while it is written: a last line without its end is pending. ccusage takes it where it parses."""
    table, pending = days(february, zone)
    lost = on_unended_lines(february, zone) if pending else {}
    with_them = {
        day: tuple(map(sum, zip(counts, lost.get(day, (0, 0, 0, 0)), strict=True))) for day, counts in table.items()
    }
    assert with_them == right
    assert len(lost) in {0, 2}
