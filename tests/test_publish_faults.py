"""A build that meets an error of the system ends with 74 and leaves the old site, or was done before it met it."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import material
import publish_harness as harness
import pytest
from promises import record

from generator.base.problems import Exit
from generator.site.search import _OF_THE_THEME

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
CODES = (errno.EIO, errno.ENOSPC, errno.EACCES, errno.EINTR)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    return harness.make_bench(folder / "root", folder / "said")


def judged(bench, before, code):
    """Nothing where exit code, site and words agree; else all three."""
    after = harness.standing(bench)
    right = (code == Exit.IO and after == before) or (code == 0 and after == harness.other(before))
    return [] if right and "Traceback" not in bench.said else [(before, after, code, bench.said)]


def inject(bench, trials):
    """Fail single calls, evenly over a whole run, each with the next error number; every second run swaps by renames."""
    points = harness.count_points(bench, harness.without_exchange)
    assert points > 200
    faults, refused = [], 0
    for number in range(trials):
        fault = harness.Faults(1 + number * points // trials, CODES[number // 2 % len(CODES)])

        def prepare(fault=fault, renames=number % 2):
            if renames:
                harness.without_exchange()
            fault.install()

        before = harness.standing(bench)
        code = harness.finish(harness.start(bench, harness.other(before), prepare))
        refused += code == Exit.IO
        faults += judged(bench, before, code)
    return faults, refused, points


def check_injected(bench, trials):
    faults, refused, points = inject(bench, trials)
    note = f"of {points} calls of a run; EIO, ENOSPC, EACCES, EINTR in turn; {refused} ended with 74 and the old site, the others were done"
    record("publish-faults", trials=trials, failures=len(faults), note=note)
    assert faults == []
    assert refused > trials // 3
    target = harness.other(harness.standing(bench))
    assert harness.finish(harness.start(bench, target)) == 0
    assert {path.name for path in (bench.layout.root / "build").iterdir()} == {".lock", "docs"}


def test_a_failing_call_leaves_a_whole_site_and_the_right_exit_code(bench):
    check_injected(bench, 6)


@pytest.mark.full
def test_240_failing_calls_leave_a_whole_site_and_the_right_exit_code(bench):
    check_injected(bench, 240)


@pytest.mark.parametrize("step", [1, 2])
def test_a_failing_rename_of_the_two_brings_the_old_site_back(bench, step):
    def prepare():
        harness.without_exchange()
        fault = harness.Faults(step, errno.EACCES)
        os.rename = fault.wrapped(os.rename)

    before = harness.standing(bench)
    assert judged(bench, before, harness.finish(harness.start(bench, harness.other(before), prepare))) == []
    assert harness.standing(bench) == before


# ---- full disks ----


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A file system of 64 MiB in memory, or None where this account may not mount one."""
    folder = tmp_path_factory.mktemp("disk")
    if not shutil.which("mount") or os.geteuid() != 0:
        yield None
        return
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        yield None
        return
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def size(folder):
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*"))


def fill(disk, free):
    """A file that leaves this many bytes."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    status = os.statvfs(disk)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(status.f_bavail * status.f_frsize - free, 1))


def check_full_disks(disk, plain, tmp_path, sizes):
    bench = harness.make_bench(disk / "root", tmp_path / "said") if disk else plain
    theme = Path(material.__file__).parent / "templates"  # of which MkDocs copies a search that the build takes away
    need = size(bench.layout.published) + size(bench.layout.docs) + sum(size(theme / name) for name in _OF_THE_THEME)
    faults, refused = [], 0
    for number in range(sizes):
        room = int(need * 1.1 * number / (sizes - 1))
        before = harness.standing(bench)
        if disk:
            shutil.rmtree(bench.layout.docs, ignore_errors=True)
            fill(disk, room)
        prepare = None if disk else harness.Faults(room=room).install
        code = harness.finish(harness.start(bench, harness.other(before), prepare))
        refused += code == Exit.IO
        faults += judged(bench, before, code)
        if disk and code:
            left = {path.name for path in (bench.layout.root / "build").iterdir()}
            faults += [(number, left)] if left - {".lock"} else []
    (disk / "ballast").unlink() if disk else None
    way = (
        "a file system of its own, filled to leave 0 to 110 % of the need, MkDocs included"
        if disk
        else "no room left after n bytes written"
    )
    record("publish-full-disks", trials=sizes, failures=len(faults), note=f"{way}; {refused} ended with 74")
    assert faults == []
    assert refused > sizes // 3 if disk else refused
    assert code == 0, "the last size is enough"


def test_a_full_disk_ends_with_74_and_leaves_the_old_site_and_no_remains(disk, bench, tmp_path):
    check_full_disks(disk, bench, tmp_path, 4)


@pytest.mark.full
def test_twenty_sizes_of_full_disks(disk, bench, tmp_path):
    check_full_disks(disk, bench, tmp_path, 20)


def test_a_full_disk_inside_mkdocs_is_an_error_of_the_system(bench, monkeypatch):
    """MkDocs ends with a traceback then; the exit code is 74, not a refusal of the pages."""
    from generator.site import publish as site

    last = "OSError: [Errno 28] No space left on device: '/x/y'\n"
    done = subprocess.CompletedProcess([], 1, f"Traceback (most recent call last):\n  File ...\n{last}")
    monkeypatch.setattr(site.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(OSError, match="No space left") as error:
        site.run_mkdocs(bench.layout, harness.stub_site.SITE.built)
    assert error.value.errno == errno.ENOSPC
