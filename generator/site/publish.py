"""Gate everything, write everything, run MkDocs, check the result, swap it in. The only writer of the site."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from generator.base.problems import Problem, PublishRefusedError
from generator.base.program import reader_digest
from generator.dossier.edition import records_digest, records_list
from generator.site import frozen, manifest
from generator.site.address import base_path, site_url
from generator.site.check import check_site
from generator.site.csp import guarded
from generator.site.hosting import HEADERS_FILE, REDIRECTS_FILE, headers_file, redirects_file
from generator.site.manifest import Provenance
from generator.site.menu import fitting
from generator.site.promised import Promise, keep_places
from generator.site.render import RenderedFile, checked_path
from generator.site.scan import ScannedPage, opening, scan
from generator.site.search import write_index
from generator.site.swap import Layout, held, mend, remove, swap

if TYPE_CHECKING:
    from datetime import date

Gate = Callable[[Sequence[RenderedFile]], Iterable[Problem]]
"""Looks through all files before any is written; one problem and nothing is."""
Inspect = Callable[["Path"], Iterable[Problem]]
"""Looks through the finished site before it is swapped in; one problem and it is not."""

RECORDS_FILE = "records.sha256"
SUMS = "SHA256SUMS"
_MKDOCS_MINUTES = 10
_LINE = re.compile(r"^(WARNING|ERROR)\s+-\s+(.*)$")
_ITEM = re.compile(r"^\s+- (\S+)$")
_CONFIG = "mkdocs.yml"
_FRAME = re.compile(r'^  File "([^"\n]+)", line ([0-9]+), in ', re.MULTILINE)
_MARK = re.compile(r'^  in "(?:[^"\n]*mkdocs\.yml|<stdin>)", line ([0-9]+), column ([0-9]+)', re.MULTILINE)
_DOC_FILE = re.compile(r"[Dd]oc file '([^']+)'")
_SYSTEM_ERROR = re.compile(r"^[\w.]*Error: \[Errno (\d+)\] [^:]+(?:: '([^']*)')?", re.MULTILINE)


def publish_site(
    files: Sequence[RenderedFile],
    layout: Layout,
    *,
    built_on: date,
    gate: Gate,
    inspect: Inspect = lambda _built: (),
    made_from: Provenance | None = None,
    promise: Promise | None = None,
    cache: Path | None = None,
) -> Path:
    """Publish all files or none; returns the published folder. `made_from` goes into the manifest.

    Pages that MkDocs made before are taken from below `cache`, by the digest of all that they are made from.

    Every address of `promise` is there, or nothing is published.

    Raises PublishRefusedError with every problem of the gate, of MkDocs or of the site checker, or where an input
    changed meanwhile; BusyError when another build holds the lock; OSError when the system refuses, as a full disk.
    """
    refuse_if(tuple(gate(files)))
    with held(layout):
        mend(layout)
        staged = replace(layout, run=f".{secrets.token_hex(4)}")
        try:
            write_docs(files, staged)
            records = records_digest(made_from.inputs) if made_from else ""
            run_mkdocs(staged, built_on, [file.path for file in files if file.is_stub], cache, records)
            keep_places(staged.built, promise or Promise())
            pages = write_policies(staged.built)
            write_index(staged.built)
            write_records(staged.built, made_from)
            write_redirects(staged.built, promise or Promise())
            base = base_path(site_url(staged.config))
            refuse_if(check_site(staged.built, base=base, pages=pages, promise=promise or Promise()))
            refuse_if(tuple(inspect(staged.built)))
            write_manifest(staged, made_from)
            frozen.place(staged.root, staged.built)
            swap(staged)
        except OSError:
            shutil.rmtree(staged.docs, ignore_errors=True)  # a full disk should not stay full
            raise
        finally:
            shutil.rmtree(staged.built, ignore_errors=True)
    return layout.published


def write_manifest(layout: Layout, made_from: Provenance | None) -> None:
    """Put manifest.json into the built site. Raises PublishRefusedError where an input is not what was read."""
    if made_from:
        now = manifest.hash_inputs(layout.root)
        moved = sorted(
            name for name in now.keys() | made_from.inputs.keys() if now.get(name) != made_from.inputs.get(name)
        )
        refuse_if([Problem(name, 0, 0, "S110", "changed while the site was built", "build again") for name in moved])
    (layout.built / SUMS).write_text(sums(layout.built), "utf-8", newline="")
    (layout.built / manifest.NAME).write_bytes(manifest.manifest_of(layout.built, made_from or Provenance()))


def write_records(built: Path, made_from: Provenance | None) -> None:
    """Put the list of records beside the site: the digest of this file is what citations give."""
    if made_from and (listed := records_list(made_from.inputs)):
        (built / RECORDS_FILE).write_text(listed, "utf-8", newline="")


def write_redirects(built: Path, promise: Promise) -> None:
    """Put the pages that moved beside the site, for hosts that lead on by themselves; no file where none did."""
    if text := redirects_file(promise.led_on):
        (built / REDIRECTS_FILE).write_text(text, "utf-8", newline="")


def sums(built: Path) -> str:
    """Digest and path of each file of the site, a line each, as `sha256sum -c` reads them."""
    return "".join(f"{digest}  {name}\n" for name, digest in manifest.hash_outputs(built).items() if name != SUMS)


def refuse_if(problems: Sequence[Problem]) -> None:
    """Raise PublishRefusedError if there is any problem."""
    if problems:
        raise PublishRefusedError(*problems)


def write_docs(files: Iterable[RenderedFile], layout: Layout) -> None:
    """A fresh docs folder that holds these files and nothing else."""
    remove(layout.docs)
    for file in files:
        target = layout.docs / checked_path(file.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)


def run_mkdocs(
    layout: Layout, built_on: date, stubs: Sequence[str] = (), cache: Path | None = None, records: str = ""
) -> None:
    """Build into `layout.built`; every warning is a refusal. Never with -q, which hides what strict mode counts.

    `stubs` are pages of what moved or is gone, which are in no menu. With `cache`, pages are kept from build to build;
    `records` is the digest that stands on most of them.

    Raises OSError where MkDocs ended with an error of the system.
    """
    epoch = int(datetime.combine(built_on, time(), UTC).timestamp())
    written = layout.config.read_text("utf-8", "replace") if layout.config.is_file() else ""
    config = fitting(written, layout.docs, stubs)
    # By the standard input only where it differs: messages of MkDocs name the file.
    command = [*_engine(layout, config, epoch, cache, records), "build", "--strict", "--config-file"]
    command += [str(layout.config) if config == written else "-", "--site-dir", str(layout.built)]
    # An environment of its own: the same bytes whoever builds, wherever.
    environment = {
        "SOURCE_DATE_EPOCH": str(epoch),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        "NO_MKDOCS_2_WARNING": "1",
        "NO_COLOR": "1",
    }
    done = subprocess.run(  # noqa: S603  the command is ours, no shell
        command,
        cwd=layout.root,
        env=environment,
        input=config,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=_MKDOCS_MINUTES * 60,
        check=False,
    )
    problems = mkdocs_problems(done.stdout)
    if done.returncode and (failed := _SYSTEM_ERROR.search(done.stdout)):
        raise OSError(int(failed[1]), os.strerror(int(failed[1])), failed[2] or "MkDocs")
    if done.returncode and not problems:
        problems = [_ended(done.stdout, done.returncode, layout.root)]
    refuse_if(problems)


def _engine(layout: Layout, config: str, epoch: int, cache: Path | None, records: str) -> list[str]:
    """The command of MkDocs, or of the one that keeps pages. What all pages share is in the digest that it is given."""
    if cache is None:
        return [sys.executable, "-P", "-m", "mkdocs"]
    digest = hashlib.sha256(f"{reader_digest()}\n{epoch}\n{manifest.libraries()}\n{config}\n".encode())
    theme = layout.root / "templates" / "theme"
    for file in sorted(path for path in theme.rglob("*") if path.is_file()):
        data = file.read_bytes()
        digest.update(f"{file.relative_to(theme).as_posix()} {len(data)}\n".encode() + data)
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from generator.site.again import main; main()"
    home = str(Path(__file__).parents[2])
    return [sys.executable, "-P", "-c", program, home, str(cache / "made"), digest.hexdigest(), records]


def _ended(output: str, code: int, root: Path) -> Problem:
    """Why MkDocs ended without a message of its own, at a line of the theme or of its file where one is named."""
    last = (output.strip().splitlines()[-1:] or ["no output"])[0][:300]
    frames = [(root / file, int(line)) for file, line in _FRAME.findall(output)]
    for file, line in reversed(frames):
        if file.is_relative_to(root / "templates"):
            return Problem(file.relative_to(root).as_posix(), line, 0, "S101", last, "mend the template")
    if place := _MARK.search(output):
        return Problem(_CONFIG, int(place[1]), int(place[2]), "S101", "is not YAML")
    return Problem(_CONFIG, 0, 0, "S101", f"mkdocs ended with {code}: {last}")


def write_policies(built: Path) -> dict[str, ScannedPage]:
    """Put the content security policy into every page, and the headers of the whole site beside them.

    Each page is parsed here, once; returns the scans of all pages as they are now.
    """
    pages: dict[str, ScannedPage] = {}
    for path in sorted(built.rglob("*.html")):
        page = path.read_text("utf-8")
        scanned = scan(page)
        guarded_page = guarded(page, scanned.script_texts)
        path.write_text(guarded_page, "utf-8", newline="")
        # The policy is an attribute of the head: nothing behind it is parsed in another way because of it.
        pages[path.relative_to(built).as_posix()] = replace(scanned, opening=opening(guarded_page))
    scripts = (text for page in pages.values() for text in page.script_texts)
    (built / HEADERS_FILE).write_text(headers_file(scripts), "utf-8", newline="")
    return pages


def mkdocs_problems(output: str) -> list[Problem]:
    """Warnings and errors in the output of MkDocs; a list under a warning gives one problem an item."""
    problems: list[Problem] = []
    above = ""
    for line in output.splitlines():
        if match := _LINE.match(line):
            above = match[2]
            page = _DOC_FILE.search(above)
            problems.append(Problem(page[1] if page else _CONFIG, 0, 0, "S101", above[:500]))
        elif (item := _ITEM.match(line)) and above:
            if problems[-1] == Problem(_CONFIG, 0, 0, "S101", above[:500]):
                problems.pop()
            problems.append(Problem(item[1], 0, 0, "S101", above.rstrip(":")[:500]))
        else:
            above = ""
    return problems
