"""Publishing in processes of their own, to be killed, starved, raced and failed. Every whole run runs MkDocs.

Two editions of the stub site differ on every page and each has one manifest only, so a folder is whole when it agrees
with its manifest and that manifest is the one of an edition.
"""

from __future__ import annotations

import builtins
import errno
import hashlib
import io
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import stub_site

from generator import build as build_module
from generator import cli
from generator.site import swap as swap_module
from generator.site.manifest import NAME, differences
from generator.site.render import RenderedFile, render
from generator.site.static_files import static_files
from generator.site.swap import Layout

EDITIONS = ("one", "two")


@dataclass(frozen=True)
class Bench:
    """A repository's root with both editions ready to publish; `digests` are those of their manifests."""

    layout: Layout
    files: dict[str, tuple[RenderedFile, ...]]
    digests: dict[str, str]
    seconds: float  # of one undisturbed run
    output: Path

    @property
    def said(self) -> str:
        """What the last run printed."""
        return self.output.read_text("utf-8", "replace")


def make_bench(root: Path, output: Path) -> Bench:
    """Build both editions once, the second last. What runs print goes to `output`."""
    root.mkdir(exist_ok=True)
    layout = stub_site.make_root(root)
    templates = layout.root / "templates"
    files = {
        edition: (
            *render(stub_site.stub_pages(), templates=templates, site_context=replace(stub_site.SITE, version=edition)),
            *static_files(templates),
        )
        for edition in EDITIONS
    }
    bench = Bench(layout, files, {}, 0.0, output)
    began = time.monotonic()
    for edition in EDITIONS:
        assert finish(start(bench, edition)) == 0, bench.said
        bench.digests[edition] = manifest_digest(layout)
    return replace(bench, seconds=(time.monotonic() - began) / 2)


def manifest_digest(layout: Layout) -> str:
    return hashlib.sha256((layout.published / NAME).read_bytes()).hexdigest()


def standing(bench: Bench) -> str:
    """The edition that is published, or what is wrong with it."""
    if not bench.layout.published.is_dir():
        return "none"
    problems = differences(bench.layout.published)
    if problems:
        return f"broken: {problems[:3]}"
    digest = manifest_digest(bench.layout)
    return next((edition for edition, known in bench.digests.items() if known == digest), "unknown")


def other(edition: str) -> str:
    return EDITIONS[edition == EDITIONS[0]]


def start(bench: Bench, edition: str, prepare: Callable[[], object] | None = None) -> int:
    """Fork `witnessmark build` for this edition; returns when it enters the command. `prepare` runs in the child."""
    ready, tell = os.pipe()
    process = os.fork()
    if process:
        os.close(tell)
        os.read(ready, 1)
        os.close(ready)
        return process
    os.setsid()
    said = os.open(bench.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    sys.stdout = sys.stderr = io.TextIOWrapper(os.fdopen(said, "wb", 0), "utf-8", write_through=True)
    sys.argv = ["witnessmark", "build", "--root", str(bench.layout.root)]
    build_module.build = lambda *_, **__: publish(bench, edition)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = 99
    try:
        if prepare:
            prepare()
        os.write(tell, b"x")
        cli.main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001  the test reads what was printed
        traceback.print_exc()
    os._exit(code)


def publish(bench: Bench, edition: str) -> SimpleNamespace:
    """What build.build does once the pages are rendered."""
    site = stub_site.publish(bench.layout, bench.files[edition])
    return SimpleNamespace(site=site, pages=1, files=1, findings=0, failed=())


def finish(process: int) -> int:
    """Exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def end_orphans(process: int) -> None:
    """End what a killed run left behind: its MkDocs."""
    try:
        os.killpg(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def without_exchange() -> None:
    """As on a system that cannot exchange two folders in one step."""
    swap_module._exchange = lambda _one, _other: False


class Faults:
    """Fails the n-th system call that changes a file with an error number; counts them with n = 0.

    Wraps the calls of os, the opening of files to write, each write (half of it is written), and the exchange.
    `room` is a number of bytes: the disk is full when they are written.
    """

    NAMES = ("mkdir", "rename", "replace", "unlink", "remove", "rmdir", "open", "fsync")

    def __init__(self, at: int = 0, code: int = errno.EIO, room: int | None = None) -> None:
        self.at, self.code, self.room = at, code, room
        self.count = 0

    def install(self) -> None:
        for name in self.NAMES:
            setattr(os, name, self.wrapped(getattr(os, name)))
        swap_module._exchange = self.wrapped(swap_module._exchange)
        plain = io.open

        def opened(file: object, mode: str = "r", *rest: object, **more: object) -> object:
            if not set(mode) & set("wax+"):
                return plain(file, mode, *rest, **more)
            self.point(file)
            return Failing(plain(file, mode, *rest, **more), self)

        io.open = builtins.open = opened

    def wrapped(self, call: Callable[..., object]) -> Callable[..., object]:
        def failing(*arguments: object, **more: object) -> object:
            self.point(arguments[0])
            return call(*arguments, **more)

        return failing

    def point(self, path: object) -> None:
        self.count += 1
        if self.count == self.at:
            raise OSError(self.code, os.strerror(self.code), path if isinstance(path, str) else None)

    def report(self, path: Path) -> None:
        """Write the count when the process ends; os._exit runs no handlers, so publish does it."""
        count = self.count
        self.at = 0
        path.write_text(str(count))


class Failing:
    """A file whose writes are points of failure too."""

    def __init__(self, file: io.IOBase, faults: Faults) -> None:
        self.file, self.faults = file, faults

    def write(self, data: object) -> int:
        try:
            self.faults.point(None)
        except OSError:
            self.file.write(data[: len(data) // 2])
            raise
        if self.faults.room is not None:
            self.faults.room -= len(data)
            if self.faults.room < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.file.write(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self.file, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def count_points(bench: Bench, prepare: Callable[[], object] | None = None) -> int:
    """Points of failure of one whole run."""
    path = bench.layout.root / "points"
    faults = Faults()

    def install() -> None:
        if prepare:
            prepare()
        faults.install()
        whole = build_module.build
        build_module.build = lambda *_, **__: (whole(), faults.report(path))[0]

    assert finish(start(bench, other(standing(bench)), install)) == 0, bench.said
    return int(path.read_text())
