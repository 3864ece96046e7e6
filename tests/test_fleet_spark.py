"""Many users on Spark in local mode: the findings are those of one machine, byte for byte, however the tasks are dealt."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import fleet_inputs
import msgspec
import pytest
from test_fleet import KEY, PACKS, alone, same

from generator.base.problems import ClusterError
from generator.fleet.inputs import inputs_of
from generator.fleet.judging import Settings
from generator.packs.pack import read_pack

pytest.importorskip("pyspark", reason="Spark is absent: pip install 'witnessmark[fleet]'")

pytestmark = pytest.mark.full
SETS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "sets"
SETTINGS = Settings(key=KEY, tool_version="0.1.0", findings=True)
REAL = sorted(path.parent for path in PACKS.glob("*/pack.json") if path.parent.name != "specimen")


@pytest.fixture(scope="module")
def running():
    """Spark with four tasks at a time."""
    from generator.fleet.spark import session

    os.environ["PYSPARK_PYTHON"] = sys.executable
    here = str(Path(__file__).resolve().parents[1])
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))
    with session("local[4]") as started:
        yield started


def judged(running, paths, **settings):
    """Answers by the pseudonym of their user."""
    from generator.fleet.spark import judged as judge

    found = judge(running, inputs_of(paths), replace(SETTINGS, **settings))
    return {one.user: one for one in found}


def named(user):
    return SETTINGS.named(user)


def test_the_eleven_public_packs_say_what_they_said_where_they_were_collected(running):
    found = judged(running, REAL)
    assert len(REAL) == len(found) == 11
    for pack in REAL:
        assert same(found[named(pack.name)].runs, read_pack(pack).runs), pack.name
    assert sum(run.found for one in found.values() for run in one.runs) > 100


@pytest.mark.corpora
@pytest.mark.parametrize("split_bytes", [0, SETTINGS.split_bytes])
def test_public_transcripts_say_what_one_machine_says(running, tmp_path, split_bytes):
    names = ("agentv", "prompts-chat", "imessage-mail", "entire-cli-fixtures", "cipher-box")
    for name in names:
        with tarfile.open(SETS / f"{name}.tar.xz") as packed:
            packed.extractall(tmp_path, filter="data")
    found = judged(running, [tmp_path], split_bytes=split_bytes)
    for name in names:
        assert same(found[named(name)].runs, alone([tmp_path / name])), name


@pytest.mark.parametrize("others", [False, True])
def test_simulated_users_say_what_one_machine_says(running, tmp_path, others):
    fleet_inputs.users(tmp_path, others=others)
    for split_bytes in (0, SETTINGS.split_bytes):
        found = judged(running, [tmp_path], split_bytes=split_bytes)
        assert len(found) == fleet_inputs.FOLDERS
        for place in range(fleet_inputs.FOLDERS):
            one = found[named(f"user-{place}")]
            assert same(one.runs, alone([tmp_path / f"user-{place}"]))
            assert any(run.found for run in one.runs)


@pytest.mark.parametrize("unit", ["ns", "us"])
def test_events_in_tables_say_what_their_lines_say(running, tmp_path, unit):
    users = ("anna", "ben", "cleo")
    rows = [fleet_inputs.row(event) for user in users for event in fleet_inputs.events(user)]
    random.Random(3).shuffle(rows)
    (tmp_path / "events").mkdir()
    for number in range(2):
        fleet_inputs.write_table(tmp_path / "events" / f"part-{number}.parquet", rows[number::2], unit)
    found = judged(running, [tmp_path / "events"])
    for user in users:
        logs = tmp_path / user / "logs.json"
        logs.parent.mkdir()
        logs.write_bytes(fleet_inputs.otlp_lines(fleet_inputs.events(user)))
        assert same(found[named(user)].runs, alone([logs]))
        assert any(run.found for run in found[named(user)].runs)


def test_one_user_s_broken_logs_do_not_stop_the_others(running, tmp_path):
    fleet_inputs.users(tmp_path, 2)
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "noise.jsonl").write_bytes(os.urandom(4000))
    broken = tmp_path / "pack"
    broken.mkdir()
    for file in (PACKS / "agentv").iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    (broken / "requests.parquet").write_bytes(b"PAR1 and no more PAR1")
    found = judged(running, [tmp_path])
    assert {user for user, one in found.items() if one.requests} == {named("user-0"), named("user-1")}
    assert [one.code for one in found[named("ben")].troubles] == ["W-fleet-user"]
    assert found[named("pack")].troubles


def test_a_damaged_table_is_named_and_left_out(running, tmp_path):
    whole, path = tmp_path / "a.parquet", tmp_path / "b.parquet"
    fleet_inputs.write_table(whole, map(fleet_inputs.row, fleet_inputs.events("anna")))
    fleet_inputs.write_table(path, map(fleet_inputs.row, fleet_inputs.events("ben")))
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = os.urandom(len(data) // 2 - 4)
    path.write_bytes(data)
    found = judged(running, [tmp_path])
    assert [(one.path, one.code) for one in found[named("")].troubles] == [(str(path), "W-fleet-parquet")]
    assert {user for user, one in found.items() if one.requests} == {named("anna")}


def test_a_table_of_other_columns_is_refused(running, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"Timestamp": [1], "Message": ["x"]}), tmp_path / "events.parquet")
    with pytest.raises(ClusterError, match="lacks the column LogAttributes"):
        judged(running, [tmp_path])


def test_the_command_writes_a_report_and_the_findings_for_oneself(tmp_path):
    fleet_inputs.users(tmp_path / "users", 5, sessions=2)
    (tmp_path / "users" / "empty").mkdir()
    into, ours = tmp_path / "evidence" / "team", tmp_path / "ours.jsonl"
    command = [sys.executable, "-m", "generator", "fleet", str(tmp_path / "users"), "--into", str(into)]
    command += ["--master", "local[2]", "--simulated", "--fewest", "2", "--findings", str(ours)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert done.stderr.splitlines() == [
        f"{tmp_path}/users/empty:0:0: W-fleet-user holds no log that an importer knows (the others were read without it)"
    ]
    assert done.stdout.startswith(f"Wrote {into}: 5 users, ")
    evidence = read_pack(into)
    assert evidence.simulated
    assert evidence.fleet.users == 5
    assert ours.stat().st_mode & 0o777 == 0o600
    assert len([msgspec.json.decode(line)["runs"] for line in ours.read_bytes().splitlines()]) == 5


def test_a_master_that_is_none_is_refused(tmp_path):
    (tmp_path / "users" / "anna").mkdir(parents=True)
    command = [sys.executable, "-m", "generator", "fleet", str(tmp_path / "users"), "--into", str(tmp_path / "team")]
    done = subprocess.run([*command, "--master", "nothing://here"], capture_output=True, text=True, check=False)
    assert done.returncode == 74
    assert done.stderr.startswith("nothing://here:0:0: W-fleet-master Spark gave up")
    assert not (tmp_path / "team").exists()
