"""A page made alone is the page that a whole build makes, byte for byte."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import stub_site

from generator import __version__
from generator.build import build
from generator.cli.draft import Draft
from generator.content import read_content
from generator.site.again import SIGN, Kept, forms
from generator.site.swap import Layout
from generator.site.untrusted import breakable
from generator.site.workshop import Workshop, with_policy

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parent.parent
SMALL = REPOSITORY / "tests" / "sites" / "small"


def pages_of(docs):
    return sorted(path.relative_to(docs).as_posix() for path in docs.rglob("index.md"))


def html_of(layout, path):
    return (layout.published / path).with_suffix(".html").read_text("utf-8")


def test_every_page_made_alone_is_that_of_the_whole_build(small_site):
    workshop = Workshop(small_site)
    made = pages_of(small_site.docs)
    for path in (*made, *reversed(made)):  # in any order, and again
        markdown = (small_site.docs / path).read_bytes()
        assert with_policy(workshop.page(path, markdown)) == html_of(small_site, path), path


def test_every_page_of_a_real_case_too(built_case):
    layout = Layout(built_case)
    stubs = [path for path in pages_of(layout.docs) if b"\ninstead: " in (layout.docs / path).read_bytes()[:2000]]
    workshop = Workshop(layout, stubs)
    for path in pages_of(layout.docs):
        assert with_policy(workshop.page(path, (layout.docs / path).read_bytes())) == html_of(layout, path), path


def test_a_changed_text_and_a_new_page_are_made_without_a_file(tmp_path):
    layout = stub_site.make_root(tmp_path)
    files = stub_site.stub_files(layout)
    stub_site.publish(layout, files)
    workshop = Workshop(layout)
    path = next(name for name in pages_of(layout.docs) if "/" in name)
    changed = (layout.docs / path).read_bytes() + b"\nA sentence more.\n"
    assert "A sentence more." in workshop.page(path, changed)
    assert "A sentence more." in workshop.page("2026-03/r/cc-1/index.md", changed)
    assert "A sentence more." not in html_of(layout, path)


def test_a_draft_of_each_page_is_the_page_that_the_build_made(built_case):
    layout = Layout(built_case)
    made = json.loads((layout.published / "manifest.json").read_text())
    day = date.fromisoformat(made["parameters"]["built"])
    dossier = read_content(built_case, now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC), version=__version__)
    draft = Draft(layout, dossier, Workshop(layout))
    waiting = []
    for path in pages_of(layout.docs):
        name = path.removesuffix("index.md") + "index.html"
        found = draft.file(name)
        if found is None:
            waiting.append(path.split("/")[1])
        else:
            assert found.decode() == html_of(layout, path), path
    assert set(waiting) <= {"g", "figures", "statements"}  # figures, and a page that moved, are of the whole plan


def published(root, cache):
    """Every file of the site of a build at one moment, but for what names the build's own place."""
    build(root, now=datetime(2026, 11, 24, 12, tzinfo=UTC), version=__version__, cache=cache)
    site = root / "site"
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_a_build_with_kept_pages_is_a_build_without(tmp_path):
    """One record is changed: MkDocs makes its pages alone, and each file is as a cold build makes it."""
    root, cold = tmp_path / "kept", tmp_path / "cold"
    shutil.copytree(SMALL / "content", root / "content")
    shutil.copytree(REPOSITORY / "content" / "examples", root / "content" / "examples")
    shutil.copytree(REPOSITORY / "templates", root / "templates")
    shutil.copyfile(REPOSITORY / "mkdocs.yml", root / "mkdocs.yml")
    published(root, tmp_path / "cache")
    made = set((tmp_path / "cache" / "made").iterdir())
    report = root / "content" / "reports" / "cc-46829.yml"
    report.write_text(report.read_text().replace("Transcripts of", "Many transcripts of", 1))
    shutil.copytree(root, cold, ignore=shutil.ignore_patterns("build", "site"))
    assert published(root, tmp_path / "cache") == published(cold, None)
    again = set((tmp_path / "cache" / "made").iterdir()) - made
    print(f"{len(made)} pages, {len(again)} made again")
    assert 0 < len(again) < len(made) / 2


def test_digests_are_written_as_the_templates_write_them():
    assert forms(SIGN) == (SIGN.encode(), str(breakable(SIGN)).encode())


def test_a_kept_page_names_the_records_of_today(tmp_path):
    old, new = "0" * 64, "1" * 64
    page = tmp_path / "index.html"
    first = Kept(tmp_path / "made", "shared", old)
    name = first.name("x/index.md", b"of " + b" and ".join(forms(old)))
    page.write_bytes(b"<p>" + b", ".join(forms(old)))
    first.made.append((name, page))
    first.keep()
    again = Kept(tmp_path / "made", "shared", new)
    assert again.name("x/index.md", b"of " + b" and ".join(forms(new))) == name
    assert again.page(name) == b"<p>" + b", ".join(forms(new))
    assert again.name("x/index.md", b"of " + b" or ".join(forms(new))) != name
    assert again.name("y/index.md", b"of " + b" and ".join(forms(new))) != name
    assert again.name("x/index.md", SIGN.encode()) is None
    assert Kept(tmp_path / "made", "other", new).name("x/index.md", b"of " + b" and ".join(forms(new))) != name
