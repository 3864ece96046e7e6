"""What holds for every importer: its samples, what it claims to give, its account, and its guide."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from generator.detectors.shared.needs import NEEDS
from generator.importers import IMPORTERS, LogFile, read
from generator.importers.base import HEAD_BYTES
from generator.importers.guide import Verified
from generator.ledger.subjects import subjects
from generator.records.rows import LogData

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "tests" / "samples"
KEY = b"key of a test"
LONGEST = 600  # letters of one text of a guide: a paragraph, not a page

by_importer = pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.id)


def samples(importer):
    """The sample files of a format, without what is written about them."""
    files = (path for path in (SAMPLES / importer.id).rglob("*") if path.is_file())
    return sorted(path for path in files if path.suffix != ".md")


@cache
def reading(importer) -> LogData:
    return read([LogFile(path, importer) for path in samples(importer)], key=KEY)


def head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


@by_importer
def test_every_importer_has_samples_and_a_note_on_where_they_come_from(importer):
    assert samples(importer)
    if importer.id not in {"claude-code", "statusline", "usage-endpoint"}:
        assert (SAMPLES / importer.id / "README.md").is_file()


def test_every_folder_of_samples_belongs_to_an_importer_and_ids_are_unique():
    ids = [importer.id for importer in IMPORTERS]
    assert len(ids) == len(set(ids))
    assert {path.name for path in SAMPLES.iterdir() if path.is_dir()} <= set(ids)


@by_importer
def test_every_sample_is_claimed_by_its_own_importer_alone(importer):
    """Whatever the order in which importers are asked."""
    for path in samples(importer):
        claims = [one.id for one in IMPORTERS if one.sniff(path, head(path))]
        assert (path.name, claims) == (path.name, [importer.id])


@by_importer
def test_an_importer_gives_what_its_samples_show(importer):
    """Pages say which detectors a log can feed: neither more nor less than what is read."""
    shown = subjects(reading(importer))
    assert set(importer.gives) == {need.id for need in NEEDS.values() if need.met(shown)}


@by_importer
def test_an_importer_says_whether_it_holds_reports(importer):
    """A sum of a day is no call, and the list of logs says which of them a format has."""
    assert importer.reports == bool(reading(importer).buckets)


@by_importer
def test_every_row_of_the_samples_is_accounted_for(importer):
    tallies = reading(importer).tallies
    assert len(tallies) == len(samples(importer))
    for tally in tallies:
        skipped = sum(tally.skipped.values())
        spent = tally.used + tally.other + tally.recovered + skipped + tally.pending + tally.blank
        assert (tally.label, tally.read, tally.importer) == (tally.label, spent, importer.id)


@by_importer
def test_some_sample_is_damaged(importer):
    """A reader that was never shown a bad row was not tried."""
    tallies = reading(importer).tallies
    assert any(tally.skipped or tally.recovered or tally.pending or tally.other for tally in tallies)


@by_importer
def test_what_spells_a_format_stands_in_its_samples(importer):
    """The nearest formats of a file that nobody claims are named by these strings."""
    assert 3 <= len(importer.spelling) <= 8
    heads = [head(path) for path in samples(importer)]
    for word in importer.spelling:
        assert any(word in one for one in heads), word


@by_importer
def test_every_guide_has_all_its_texts_in_paragraphs_of_readable_length(importer):
    guide = importer.guide
    texts = (importer.title, importer.how, guide.where, *guide.get, *guide.shows, *guide.hides, guide.private)
    assert all((guide.get, guide.shows, guide.hides))
    for text in texts:
        assert text == text.strip(), text[:60]
        assert 0 < len(text) <= LONGEST, text[:60]
    assert isinstance(guide.verified, Verified)


@by_importer
def test_a_format_that_was_tried_on_real_files_says_on_which_and_no_other_does(importer):
    guide = importer.guide
    assert bool(guide.tried) == (guide.verified is Verified.REAL_FILES)
    assert len(guide.tried) <= LONGEST
    assert not guide.tried or re.search(r"[0-9]", guide.tried), "how many"


@by_importer
def test_every_source_is_a_public_address(importer):
    for source in importer.guide.sources:
        parts = urlsplit(source)
        assert (parts.scheme, bool(parts.hostname), parts.username) == ("https", True, None)
        assert "." in (parts.hostname or "")
    if importer.guide.verified is Verified.DOCUMENTED:
        assert importer.guide.sources, "what is documented has a document"


@by_importer
def test_the_docstring_of_every_format_has_its_four_headings(importer):
    """A reader of the code finds in it where the log lies, what is read, in which units, and what never is."""
    import sys

    module = sys.modules[importer.read.__module__]
    for heading in ("Where", "Which records", "Units", "Never read"):
        assert f"\n{heading}\n" in (module.__doc__ or ""), heading


def test_every_format_is_registered_and_known_to_the_registry_alone():
    """No format knows another one: what several share is a module beside them."""
    rooms = ROOT / "generator" / "importers"
    texts = {path: path.read_text() for path in sorted((ROOT / "generator").rglob("*.py"))}
    formats = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path, text in texts.items()
        if path.parent.parent == rooms and re.search(r"^[A-Z_]+ = Importer\($", text, re.MULTILINE)
    }
    assert {importer.read.__module__ for importer in IMPORTERS} == formats
    fleet = (
        ROOT / "generator" / "fleet"
    )  # tables of events have no files to be recognised by; transcripts alone are split
    outside = {
        rooms / "__init__.py",
        ROOT / "generator" / "cli" / "context.py",
        fleet / "judging.py",
        fleet / "splitting.py",
    }
    importing = {
        (path.name, name)
        for path, text in texts.items()
        if path not in outside
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module
        for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        if name in formats
    }
    assert importing == set()
