"""The small case as a repository of its own, and its story: two snapshots a fortnight apart by a simulated clock.

Between them a report is withdrawn, one claim is graded anew by its evidence and one by a withdrawn finding, a finding is
new, a title has other words, a file is deleted, a correction is written, and the site gets an address of its own. A
report has text of a stranger all along.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from click.testing import CliRunner

from generator.base.problems import PublishRefusedError
from generator.build import read_content
from generator.cli import cli

ROOT = Path(__file__).parent.parent
CASE = ROOT / "tests" / "sites" / "small"
FIRST, SECOND, THIRD = date(2026, 11, 30), date(2026, 12, 14), date(2026, 12, 15)
ADDRESS = "https://witness.dev/case/"
PUBLIC, NEW = "agentv", "prompts-chat"
"""Public logs: that of the first snapshot, said to be the author's own, and that of the second."""
BURIED = "F-52AK2Y43"
"""The one finding of the first log that claim C-104 rests on."""
OLD_TITLE = "Usage meters moved while nobody was working."
NEW_TITLE = "Meters of usage moved while nobody worked."
HOSTILE = "<script>hacked=1</script> [a](javascript:hacked=2){: onclick='hacked=3' } </blockquote><img src=x onerror=hacked=4>"
RESTING = """id: C-104
section: '9. Meaning'
lines: '142'
statement: 'What was written to the cache was not read again.'
surfaces: [api]
symptoms: [cache-miss]
kind: mechanism
grade: not_checkable
confidence: low
reason: Only a log can tell.
private: true
tested_by: [unread-last-write]
"""


def small_root(folder, *, evidence=False):
    """The small case as a repository of its own."""
    root = folder / "root"
    shutil.copytree(CASE / "content", root / "content")
    shutil.copytree(ROOT / "content" / "examples", root / "content" / "examples")
    shutil.copytree(ROOT / "templates", root / "templates")
    shutil.copy(ROOT / "mkdocs.yml", root)
    if evidence:
        add_evidence(root)
    return root


def add_evidence(root, name=PUBLIC):
    """A public log with its findings."""
    shutil.copytree(ROOT / "content" / "evidence" / name, root / "content" / "evidence" / name)
    (root / "content" / "origins").mkdir(exist_ok=True)
    shutil.copy(ROOT / "content" / "origins" / f"{name}.yml", root / "content" / "origins")


def epoch(day):
    return str(int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()))


def run(root, day, *arguments):
    """A command on a day; what it raises is raised."""
    environment = {"SOURCE_DATE_EPOCH": epoch(day)}
    command, *others = arguments
    done = CliRunner().invoke(cli, [command, "--root", str(root), *others], env=environment, standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


def content(root, day=FIRST):
    return read_content(root, now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC), version="0.1.0")


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), "utf-8")


def told(problems):
    return [str(problem) for problem in problems]


@dataclass(frozen=True)
class Story:
    """Two snapshots, and a build of the day after that was refused."""

    root: Path
    finding: str  # new in the second
    refused: str  # what a build said after a place was lost

    @classmethod
    def of(cls, folder: Path) -> Story:
        """What `tell` left in a folder."""
        return cls(folder / "root", **json.loads((folder / "told.json").read_text("utf-8")))

    def copied(self, folder: Path) -> Story:
        """The same in a folder of its own, which may be changed."""
        shutil.copytree(self.root, folder / "root")
        return Story(folder / "root", self.finding, self.refused)

    def read(self, path):
        return (self.root / "site" / path).read_text("utf-8")

    def json(self, path):
        return json.loads(self.read(path))


def begin(folder: Path) -> Path:
    """The case as it was at the first snapshot."""
    root = small_root(folder, evidence=True)
    records = root / "content"
    (records / "claims" / "C-104.yml").write_text(RESTING, "utf-8")
    edit(records / "case.yml", "repository: null", f"author_packs: [{PUBLIC}]\nrepository: null")
    report = (records / "reports" / "cc-24048.yml").read_text("utf-8").replace("id: cc-24048", "id: of-a-stranger")
    report = re.sub(r"(?s)title: >-\n.*?\ndate:", lambda _: f"title: {json.dumps(HOSTILE)}\ndate:", report)
    report = report.replace("issues/24048", "issues/24049").replace("closed (has repro)", HOSTILE.replace("'", "''"))
    (records / "reports" / "of-a-stranger.yml").write_text(report, "utf-8")
    return root


def change(root: Path) -> None:
    """All that happens in the fortnight."""
    records = root / "content"
    run(root, SECOND, "bury", "r/cc-24048", "--reason", "The reporter was on another product.", "--to", "r/cc-38357")
    run(root, SECOND, "bury", "i/0ghc53zpsfmt", "--reason", "The status page took it back.")
    run(root, SECOND, "bury", f"f/{BURIED}", "--reason", "A relay wrote the call twice.")
    month = records / "incidents" / "2026-03.yml"
    entries = re.split(r"(?m)^(?=- )", month.read_text("utf-8"))
    month.write_text("".join(one for one in entries if "0ghc53zpsfmt" not in one), "utf-8")  # the record itself goes
    claim = records / "claims" / "C-103.yml"
    more = "  - source: S-102\n    stance: against\n    shows: It says so too.\n"
    claim.write_text(claim.read_text("utf-8").replace("    bears: part\n", "").rstrip("\n") + "\n" + more, "utf-8")
    edit(records / "claims" / "C-008.yml", OLD_TITLE, NEW_TITLE)
    (records / "corrections.yml").write_text(
        "- id: heading-of-a-report\n  page: r/cc-46829\n  date: 2026-12-10\n  was: Another heading.\n  now: This heading.\n  why: Read again.\n",
        "utf-8",
    )
    add_evidence(root, NEW)
    edit(records / "case.yml", "author_packs:", "answers_within: 14\nauthor_packs:")
    edit(root / "mkdocs.yml", "https://witnessmark.example/", ADDRESS)


def tell(folder: Path) -> None:
    """The story, into a folder."""
    root = begin(folder)
    run(root, FIRST, "snapshot")
    change(root)
    run(root, SECOND, "snapshot")
    found = [view.finding.id for view in content(root, SECOND).findings if view.pack.id == NEW]
    edit(root / "templates" / "report.md.j2", "{ #reading }", "{ #read }")
    try:
        run(root, THIRD, "build")
        refused = ""
    except PublishRefusedError as error:
        refused = "\n".join(told(error.problems))
    edit(root / "templates" / "report.md.j2", "{ #read }", "{ #reading }")
    story = asdict(Story(root, found[0], refused))
    del story["root"]
    (folder / "told.json").write_text(json.dumps(story), "utf-8")
