"""A build that is killed or interrupted at any moment leaves the old site or the new one, and the next run cleans up."""

from __future__ import annotations

import os
import random
import signal
import time

import publish_harness as harness
import pytest
from promises import record

from generator.site.manifest import NAME, Provenance, manifest_of
from generator.site.swap import Layout, held, mend

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kills")
    return harness.make_bench(folder / "root", folder / "said")


def kill_at_random(bench, kills, seed, prepare):
    """Faults found, kills that hit a running build, and kills that left no site until the next run."""
    chance = random.Random(seed)
    faults, hit, gaps = [], 0, 0
    for number in range(kills):
        mend_if_none(bench)
        before = harness.standing(bench)
        process = harness.start(bench, harness.other(before), prepare)
        time.sleep(chance.uniform(0, bench.seconds))
        os.kill(process, signal.SIGKILL)
        hit += harness.finish(process) == -signal.SIGKILL
        if chance.random() < 0.5:  # in the other half, the orphaned MkDocs still writes while the next run begins
            harness.end_orphans(process)
        gaps += mend_if_none(bench)
        after = harness.standing(bench)
        if after not in harness.EDITIONS:
            faults.append((number, before, after))
            break
    return faults, hit, gaps


def mend_if_none(bench):
    """What the next run does first, where a kill fell between two renames."""
    if harness.standing(bench) != "none":
        return 0
    with held(bench.layout):
        mend(bench.layout)
    return 1


def check_kills(bench, kills, prepare, name):
    faults, hit, gaps = kill_at_random(bench, kills, 7, prepare)
    note = f"random moments of whole builds, MkDocs included; {hit} hit a running build; {name}"
    if prepare:
        note += f"; {gaps} fell between the two renames and were finished by the next run"
    record(f"publish-kills-{name}", trials=kills, failures=len(faults), note=note)
    assert faults == []
    assert hit > kills * 0.6
    time.sleep(bench.seconds)
    target = harness.other(harness.standing(bench))
    assert harness.finish(harness.start(bench, target, prepare)) == 0, bench.said
    assert harness.standing(bench) == target
    assert {path.name for path in (bench.layout.root / "build").iterdir()} == {".lock", "docs"}


PREPARATIONS = [
    pytest.param(None, "exchange", id="exchange"),
    pytest.param(harness.without_exchange, "renames", id="renames"),
]


@pytest.mark.parametrize(("prepare", "name"), PREPARATIONS)
def test_a_kill_at_a_random_moment_leaves_a_whole_site(bench, prepare, name):
    check_kills(bench, 4, prepare, name)


@pytest.mark.full
@pytest.mark.parametrize(("prepare", "name"), PREPARATIONS)
def test_a_thousand_kills_leave_a_whole_site(bench, prepare, name):
    """500 with each way to swap."""
    check_kills(bench, 500, prepare, name)


def dying_at(step):
    """Two renames, and SIGKILL at one of the calls that change files, counted from the first of the two on."""

    def prepare():
        harness.without_exchange()
        plain = {name: getattr(os, name) for name in ("rename", "unlink", "rmdir")}
        left = [step]
        begun = []

        def wrapped(name):
            def call(*arguments, **more):
                if name == "rename":
                    begun.append(name)
                if begun:
                    if not left[0]:
                        os.kill(os.getpid(), signal.SIGKILL)
                    left[0] -= 1
                return plain[name](*arguments, **more)

            return call

        for name in plain:
            setattr(os, name, wrapped(name))

    return prepare


def test_a_kill_at_each_step_of_the_two_renames_is_finished_by_the_next_run(bench):
    """Before the first rename the old site stands; between the two the next run brings the new; then the new stands."""
    seen = []
    for step in range(3):
        before = harness.standing(bench)
        process = harness.start(bench, harness.other(before), dying_at(step))
        assert harness.finish(process) == -signal.SIGKILL
        gap = mend_if_none(bench)
        after = harness.standing(bench)
        seen.append(
            ("gap, " if gap else "") + ("old" if after == before else "new" if after in harness.EDITIONS else after)
        )
    assert seen == ["old", "gap, new", "new"]


@pytest.mark.parametrize("torn", [False, True])
def test_a_new_site_that_is_not_whole_is_never_brought_in(tmp_path, torn):
    """As after a loss of power: the journal names it, its manifest does not agree, the old site comes back."""
    layout = Layout(tmp_path)
    for folder, word in ((layout.aside, "old"), (layout.built, "new")):
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(word)
        (folder / NAME).write_bytes(manifest_of(folder, Provenance()))
    if torn:
        (layout.built / "index.html").write_text("")
    layout.journal.write_text(layout.built.name)
    mend(layout)
    assert (layout.published / "index.html").read_text() == ("old" if torn else "new")
    assert not list((tmp_path / "build").iterdir())


@pytest.mark.parametrize("name", ["../elsewhere", "", "docs", "/etc", "site.old/x"])
def test_a_journal_names_no_folder_but_one_of_a_run(tmp_path, name):
    layout = Layout(tmp_path)
    layout.docs.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    layout.journal.write_text(name)
    mend(layout)
    assert not layout.published.exists()
    assert (tmp_path / "elsewhere").is_dir()


def interrupt(bench, times, seed):
    chance = random.Random(seed)
    faults, codes = [], []
    for number in range(times):
        before = harness.standing(bench)
        target = harness.other(before)
        process = harness.start(bench, target)
        time.sleep(chance.uniform(0, bench.seconds))
        if number % 2:
            os.kill(process, signal.SIGTERM)
        else:
            os.killpg(process, signal.SIGINT)  # as a terminal does: MkDocs gets it too
        codes.append(harness.finish(process))
        after = harness.standing(bench)
        right = (codes[-1] == 130 and after in harness.EDITIONS) or (codes[-1] == 0 and after == target)
        if not right or "Traceback" in bench.said:
            faults.append((number, before, after, codes[-1], bench.said))
    return faults, codes


def check_interrupts(bench, times):
    faults, codes = interrupt(bench, times, 11)
    note = f"SIGINT and SIGTERM in turn; {codes.count(130)} ended with 130, {codes.count(0)} were done before"
    record("publish-interrupts", trials=times, failures=len(faults), note=note)
    assert faults == []
    assert codes.count(130) > times // 2


def test_an_interrupt_ends_with_130_and_without_a_traceback(bench):
    check_interrupts(bench, 4)


@pytest.mark.full
def test_sixty_interrupts_end_with_130_and_without_a_traceback(bench):
    check_interrupts(bench, 60)
