"""The commands as a person runs them: what they print, their exit codes, and what they never do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.base.problems import Exit
from generator.detectors import DETECTORS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "tests" / "samples" / "claude-code"
HEAVY = (
    "altair",
    "arro3",
    "genai_prices",
    "mkdocs",
    "msgspec",
    "nh3",
    "numpy",
    "pydantic",
    "rich",
    "scipy",
    "vl_convert",
)


def witnessmark(*arguments, home, env=None, cwd=ROOT):
    """Run the command in a home folder of its own."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONUTF8": "1", "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "generator", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=clean | (env or {}),
        cwd=cwd,
        check=False,
    )


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    home = tmp_path_factory.mktemp("simulated")
    done = witnessmark("simulate", "--into", home / "logs", "--seed", "3", "--sessions", "6", home=home)
    assert done.returncode == Exit.OK, done.stderr
    return home / "logs"


@pytest.fixture
def logs(simulated, tmp_path):
    """A folder of simulated transcripts that the test may change."""
    return shutil.copytree(simulated, tmp_path / "logs")


def test_help_loads_nothing_heavy():
    """--help stays quick: a list of modules cannot flake as a time limit would."""
    code = f"import sys, generator.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_every_command_has_help_with_an_example(tmp_path):
    top = witnessmark("--help", home=tmp_path)
    assert top.returncode == Exit.OK
    for command in ("scan", "collect", "build", "check", "serve", "simulate", "calibrate"):
        assert command in top.stdout
        assert "Example" in witnessmark(command, "--help", home=tmp_path).stdout


def test_readme_and_help_print_the_exit_codes_of_the_program(tmp_path):
    readme = (ROOT / "README.md").read_text()
    table = readme.split("## Exit codes")[1].split("##")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == {int(code) for code in Exit}
    text = witnessmark("--help", home=tmp_path).stdout
    assert all(re.search(rf"\b{int(code)}\b", text) for code in Exit)


def test_readme_names_every_command(tmp_path):
    readme = (ROOT / "README.md").read_text()
    for command in ("scan", "collect", "build", "check", "serve", "simulate", "calibrate"):
        assert f"`witnessmark {command}" in readme


def test_scan_json_is_one_object_with_what_it_promises(tmp_path, logs):
    done = witnessmark("scan", logs, "--json", home=tmp_path)
    assert done.returncode == Exit.OK, done.stderr
    found = json.loads(done.stdout)
    assert {"tally", "requests", "marks", "breaks", "detectors"} <= set(found)
    assert {"count", "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens"} <= set(
        found["requests"]
    )
    assert list(found["detectors"]) == [detector.id for detector in DETECTORS]
    assert all({"outcome", "findings"} <= set(run) for run in found["detectors"].values())
    tally = found["tally"]
    parts = ("used", "other", "recovered", "pending", "blank")
    assert tally["read"] == sum(tally[part] for part in parts) + sum(tally["skipped"].values())


def test_each_question_gets_one_of_four_answers_and_what_is_missing_with_how_to_get_it(tmp_path, logs):
    """Transcripts alone: nothing is said of meters, and the report says how to record one."""
    logs = logs / "projects"
    found = json.loads(witnessmark("scan", logs, "--json", home=tmp_path).stdout)["detectors"]
    assert {run["outcome"] for run in found.values()} <= {"found", "quiet", "not-measurable"}
    for id in (
        "idle-advance",
        "block-jump",
        "negative-delta",
        "recount-cluster",
        "low-meter-refusal",
        "meter-cost-gap",
    ):
        assert found[id]["outcome"] == "not-measurable"
        assert any("statusline" in need["how"] for need in found[id]["missing"])
    short = " ".join(witnessmark("scan", logs, home=tmp_path).stdout.split())
    assert re.search(
        r"Not measurable, which does not mean that all is well: \d+ questions\. Missing: .*readings of the usage meter",
        short,
    )
    text = witnessmark("scan", logs, "--all", home=tmp_path).stdout
    assert "Not measurable without readings of the usage meter" in text
    assert "How to get it" in text


def test_scan_prints_no_text_of_a_log_and_no_colour_where_nobody_watches(tmp_path, logs):
    canary = "xylophone-canary"
    for path in logs.rglob("*.jsonl"):
        path.write_bytes(path.read_bytes().replace(b"simulated", canary.encode()))
    done = witnessmark("scan", logs, "--all", home=tmp_path)
    assert done.returncode == Exit.OK
    assert "Was it me?" in done.stdout
    assert canary not in done.stdout + done.stderr
    assert "\x1b[" not in done.stdout + done.stderr


def test_scan_takes_the_folder_that_claude_code_uses(tmp_path, logs):
    done = witnessmark("scan", "--json", home=tmp_path, env={"CLAUDE_CONFIG_DIR": str(logs)})
    other = witnessmark("scan", "--json", logs / "projects", home=tmp_path)
    assert json.loads(done.stdout)["requests"] == json.loads(other.stdout)["requests"]


def test_scan_without_any_log_says_where_it_looked(tmp_path):
    done = witnessmark("scan", home=tmp_path)
    assert done.returncode == Exit.UNREADABLE
    assert "W-no-logs" in done.stderr


def test_a_file_nobody_knows_is_named_and_never_skipped_in_silence(tmp_path, logs):
    (logs / "notes.jsonl").write_text('{"hello": 1}\n')
    done = witnessmark("scan", logs, "--json", home=tmp_path)
    assert done.returncode == Exit.PARTIAL
    assert "notes.jsonl:0:0: W-unclaimed" in done.stderr
    assert json.loads(done.stdout)["tally"]["unclaimed_files"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", ["scan", "check", "simulate"])
def test_no_command_opens_a_connection(tmp_path, logs, command):
    """As README promises: an audit hook ends the process at the first socket that is connected or resolved."""
    words = {"scan": ["scan", str(logs)], "check": ["check"], "simulate": ["simulate", "--into", str(tmp_path / "new")]}
    guard = (
        "import os, sys\n"
        "hook = lambda event, _: os._exit(99) if event in ('socket.connect', 'socket.getaddrinfo') else None\n"
        f"sys.addaudithook(hook); sys.argv = ['witnessmark', *{words[command]!r}]\n"
        "from generator.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", guard], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == Exit.OK, done.stderr


def test_build_with_a_file_nobody_knows_says_that_it_was_done_in_part(tmp_path, logs, monkeypatch):
    """The site is built; the exit code is that of the README."""
    from generator import build as pipeline
    from generator import cli

    (logs / "notes.jsonl").write_text('{"hello": 1}\n')
    built = pipeline.Built(site=tmp_path, pages=1, files=1, findings=0, failed=())
    monkeypatch.setattr(pipeline, "build", lambda *_, **__: built)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["witnessmark", "build", "--logs", str(logs)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == Exit.PARTIAL


def test_a_folder_without_logs_is_an_error_with_a_hint(tmp_path):
    (tmp_path / "empty").mkdir()
    done = witnessmark("scan", tmp_path / "empty", home=tmp_path)
    assert done.returncode == Exit.UNREADABLE
    assert "W-no-logs" in done.stderr


def test_collect_writes_a_pack_and_keeps_the_key_in_the_state_folder(tmp_path, logs):
    pack = tmp_path / "content" / "evidence" / "mine"
    done = witnessmark("collect", logs, "--into", pack, home=tmp_path, env={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert done.returncode == Exit.OK, done.stderr
    assert {path.name for path in pack.iterdir()} == {
        "pack.json",
        "requests.parquet",
        "rounds.parquet",
        "lines.parquet",
        "marks.parquet",
        "counters.parquet",
        "meters.parquet",
        "buckets.parquet",
    }
    key = tmp_path / "state" / "witnessmark" / "key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_collecting_twice_gives_the_same_pack(tmp_path, logs):
    """The key stays, so pseudonyms and finding ids stay."""
    packs = [tmp_path / name / "mine" for name in ("one", "two")]
    for pack in packs:
        witnessmark("collect", logs, "--into", pack, home=tmp_path)
    assert [p.read_bytes() for p in sorted(packs[0].iterdir())] == [p.read_bytes() for p in sorted(packs[1].iterdir())]


def test_a_wrong_option_is_a_usage_error(tmp_path):
    assert witnessmark("scan", "--nonsense", home=tmp_path).returncode == Exit.CONTENT


def test_simulate_refuses_a_folder_with_something_in_it(tmp_path, logs):
    assert witnessmark("simulate", "--into", logs, home=tmp_path).returncode == Exit.CONTENT


def test_ten_mistakes_in_content_give_ten_lines_and_exit_code_2(tmp_path):
    """Each as path:line:col: code message, all of one run."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "tests" / "sites" / "small" / "content", content)
    shutil.copytree(ROOT / "content" / "examples", content / "examples")

    def broken(name, old, new):
        path = content / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    report = "reports/cc-46829.yml"
    broken(report, "date: 2026-04-12", "date: 2026-13-12")  # 1 bad date
    broken(report, "detail: measurements", "detail: measured")  # 2 unknown value
    broken(report, "opened: true", "opened: 'yes'")  # 3 wrong type
    broken("reports/cc-38357.yml", "id: cc-38357", "id: cc-99999")  # 4 file name and id differ
    broken("reports/cc-38357.yml", "url: https://", "url: javascript://")  # 5 bad address
    broken("reports/cc-24048.yml", "source_type: issue", "source_type: issue\nsource_type: issue")  # 6 duplicate key
    broken("claims/C-008.yml", "symptoms: [idle-usage]", "symptoms: [idle-usagge]")  # 7 unknown id
    broken("claims/C-064.yml", "kind: figure", "kind: figure\ncolour: red")  # 8 unknown field
    broken("claims/C-103.yml", "grade: contradicted", "grade:\tcontradicted")  # 9 tab
    broken("incidents/2026-03.yml", "impact: ", "impact: 3.10 #")  # 10 number where a word is needed
    done = witnessmark("check", "--root", tmp_path, home=tmp_path)
    assert done.returncode == Exit.CONTENT
    lines = done.stderr.splitlines()
    assert all(re.match(r"content/[\w/.-]+:\d+:\d+: W-[a-z-]+ \S", line) for line in lines), done.stderr
    assert len(lines) == 10, done.stderr
    assert 'did you mean "idle-usage"' in done.stderr
