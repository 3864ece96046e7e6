"""Names that only the owner's files tell: projects, skills, paths of logs. They never enter a record or a pack."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generator.base.wording import printable

if TYPE_CHECKING:
    from generator.importers import Discovery
    from generator.records.rows import Request

PROJECTS = "projects"  # the client's folder; below it a folder for each place that somebody worked in
CLIENT_FOLDERS = frozenset({".claude", "claude"})
SUBAGENTS = "subagents"
SESSION = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_SKILL = "no skill"


def paths_by_label(found: Discovery) -> dict[str, str]:
    """Path of each log by the name that reports give it, log-0001 for the first."""
    from generator.importers.base import file_label

    return {file_label(index): printable(str(file.path)) for index, file in enumerate(found.claimed)}


def labels_by_session(requests: Iterable[Request]) -> dict[str, tuple[str, ...]]:
    """Labels of the logs in which the calls of each session were read, by the session's pseudonym."""
    from generator.importers.base import file_label

    found: defaultdict[str, set[int]] = defaultdict(set)
    for request in requests:
        found[request.session].add(request.source.file)
    return {session: tuple(map(file_label, sorted(files))) for session, files in sorted(found.items())}


def project_namer(found: Discovery, named: Sequence[Path]) -> Callable[[Request], str]:
    """The project folder of the file that a call was read in; `named`: the paths below which logs were looked for."""
    roots = [path.resolve() for path in named]
    labels = [printable(project_of(file.path, roots)) for file in found.claimed]
    return lambda request: labels[request.source.file]


def project_of(path: Path, roots: Sequence[Path]) -> str:
    """Name of the project's folder: the one below the client's `projects`, else the first below the named path."""
    root = max((root for root in roots if path.is_relative_to(root)), key=lambda root: len(root.parts), default=None)
    folders = path.parts[:-1]
    below = 0 if root is None else len(root.parts) - 1  # where the named folder itself stands among the parts
    for place in range(len(folders) - 2, -1, -1):
        if folders[place] == PROJECTS and (place >= below or _is_client(folders, place)):
            return folders[place + 1]
    while len(folders) > 1 and (folders[-1] == SUBAGENTS or SESSION.fullmatch(folders[-1])):
        folders = folders[:-1]  # files of sub-agents are below a folder of their session
    if root is not None and len(folders) > len(root.parts):
        return folders[len(root.parts)]
    return folders[-1] if folders else ""


def _is_client(folders: Sequence[str], place: int) -> bool:
    """Is this `projects` that of the client, and not a folder of the user's own by the same name?"""
    return (place > 0 and folders[place - 1] in CLIENT_FOLDERS) or folders[place + 1].startswith("-")


def skill_namer(found: Discovery) -> Callable[[Request], str]:
    """The skill that a call worked for, as its client wrote it down."""
    from generator.importers.claude.skills import skills

    names = {source: printable(name) for source, name in skills(list(found.claimed)).items()}
    return lambda request: names.get(request.source, NO_SKILL)
