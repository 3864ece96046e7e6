"""Commands on issue forms: `from-issue` makes a record of an accepted issue, `issue-forms` writes the forms."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from generator import __version__
from generator.base.problems import ContentError, Problem
from generator.base.wording import plural
from generator.cli.context import ROOT, now

if TYPE_CHECKING:
    from generator.curated.issues.event import Issue
    from generator.curated.issues.record import Draft
    from generator.curated.issues.written import Written

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("from-issue")
@ROOT
@click.argument("event", type=_FILE)
@click.option("--permission", type=_FILE, required=True, help="The tracker's answer on who set the label, as JSON.")
@click.option(
    "--comment",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Write here, for the issue, what is wrong with its answers.",
)
def from_issue(root: Path, event: Path, permission: Path, comment: Path | None) -> None:
    """Make one record of the answers in an issue form that a maintainer accepted, and print its path.

    EVENT is the file of the tracker's event ($GITHUB_EVENT_PATH in a workflow): the issue as it was when the label
    `accepted` was set. The permission of who set it is the answer of repos/OWNER/NAME/collaborators/LOGIN/permission.
    What stands in the issue becomes quoted texts of one file below content/; all of content/ is then checked, and a
    mistake leaves it as it was. This command opens no connection.

    \b
    Example:
      witnessmark from-issue "$GITHUB_EVENT_PATH" --permission permission.json --comment comment.md
    """
    from generator.curated.issues.comment import comment_on
    from generator.curated.issues.event import accepted

    issue = accepted(event, permission)
    making = _Making(root, issue)
    try:
        click.echo(making.path())
    except ContentError as error:
        if comment:
            comment.write_text(comment_on(error.problems, making.draft, making.written), "utf-8")
        raise


@dataclass
class _Making:
    """One record on its way into content/, as far as it has come."""

    root: Path
    issue: Issue
    draft: Draft | None = None
    written: Written | None = None

    def path(self) -> str:
        """The file that was written, from the root. Raises ContentError; content/ is then as it was."""
        from generator.cli.new.writing import put, refuse_links
        from generator.curated.case import Case
        from generator.curated.issues.answers import answers_of
        from generator.curated.issues.record import draft_of
        from generator.curated.issues.written import written
        from generator.curated.library import load_kind
        from generator.curated.yamlfile import MAX_BYTES, read_bytes

        (case,) = load_kind(self.root / "content", Case)
        self.draft = draft_of(self.issue, answers_of(self.issue), case, now().date())
        shown = f"content/{self.draft.path}"
        refuse_links(self.root, shown)
        place = self.root / shown
        old = read_bytes(place, shown, MAX_BYTES) if place.exists() else None
        if old is not None and not self.draft.listed:
            words, hint = "is there already", "this issue has its record; change that file instead"
            raise ContentError(Problem(shown, 0, 0, "W-twice", words, hint))
        self.written = written(self.draft, old or b"")
        self._check(shown)
        put(self.root, shown, old, self.written.content)
        return shown

    def _check(self, shown: str) -> None:
        """Raise ContentError unless all of content/ would be sound with the file. Nothing is changed for that."""
        from generator.curated.outside import outside
        from generator.curated.proposed import problems_of, reading_of
        from generator.detectors import DETECTORS

        assert self.written is not None
        reading = reading_of(self.root / "content", outside(DETECTORS, today=now().date()))
        if problems := problems_of(reading, shown, self.written.content):  # the new record last: a double is told there
            raise ContentError(*problems)
        with TemporaryDirectory() as folder:
            _check_copy(self.root, Path(folder), shown, self.written.content)


def _check_copy(root: Path, copy: Path, shown: str, content: bytes) -> None:
    """What depends on grades and packs: the same folder with the file in it, read as a build reads it."""
    from generator.content import read_content

    try:
        shutil.copytree(root / "content", copy / "content", symlinks=True)
    except shutil.Error as error:  # holds one row a file
        raise OSError(errno.EIO, error.args[0][0][2], str(copy)) from None
    if (root / "mkdocs.yml").is_file():
        shutil.copyfile(root / "mkdocs.yml", copy / "mkdocs.yml")
    (copy / shown).parent.mkdir(exist_ok=True)
    (copy / shown).write_bytes(content)
    try:
        read_content(copy.resolve(), now=now(), version=__version__)
    except ContentError as error:
        below = f"{copy.resolve()}{os.sep}"
        raise ContentError(*(replace(one, path=one.path.removeprefix(below)) for one in error.problems)) from None


@click.command("issue-forms")
@ROOT
def issue_forms(root: Path) -> None:
    """Write the forms of the issue tracker into .github/ISSUE_TEMPLATE/, with the products and symptoms of the case.

    \b
    Example:
      witnessmark issue-forms
    """
    from generator.cli.new.writing import put, refuse_links
    from generator.curated.issues.template import template_files
    from generator.curated.library import load

    files = template_files(load(root / "content"))
    for path in files:
        refuse_links(root, path)
    for path, text in files.items():
        old = (root / path).read_bytes() if (root / path).exists() else None
        put(root, path, old, text.encode())
    click.echo(f"{plural(len(files), 'file')} written into .github/ISSUE_TEMPLATE/.")
