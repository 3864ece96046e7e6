"""`manifest.json`: the SHA-256 of all that a site was made from and of all it is made of.

It shows damage, a half upload and a file from another build. It shows no malice: who can change a page can change
the manifest too, so compare the manifest's own digest with one from elsewhere. Digests are of public files alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from generator.base.problems import Problem
from generator.base.program import source_digest
from generator.dossier.edition import records_list

NAME = "manifest.json"
NOT_COVERED = (".gitignore", NAME)
"""The first belongs to the repository that holds the folder; a file cannot hold its own digest."""

FROZEN = "v"
"""Folder of frozen snapshots, each with a manifest of its own: it belongs to no site."""

INPUTS = ("content", "templates", "mkdocs.yml")
SCHEMA = 1
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TOOL = "witnessmark"
_SITE = re.compile(r"""extra == ['"]site['"]""")


@dataclass(frozen=True)
class Provenance:
    """What a site is made from: digests of inputs by path, and what was asked for."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, inputs: Mapping[str, str], day: date, own_logs: Iterable[str]) -> Provenance:
        """Made on a day, with these packs of private logs."""
        return cls(inputs, {"built": day.isoformat(), "own_logs": sorted(own_logs)})


def hash_inputs(root: Path) -> dict[str, str]:
    """SHA-256 of every public file that a build of this repository reads, by path from its root.

    Links and hidden files are left out: a digest of what a link points to could be one of a private file.
    """
    found: dict[str, str] = {}
    for name in INPUTS:
        path = root / name
        if path.is_file() and not path.is_symlink():
            found[name] = _sha256(path)
            continue
        for file in _entries(path) if path.is_dir() else ():
            parts = file.relative_to(root).parts
            if not _odd(file) and not any(part.startswith(".") for part in parts):
                found["/".join(parts)] = _sha256(file)
    return dict(sorted(found.items()))


def hash_outputs(folder: Path) -> dict[str, str]:
    """SHA-256 of every regular file of a site, by path, but for those that no manifest covers."""
    names = {file.relative_to(folder).as_posix(): file for file in _entries(folder) if not _odd(file)}
    return {name: _sha256(names[name]) for name in sorted(names) if name not in NOT_COVERED}


def manifest_of(folder: Path, made_from: Provenance) -> bytes:
    """The manifest of a finished site. Same site and provenance, same bytes."""
    content = {
        "schema": SCHEMA,
        "not_covered": list(NOT_COVERED),
        "tool": {"name": _TOOL, "version": metadata.version(_TOOL), "source_sha256": source_digest()},
        "python": platform.python_version(),
        "libraries": libraries(),
        "parameters": dict(made_from.parameters),
        "inputs": dict(made_from.inputs),
        "records_sha256": hashlib.sha256(records_list(made_from.inputs).encode()).hexdigest(),
        "outputs": hash_outputs(folder),
    }
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def libraries() -> dict[str, str]:
    """Versions of all that building a site needs, with what that needs in turn, by normalised name."""
    found: dict[str, str] = {}
    waiting = [_TOOL]
    while waiting:
        name = waiting.pop()
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # a requirement of another system
        key = re.sub(r"[-_.]+", "-", name).casefold()
        if key in found:
            continue
        found[key] = distribution.version
        plain = (
            line
            for line in distribution.requires or ()
            if "extra ==" not in line or (name == _TOOL and _SITE.search(line))
        )
        waiting += [match.group() for line in plain if (match := _REQUIREMENT.match(line))]
    del found[_TOOL]
    return dict(sorted(found.items()))


def differences(folder: Path) -> tuple[Problem, ...]:
    """Every file of a site that is missing, changed or extra by its manifest; empty when the site is whole.

    Opens what stands in the folder alone: a name in a manifest leads nowhere else.
    """
    stated = _stated(folder / NAME)
    if stated is None:
        return (_problem(NAME, "S301", "is missing or not a manifest of this tool", "build the site again"),)
    problems = []
    seen = set()
    for file in _entries(folder):
        name = file.relative_to(folder).as_posix()
        seen.add(name)
        if name in NOT_COVERED and not _odd(file):
            continue
        if _odd(file):
            problems.append(_problem(name, "S304", "extra: not a regular file"))
        elif name not in stated:
            problems.append(_problem(name, "S304", "extra: the manifest does not name it"))
        elif _sha256(file) != stated[name]:
            problems.append(_problem(name, "S303", "changed: differs from its digest in the manifest"))
    problems += [_problem(name, "S302", "missing") for name in stated.keys() - seen]
    return tuple(sorted(problems))


def _stated(path: Path) -> dict[str, str] | None:
    if _odd(path):  # a link, or a pipe that would never end
        return None
    try:
        content = json.loads(path.read_bytes(), object_pairs_hook=_once)
    except (FileNotFoundError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        return None
    outputs = content.get("outputs")
    sound = isinstance(outputs, dict) and all(isinstance(value, str) for value in outputs.values())
    return outputs if sound and content.get("not_covered") == list(NOT_COVERED) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, each key once. Raises ValueError: of two equal keys readers take one or the other."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _entries(folder: Path) -> Iterator[Path]:
    """All below a folder that is no plain directory, in a fixed order; links are named, not followed."""
    for base, folders, files in os.walk(folder, onerror=_fail):
        folders.sort()
        if base == str(folder) and FROZEN in folders and not os.path.islink(os.path.join(base, FROZEN)):  # noqa: PTH114, PTH118  as os.walk
            folders.remove(FROZEN)
        links = [name for name in folders if os.path.islink(os.path.join(base, name))]  # noqa: PTH114, PTH118  as os.walk
        yield from (Path(base) / name for name in sorted([*files, *links]))


def _fail(error: OSError) -> None:
    """os.walk leaves out what it cannot read; a manifest must not."""
    raise error


def _odd(path: Path) -> bool:
    return path.is_symlink() or not path.is_file()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _problem(name: str, code: str, message: str, hint: str = "") -> Problem:
    shown = name if name.isprintable() else json.dumps(name)[1:-1]  # a name is a stranger's text on this terminal
    return Problem(shown, 0, 0, code, message, hint)
