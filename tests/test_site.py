"""Rules of site.py and publish.py: all or nothing, and the old site stays until the new one is whole."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import stub_site
from filelock import FileLock

from generator.base.problems import BusyError, Problem, PublishRefusedError
from generator.site import swap as swap_module
from generator.site.publish import mkdocs_problems, publish_site, write_docs
from generator.site.render import RenderedFile
from generator.site.static_files import static_files
from generator.site.swap import Layout, mend, swap


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A published old site and a built new one, each with two files that must agree."""
    made = Layout(tmp_path)
    for folder, word in ((made.published, "old"), (made.built, "new")):
        folder.mkdir(parents=True)
        (folder / "a").write_text(word)
        (folder / "b").write_text(word)
    (made.published / ".gitignore").write_text("*\n!.gitignore\n")
    return made


# ---- the whole run ----


def test_every_page_is_published_and_the_gitignore_of_the_folder_stays(small_site: Layout) -> None:
    files = tree(small_site.published)
    assert {
        "index.html",
        "2026-03/f/F-7K2QH3/index.html",
        "2026-03/f/F-7K2QH3/index.json",
        "pagefind/pagefind-entry.json",
    } <= set(files)
    assert files[".gitignore"] == b"*\n!.gitignore\n"
    assert not small_site.built.exists()
    assert not small_site.aside.exists()


def test_mkdocs_builds_the_written_tree_on_its_own(small_site: Layout, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "-f",
        str(small_site.config),
        "-d",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=small_site.root)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "2026-03" / "c" / "C-007" / "index.html").is_file()


def test_the_same_inputs_give_the_same_bytes_in_any_folder_and_zone(small_site: Layout, tmp_path: Path) -> None:
    other = stub_site.make_root(tmp_path)
    stub_site.publish(other, stub_site.stub_files(other))
    assert tree(other.published) == tree(small_site.published)


def test_nothing_of_this_machine_is_in_the_site(small_site: Layout) -> None:
    words = [str(small_site.root).encode(), str(Path.home()).encode() + b"/"]
    assert not [name for name, content in tree(small_site.published).items() if any(word in content for word in words)]


def test_the_head_of_a_page_names_its_address_its_preview_and_its_twin(small_site: Layout) -> None:
    html = (small_site.published / "2026-03/f/F-7K2QH3/index.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://witnessmark.example/2026-03/f/F-7K2QH3/">' in html
    assert '<meta property="og:title" content="The cache was rebuilt within its lifetime">' in html
    assert '<meta name="description" content="A finding.">' in html
    assert '<link rel="alternate describedby" type="application/json" href="index.json">' in html
    assert "index.json" not in (small_site.published / "2026-03/c/C-007/index.html").read_text("utf-8")


@pytest.mark.slow
def test_a_site_may_stand_in_a_folder_of_its_host(tmp_path: Path) -> None:
    layout = stub_site.make_root(tmp_path)
    config = layout.config.read_text("utf-8").replace("https://witnessmark.example/", "https://a.example/project/")
    layout.config.write_text(config, "utf-8")
    stub_site.publish(layout, stub_site.stub_files(layout))
    assert "/project/assets/witnessmark.css" in (layout.published / "404.html").read_text("utf-8")


# ---- refusals: nothing is swapped in ----


def test_one_hit_of_the_gate_and_nothing_is_written(tmp_path: Path) -> None:
    problem = Problem("x.md", 1, 1, "P001", "private")
    with pytest.raises(PublishRefusedError) as error:
        publish_site(
            [RenderedFile("x.md", b"x")], Layout(tmp_path), built_on=stub_site.SITE.built, gate=lambda _files: [problem]
        )
    assert error.value.problems == (problem,)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (b"---\ntitle: x\ndescription: d\n---\n# X\n\n[a](missing.md)\n", "S101"),
        (b"---\ntitle: x\ndescription: d\n---\n# X\n\n[a](#nowhere)\n", "S101"),
        (b'---\ntitle: x\ndescription: d\n---\n# X\n\n<p><a href="../nowhere/">a</a></p>\n', "S210"),
        (b"---\ntitle: x\ndescription: d\n---\n# X\n\n<script>alert(1)</script>\n", "S203"),
    ],
)
def test_a_broken_page_is_refused_with_its_name_and_the_old_site_stays(
    tmp_path: Path, broken: bytes, code: str
) -> None:
    layout = stub_site.make_root(tmp_path)
    (layout.published / "index.html").write_text("old")
    files = (*stub_site.stub_files(layout), RenderedFile("2026-03/f/F-AAAAAA/index.md", broken))
    with pytest.raises(PublishRefusedError) as error:
        stub_site.publish(layout, files)
    no_link_leads_there = {"S217"} if code.startswith("S2") else set()
    assert {problem.code for problem in error.value.problems} == {code, *no_link_leads_there}
    assert all("F-AAAAAA" in problem.path for problem in error.value.problems)
    assert (layout.published / "index.html").read_text() == "old"


@pytest.mark.slow
def test_a_page_outside_menu_and_item_folders_is_refused(tmp_path: Path) -> None:
    """A hub that nobody can reach from the menu is a mistake in mkdocs.yml."""
    layout = stub_site.make_root(tmp_path)
    page = RenderedFile("2026-03/orphan/index.md", b'---\ntitle: "x"\ndescription: "d"\n---\n# X\n')
    with pytest.raises(PublishRefusedError, match="orphan"):
        stub_site.publish(layout, (*stub_site.stub_files(layout), page))


def test_a_second_build_is_told_to_wait(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.lock.parent.mkdir()
    with FileLock(layout.lock), pytest.raises(BusyError):
        publish_site([], layout, built_on=stub_site.SITE.built, gate=stub_site.no_gate)


@pytest.mark.parametrize("path", ["../x.md", "/etc/x", "a/../../x"])
def test_no_file_is_written_outside_the_docs_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        write_docs([RenderedFile(path, b"x")], Layout(tmp_path))


def test_the_docs_folder_holds_only_what_this_run_wrote(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_docs([RenderedFile("old.md", b"x")], layout)
    (layout.docs / "link").symlink_to("/etc/hostname")
    write_docs([RenderedFile("new.md", b"x")], layout)
    assert tree(layout.docs) == {"new.md": b"x"}
    assert not (layout.docs / "link").is_symlink()


def test_warnings_of_mkdocs_become_problems_with_the_page() -> None:
    output = "INFO    -  Building\nWARNING -  Doc file 'a/index.md' contains a link 'x.md', but ...\nERROR   -  Config value 'nav'\nAborted with 1 warnings"
    assert [(problem.path, problem.code) for problem in mkdocs_problems(output)] == [
        ("a/index.md", "S101"),
        ("mkdocs.yml", "S101"),
    ]


# ---- swap ----


@pytest.mark.parametrize("exchange", [True, False])
def test_swap_leaves_the_new_site_alone_with_the_gitignore(
    layout: Layout, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchange:
        monkeypatch.setattr(swap_module, "_exchange", lambda _one, _other: False)
    swap(layout)
    assert tree(layout.published) == {"a": b"new", "b": b"new", ".gitignore": b"*\n!.gitignore\n"}
    assert not layout.built.exists()
    assert not layout.aside.exists()


def test_the_first_publication_needs_no_old_folder(layout: Layout) -> None:
    import shutil

    shutil.rmtree(layout.published)
    swap(layout)
    assert tree(layout.published) == {"a": b"new", "b": b"new"}


def test_a_run_killed_between_two_renames_is_mended_by_the_next(layout: Layout) -> None:
    layout.published.rename(layout.aside)
    mend(layout)
    assert (layout.published / "a").read_text() == "old"
    assert not layout.aside.exists()


def test_a_run_killed_after_two_renames_keeps_the_new_site(layout: Layout) -> None:
    layout.published.rename(layout.aside)
    layout.built.rename(layout.published)
    mend(layout)
    assert (layout.published / "a").read_text() == "new"
    assert not layout.aside.exists()


def _killed_at(layout: Layout, step: int) -> None:
    """Swap by two renames and die by SIGKILL before the file operation number `step`."""
    left = [step]

    def die(event: str, _arguments: object) -> None:
        if event in {"os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "open"}:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

    swap_module._exchange = lambda _one, _other: False
    sys.addaudithook(die)
    swap(layout)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("step", range(12))
def test_after_a_kill_at_any_file_operation_one_whole_site_stands(layout: Layout, step: int) -> None:
    """Old or new, never a mixture, and the next run starts clean."""
    process = multiprocessing.get_context("fork").Process(target=_killed_at, args=(layout, step))
    process.start()
    process.join(20)
    assert process.exitcode == (-signal.SIGKILL if step < 6 else process.exitcode)
    mend(layout)
    words = {(layout.published / name).read_text() for name in ("a", "b")}
    assert words in ({"old"}, {"new"})


# ---- publish.py ----


def test_assets_are_plain_files_of_known_types(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "x.css").write_text("a{}")
    assert [file.path for file in static_files(tmp_path)] == ["assets/x.css", "robots.txt"]
    (tmp_path / "assets" / "y.html").write_text("<script>")
    with pytest.raises(ValueError, match="not an asset"):
        static_files(tmp_path)


def test_a_symbolic_link_is_no_asset(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "x.css").symlink_to("/etc/hostname")
    with pytest.raises(ValueError, match="not an asset"):
        static_files(tmp_path)


def test_robots_names_the_sitemap_of_the_address() -> None:
    files = static_files(stub_site.REPOSITORY / "templates", "https://a.example/x/")
    robots = next(file.content for file in files if file.path == "robots.txt")
    assert b"Sitemap: https://a.example/x/sitemap.xml" in robots
