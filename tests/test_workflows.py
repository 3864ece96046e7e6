"""What runs for strangers holds the rules: digests, least permissions, no word of theirs in a command."""

from __future__ import annotations

import csv
import http.server
import json
import re
import shutil
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from patience import HANGS
from workflow_files import FOLDER, ROOT, run_step, workflows

SAYS = workflows()
JOBS = [(name, id, job) for name, said in SAYS.items() for id, job in said["jobs"].items()]
STEPS = [(name, id, step) for name, id, job in JOBS for step in job["steps"]]
WRITING = {
    ("issue-form", "propose"): {"contents", "pull-requests", "issues"},
    ("links", "tell"): {"issues"},
    ("publish", "deploy"): {"pages", "id-token"},
}
"""Jobs that may write, and what. None of them runs code of this repository but `gh` with fixed words."""
CONTEXTS = re.compile(r"\$\{\{\s*([^}]+?)\s*\}\}")


def test_every_action_is_named_by_its_digest_with_its_version_beside_it():
    used = [line for path in FOLDER.glob("*.yml") for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    assert len(used) > 10
    for line in used:
        assert re.search(r"uses: [a-z0-9-]+/[a-z0-9-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_one_action_has_one_digest():
    named = {}
    for _, _, step in STEPS:
        if "uses" in step:
            action, _, digest = step["uses"].partition("@")
            assert named.setdefault(action, digest) == digest


def test_nothing_runs_on_a_trigger_that_has_secrets_and_strangers_code():
    for name, said in SAYS.items():
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(said["on"]), name


def test_permissions_are_none_and_each_job_names_its_own():
    for name, said in SAYS.items():
        assert said["permissions"] == {}, name
    for name, id, job in JOBS:
        writing = {what for what, how in job["permissions"].items() if how == "write"}
        assert writing == WRITING.get((name, id), set()), (name, id)


def test_who_may_write_runs_no_code_of_the_repository():
    for name, id in WRITING:
        steps = SAYS[name]["jobs"][id]["steps"]
        assert not any(step.get("uses", "").startswith("actions/checkout@") for step in steps)
        assert not any("witnessmark " in step.get("run", "") or "make " in step.get("run", "") for step in steps)


def test_secrets_are_named_nowhere():
    for path in FOLDER.glob("*.yml"):
        assert not re.search(r"\$\{\{[^}]*secrets", path.read_text("utf-8")), path.name


def test_no_expression_is_inside_a_command():
    """What a stranger wrote would be part of the script: https://docs.github.com/en/actions/security-guides/security-hardening-for-github-actions"""
    for name, id, step in STEPS:
        assert "${{" not in step.get("run", ""), (name, id)
        assert "script" not in step.get("with", {}), (name, id)


def test_no_free_text_of_a_stranger_reaches_a_step():
    """Numbers, logins, digests and the name of the default branch are no free text."""
    allowed = {
        "github.token", "github.repository", "github.event.issue.number", "github.event.sender.login",
        "github.event.pull_request.base.ref", "github.event.repository.default_branch",
    }  # fmt: skip
    for name, id, job in JOBS:
        for place in [job, *job["steps"]]:
            values = [*place.get("env", {}).values(), *place.get("with", {}).values()]
            found = {expression for value in values for expression in CONTEXTS.findall(str(value))}
            assert found <= allowed, (name, id, found - allowed)


def test_every_checkout_leaves_no_token_behind():
    for name, id, step in STEPS:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, (name, id)


def test_every_job_ends_and_no_two_runs_meet():
    for name, said in SAYS.items():
        assert said["concurrency"]["group"], name
    for name, id, job in JOBS:
        assert 0 < job["timeout-minutes"] <= 60, (name, id)
        assert job["name"]
        assert job["runs-on"] == "ubuntu-24.04"


def test_a_change_of_content_alone_runs_the_code_of_main():
    steps = SAYS["content"]["jobs"]["preview"]["steps"]
    first, second = (step for step in steps if step.get("uses", "").startswith("actions/checkout@"))
    assert first["with"]["ref"] == "${{ github.event.pull_request.base.ref }}"
    assert "path" not in first["with"]
    assert second["with"]["path"] == "change"
    assert SAYS["content"]["on"] == {"pull_request": {"paths": ["content/**"]}}
    assert SAYS["ci"]["on"]["pull_request"] == {"paths-ignore": ["content/**"]}
    after = steps[steps.index(next(step for step in steps if step.get("id") == "scope")) + 1 :]
    assert all(step["if"] == "steps.scope.outputs.alone == 'true'" for step in after)


def test_the_label_is_asked_for_before_the_form_is_read():
    from generator.curated.issues.forms import ACCEPTED

    job = SAYS["issue-form"]["jobs"]["read"]
    assert f"github.event.label.name == '{ACCEPTED}'" in job["if"]
    assert SAYS["issue-form"]["on"] == {"issues": {"types": ["labeled"]}}


def test_commands_of_workflows_exist():
    from generator.cli import cli

    targets = set(re.findall(r"^([$A-Za-z().-][^:=\s]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    targets |= {target.replace("$(VENV)", ".venv") for target in targets}
    for name, _, step in STEPS:
        for command in re.findall(r"(?:bin/|^\s*)witnessmark ([a-z-]+)", step.get("run", ""), re.MULTILINE):
            assert command in cli.commands, (name, command)
        for target in re.findall(r"\bmake ([.a-z/-]+)", step.get("run", "")):
            assert target in targets, (name, target)
        for script in re.findall(r"python3 (\S+\.py)", step.get("run", "")):
            assert (ROOT / script).is_file()


def test_owners_are_asked_for_what_is_not_content():
    rules = [
        line.split()
        for line in (ROOT / ".github" / "CODEOWNERS").read_text("utf-8").splitlines()
        if line and line[0] != "#"
    ]
    assert rules[0][0] == "*"
    assert len(rules[0]) > 1
    open_to_all = [rule[0] for rule in rules if len(rule) == 1]
    assert open_to_all == ["/content/"]
    places = [rule[0] for rule in rules]
    for closed in ("/content/case.yml", "/content/schemas/", "/content/evidence/"):
        assert places.index(closed) > places.index("/content/")
    assert all(rule[1].startswith("@") for rule in rules if len(rule) > 1)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not on the path")
def test_commands_are_sound_for_shellcheck(tmp_path):
    for number, (name, _, step) in enumerate(STEPS):
        if "run" in step:
            (tmp_path / f"{name}-{number}.sh").write_text(f"#!/bin/bash\nset -eo pipefail\n{step['run']}")
    done = subprocess.run(["shellcheck", *tmp_path.glob("*.sh")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("zizmor") is None, reason="zizmor is not on the path; it is in no lock")
def test_zizmor_finds_nothing():
    done = subprocess.run(
        ["zizmor", "--persona", "pedantic", "--offline", "--no-progress", str(ROOT / ".github")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


# ---- the address of the site ----


def gh(folder: Path, answer: str) -> str:
    """A folder for the path in which `gh` gives this answer."""
    (folder / "bin").mkdir()
    (folder / "bin" / "gh").write_text(f"#!/bin/sh\nprintf '%s\\n' '{answer}'\n")
    (folder / "bin" / "gh").chmod(0o755)
    return f"{folder / 'bin'}:/usr/bin:/bin"


@pytest.mark.parametrize(
    "answer", ["https://owner.github.io/evidence/", "https://owner.github.io/evidence", "https://evidence.example.org/"]
)
def test_the_address_of_pages_takes_the_place_of_the_example(tmp_path, answer):
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    done = run_step(
        "publish",
        "build",
        "The address of the site",
        tmp_path,
        PATH=gh(tmp_path, answer),
        GITHUB_REPOSITORY="owner/evidence",
    )
    assert done.returncode == 0, done.stderr
    assert f"\nsite_url: {answer.rstrip('/')}/\n" in (tmp_path / "mkdocs.yml").read_text("utf-8")


@pytest.mark.parametrize("answer", ["null", "", "https://a/|e touch x", "javascript:x", "https://a b/", "https://a/&"])
def test_what_is_no_address_stops_the_build(tmp_path, answer):
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    done = run_step(
        "publish",
        "build",
        "The address of the site",
        tmp_path,
        PATH=gh(tmp_path, answer),
        GITHUB_REPOSITORY="owner/evidence",
    )
    assert done.returncode != 0
    assert (tmp_path / "mkdocs.yml").read_text("utf-8") == (ROOT / "mkdocs.yml").read_text("utf-8")


def test_an_address_that_was_set_stays(tmp_path):
    (tmp_path / "mkdocs.yml").write_text("site_url: https://own.example.org/ # mine\n")
    done = run_step("publish", "build", "The address of the site", tmp_path, PATH="/usr/bin:/bin")
    assert done.returncode == 0
    assert (tmp_path / "mkdocs.yml").read_text("utf-8") == "site_url: https://own.example.org/ # mine\n"


# ---- an issue form becomes a pull request ----

FAKE = """#!/bin/bash
# What GitHub answers, and a list of what it was asked.
printf '%s\\x1f' "$@" >> "$ASKED"; echo >> "$ASKED"
case "$*" in
  *git/matching-refs/heads/issue-12*) printf '%b' "$BRANCHES" ;;
  *git/ref/heads/*) echo 9999999999999999999999999999999999999999 ;;
  *contents/content/corrections.yml*--jq*) echo fedcba9876543210fedcba9876543210fedcba98 ;;
  *contents/*--jq*) exit 1 ;;
  *--body-file*-*) cat >> "$ASKED" ;;
esac
"""


READ = "0123456789abcdef0123456789abcdef01234567"


def proposed(folder, path, record="id: x\n", branches=r"refs/heads/issue-120\nrefs/heads/issue-12-x\n"):
    """What `gh` is asked to do with this record at this path."""
    (folder / "made").mkdir()
    (folder / "made" / "path").write_text(f"{path}\n")
    (folder / "made" / "record.yml").write_text(record)
    (folder / "bin").mkdir()
    (folder / "bin" / "gh").write_text(FAKE)
    (folder / "bin" / "gh").chmod(0o755)
    environment = {
        "PATH": f"{folder / 'bin'}:/usr/bin:/bin", "ASKED": str(folder / "asked"), "GH_REPO": "owner/evidence",
        "NUMBER": "12", "BRANCH": "main", "BRANCHES": branches, "GITHUB_SHA": READ,
    }  # fmt: skip
    done = run_step("issue-form", "propose", "Open the pull request", folder, **environment)
    asked = (folder / "asked").read_text().splitlines() if (folder / "asked").exists() else []
    return done, [line.split("\x1f") for line in asked]


@pytest.mark.parametrize(
    ("path", "old"),
    [
        ("content/reports/issue-12-weekly-limit.yml", False),
        ("content/reports/issue-12.yml", False),
        ("content/replies/issue-12-vendor.yml", False),
        ("content/corrections.yml", True),
    ],
)
def test_a_record_becomes_a_branch_with_one_file_and_a_pull_request(tmp_path, path, old):
    done, asked = proposed(tmp_path, path)
    assert done.returncode == 0, done.stderr
    (put,) = [words for words in asked if "PUT" in words]
    assert f"repos/owner/evidence/contents/{path}" in put
    assert "branch=issue-12" in put
    assert ("sha=fedcba9876543210fedcba9876543210fedcba98" in put) is old
    (opened,) = [words for words in asked if words[:2] == ["pr", "create"]]
    assert opened[2:8] == ["--base", "main", "--head", "issue-12", "--title", "Record of issue 12"]
    assert any(words == ["Closes #12"] for words in asked)
    (branch,) = [words for words in asked if "repos/owner/evidence/git/refs" in words]
    assert f"sha={READ}" in branch  # as it was read, so that the merge keeps what came in between
    assert not [words for words in asked if "git/ref/heads/main" in " ".join(words)]


def test_a_second_label_leaves_the_branch_that_is_there_and_says_so(tmp_path):
    branches = r"refs/heads/issue-120\nrefs/heads/issue-12\n"
    done, asked = proposed(tmp_path, "content/corrections.yml", branches=branches)
    assert done.returncode == 0, done.stderr
    assert not [words for words in asked if "PUT" in words or "repos/owner/evidence/git/refs" in words or "pr" in words]
    assert [words[:3] for words in asked if words[0] == "issue"] == [
        ["issue", "comment", "12"],
        ["issue", "edit", "12"],
    ]
    assert any("delete the branch, and set the label `accepted` again." in " ".join(words) for words in asked)


def test_what_is_read_is_the_commit_that_the_branch_begins_at():
    (checkout,) = [one for one in SAYS["issue-form"]["jobs"]["read"]["steps"] if "checkout" in one.get("uses", "")]
    assert "ref" not in checkout["with"]


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml", "content/case.yml", "content/reports/../case.yml", "content/reports/issue-12.yml.sh",
        "content/reports/x.yml", "content/reports/issue-12-A.yml", "content/replies/issue-12.md", "$(touch owned)", "",
        "content/reports/issue-12.yml\nx",
    ],
)  # fmt: skip
def test_no_other_file_is_ever_written(tmp_path, path):
    done, asked = proposed(tmp_path, path)
    assert done.returncode != 0
    assert asked == []
    assert not (tmp_path / "owned").exists()


def test_a_record_of_any_size_is_not_taken(tmp_path):
    done, asked = proposed(tmp_path, "content/corrections.yml", "x" * 200_000)
    assert done.returncode != 0
    assert asked == []


def test_an_accepted_issue_is_made_into_a_record_by_the_command_of_the_workflow(tmp_path):
    """With the event and the answer as the host gives them; `.venv` is the environment of the tests."""
    import test_issue_forms as forms

    shutil.copytree(forms.CASE, tmp_path / "content")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    command = tmp_path / ".venv" / "bin" / "witnessmark"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m generator "$@"\n')
    command.chmod(0o755)
    (tmp_path / "permission.json").write_text(json.dumps(forms.ALLOWED))
    environment = {"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    (tmp_path / "event.json").write_text(json.dumps(forms.event(forms.body(forms.REPORT, headline="$(touch owned)"))))
    done = run_step("issue-form", "read", "Make the record", tmp_path, SOURCE_DATE_EPOCH="1796040000", **environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "output").read_text() == "made=true\n"
    assert (tmp_path / "made" / "path").read_text() == "content/reports/issue-12-touch-owned.yml\n"
    assert 'title: "$(touch owned)"' in (tmp_path / "made" / "record.yml").read_text()
    shutil.rmtree(tmp_path / "made")
    (tmp_path / "event.json").write_text(json.dumps(forms.event(forms.body(forms.REPORT, url="http://example.org/"))))
    done = run_step("issue-form", "read", "Make the record", tmp_path, SOURCE_DATE_EPOCH="1796040000", **environment)
    assert done.returncode == 0
    assert (tmp_path / "output").read_text() == "made=true\nmade=false\n"
    assert "W-url" in (tmp_path / "made" / "comment.md").read_text()
    assert not (tmp_path / "owned").exists()


# ---- dead links ----


STATUSES = {"/here": 200, "/gone": 410, "/missing": 404, "/shut": 403, "/broken": 503, "/no-head": 405}


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self._answer(STATUSES.get(self.path, 404))

    def do_GET(self):
        if self.path.startswith("/archive?url="):
            known = "missing" in self.path
            closest = {
                "closest": {
                    "url": f"http://web.archive.org/web/2026/{self.path[13:]}",
                    "available": True,
                    "status": "200",
                }
            }
            self._answer(200, json.dumps({"archived_snapshots": closest if known else {}}).encode())
        else:
            self._answer(200 if self.path == "/no-head" else STATUSES.get(self.path, 404))

    def _answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def pages():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def look(tmp_path, pages, names):
    rows = [("report", f"id-{name}", f"{pages}/{name}", "") for name in names]
    with (tmp_path / "links.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("kind", "id", "address", "archive"), *rows])
    script = ROOT / ".github" / "scripts" / "dead_links.py"
    given = [tmp_path / "links.csv", "--into", tmp_path / "dead", "--archive", f"{pages}/archive?url=", "--pause", "0"]
    subprocess.run([sys.executable, script, *given], check=True, timeout=HANGS)
    return tmp_path / "dead"


def test_dead_is_what_says_so_and_a_copy_is_proposed(tmp_path, pages):
    dead = look(tmp_path, pages, ["here", "gone", "missing", "shut", "broken", "no-head"])
    with (dead / "proposed.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["id"] for row in rows] == ["id-gone", "id-missing"]
    assert rows[0]["archive"] == ""
    assert rows[1]["archive"].startswith("https://web.archive.org/web/2026/")
    said = (dead / "issue.md").read_text("utf-8")
    assert said.startswith("2 records lead to an address that is dead.")
    assert "report id-gone: 410" in said


def test_where_nothing_is_dead_there_is_no_issue(tmp_path, pages):
    dead = look(tmp_path, pages, ["here", "shut"])
    assert sorted(path.name for path in dead.iterdir()) == ["checked.csv"]


NO_ANSWERS = {
    "no-status": b"garbage\r\n\r\n",
    "long-header": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    "many-headers": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 300 + b"\r\n",
    "status-99999": b"HTTP/1.1 99999 OK\r\n\r\n",
    "nothing": b"",
    "to-a-space": b"HTTP/1.1 302 F\r\nLocation: https://exa mple.org/\r\n\r\n",
    "to-no-port": b"HTTP/1.1 302 F\r\nLocation: https://127.0.0.1:abc/\r\n\r\n",
    "to-half-a-host": b"HTTP/1.1 301 F\r\nLocation: https://[::1/\r\n\r\n",
    "to-a-file": b"HTTP/1.1 307 F\r\nLocation: file:///etc/passwd\r\n\r\n",
    "to-nowhere": b"HTTP/1.1 302 F\r\n\r\n",
}


@pytest.fixture
def raw():
    """A server that says these bytes; "/drip" comes letter by letter, "/to-http" leads to "/victim" of the same."""
    seen = []

    class Raw(socketserver.StreamRequestHandler):
        def handle(self):
            name = self.rfile.readline().split()[1].decode().lstrip("/")
            seen.append(name)
            if name == "to-http":
                place = f"http://127.0.0.1:{self.server.server_address[1]}/victim"
                self.wfile.write(f"HTTP/1.1 302 F\r\nLocation: {place}\r\n\r\n".encode())
            elif name.startswith("drip"):
                with suppress(OSError):
                    for letter in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300:
                        self.wfile.write(bytes([letter]))
                        time.sleep(0.05)
            else:
                self.wfile.write(NO_ANSWERS.get(name, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Raw) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
        server.shutdown()


def looked(tmp_path, text, *more):
    """The statuses, and what is said of rows."""
    (tmp_path / "links.csv").write_bytes(text)
    script = ROOT / ".github" / "scripts" / "dead_links.py"
    given = [tmp_path / "links.csv", "--into", tmp_path / "dead", "--pause", "0", *more]
    done = subprocess.run([sys.executable, script, *given], check=True, timeout=HANGS, capture_output=True, text=True)
    with (tmp_path / "dead" / "checked.csv").open(newline="") as stream:
        return {row["address"]: row["status"] for row in csv.DictReader(stream)}, done.stderr


@pytest.mark.parametrize("name", [*NO_ANSWERS, "to-http"])
def test_an_answer_that_is_none_ends_no_run(tmp_path, raw, name):
    address, seen = raw
    text = f"kind,id,address,archive\nreport,a,{address}/{name},\nreport,b,{address}/good,\n"
    statuses, said = looked(tmp_path, text.encode())
    assert statuses == {f"{address}/{name}": "no answer", f"{address}/good": "200"}
    assert said == ""
    assert "victim" not in seen


def test_a_slow_answer_ends_and_its_host_is_left_alone(tmp_path, raw):
    address, seen = raw
    text = "kind,id,address,archive\n" + "".join(f"report,{one},{address}/drip{one},\n" for one in range(5))
    start = time.monotonic()
    statuses, _ = looked(tmp_path, text.encode(), "--deadline", "0.2")
    assert time.monotonic() - start < 10
    assert sorted(statuses.values()) == ["no answer"] * 3 + ["not asked"] * 2
    assert len(seen) == 3


@pytest.mark.parametrize(
    "row",
    [
        b"report,r1,https://[foo/x,", b"short", b"report,r1,https://a/", b"report,r1,https://a\0b/,", b"report,r1,,",
        b"report,r1,https://127.0.0.1:1/a b,", b"report,r1,file:///etc/passwd,", b"report,r1,https://\xff/,",
        b"report,r1,https://a/,,more", b'report,"r\n1",https://a/,', b"report,r1,https://a/," + b"x" * 200_000,
    ],
)  # fmt: skip
def test_a_row_that_is_none_is_named_and_left_out(tmp_path, raw, row):
    address, _ = raw
    text = b"kind,id,address,archive\n" + row + f"\n\nreport,b,{address}/good,\n".encode()
    statuses, said = looked(tmp_path, text)
    assert statuses == {f"{address}/good": "200"}
    assert re.fullmatch(r"\S+links\.csv:[23]: left out: .+\n", said)


def test_a_list_without_its_columns_is_all_left_out(tmp_path):
    statuses, said = looked(tmp_path, b"a,b\n1,2\n3,4\n")
    assert statuses == {}
    assert said.count("left out: no kind, id, address, archive") == 2


def test_forms_and_settings_of_the_tracker_are_yaml():
    for path in [*(ROOT / ".github").rglob("*.yml")]:
        assert isinstance(yaml.safe_load(path.read_text("utf-8")), dict), path
