"""No text of any field of any log gets into a record, and from there onto the site, however it is disguised."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import msgspec
import public_library
import pytest
from canary_logs import CANARY, fields, samples
from disguises import ALL
from promises import record

from generator.guard.decode import folded, views
from generator.guard.leaks import find_canaries
from generator.importers import discover, read
from generator.packs.examine import examine
from generator.pages import evidence, findings, reconciled
from generator.records.results import Level

pytestmark = pytest.mark.slow

KEY = b"canaries"
FORMS = {name: disguise(CANARY) for name, disguise in ALL.items()}
NEEDLES = [folded(form) for form in FORMS.values()]


@cache
def variants():
    """(importer, file, field, way to put a text into it), sorted."""
    return [
        (importer, path, name, put)
        for importer, path in samples()
        for name, put in sorted(fields(path).items(), key=str)
    ]


def shows(data):
    """Does the text hold the canary, in any disguise, put on by the log or undone by a reader?"""
    text = folded(data.decode("utf-8", "replace"))
    if any(needle in text for needle in NEEDLES):
        return True
    return any(folded(CANARY) in folded(view) for view in views(data))


def placed(folder, number, variant, way, text=""):
    importer, path, _, put = variant
    target = folder / f"{number:05}" / importer / path.name
    target.parent.mkdir(parents=True)
    target.write_text(put(text or FORMS[way]), "utf-8")
    return target


def test_the_samples_have_far_more_than_sixty_fields():
    assert len({(importer, name) for importer, _, name, _ in variants()}) > 600
    assert len(FORMS) == len(set(FORMS.values())) == 13


def test_the_search_sees_a_canary_that_gets_through():
    for way, form in FORMS.items():
        assert shows(f'{{"model": "{form}"}}'.encode()), way


@pytest.mark.parametrize("form", ["fast", pytest.param("full", marks=pytest.mark.full)])
def test_no_field_of_any_log_reaches_a_record(tmp_path, form):
    """Fast: each field once, the disguises in turn. Full: each field in each of the 13."""
    ways = list(FORMS)
    trials, leaked = 0, []
    for number, variant in enumerate(variants()):
        if form == "fast" and number % 2:
            continue
        for way in ways if form == "full" else [ways[(number // 2) % len(ways)]]:
            path = placed(tmp_path, trials, variant, way)
            found = discover([path])
            reading = read(found.claimed, key=KEY, jobs=1) if found.claimed else None
            trials += 1
            if reading is not None and shows(msgspec.json.encode(reading)):
                leaked.append((variant[0], variant[2], way))
            path.unlink()
    record("canaries-records", trials=trials, failures=len(leaked), note="fields of sample logs in 13 disguises")
    assert trials > 500
    assert leaked == []


def test_no_word_that_looks_like_a_slug_reaches_a_record(tmp_path):
    """A project or branch may be spelled as the words of fixed lists are: small letters and hyphens."""
    leaked, trials = [], 0
    for number, variant in enumerate(variants()[::2]):
        path = placed(tmp_path, number, variant, "plain", "quokka-zinnia-vellum")
        found = discover([path])
        trials += 1
        if found.claimed and b"quokka" in msgspec.json.encode(read(found.claimed, key=KEY, jobs=1)):
            leaked.append((variant[0], variant[2]))
        path.unlink()
    record("canaries-slugs", trials=trials, failures=len(leaked), note="small letters and hyphens, as slugs are")
    assert leaked == []


@pytest.mark.slow
def test_no_field_of_any_log_reaches_a_page(tmp_path):
    """All pages and files made of evidence at its fullest level, before MkDocs."""
    for number, variant in enumerate(variants()[::3]):
        placed(tmp_path, number, variant, list(FORMS)[number % len(FORMS)])
    found = discover([tmp_path])
    reading = read(found.claimed, key=KEY, jobs=1)
    body = examine(reading, id="canaries", simulated=False, level=Level.FULL, tool_version="0.1.0")
    assert body.requests
    dossier = public_library.dossier(packs=(body,))
    pages = [page for kind in (evidence, findings, reconciled) for page in kind.KIND.pages(dossier)]
    texts = [msgspec.json.encode(body), *(download.content for page in pages for download in page.downloads)]
    texts += [f"{page.title}\n{page.description}\n{page.context}".encode("utf-8", "replace") for page in pages]
    hits = sum(shows(text) for text in texts)
    record("canaries-pages", trials=len(texts), failures=hits, note="pages and files made of logs full of canaries")
    assert len(texts) > 10
    assert hits == 0


@pytest.mark.full
def test_no_field_of_any_log_reaches_the_built_site(tmp_path):
    """The whole site of this repository, MkDocs included, built with these logs."""
    import shutil
    from pathlib import Path

    from generator.build import build

    root, source = tmp_path / "root", Path(__file__).parent.parent
    (root / "site").mkdir(parents=True)
    for name in ("content", "templates"):
        shutil.copytree(source / name, root / name)
    shutil.copyfile(source / "mkdocs.yml", root / "mkdocs.yml")
    logs = tmp_path / "logs"
    planted = variants()
    for number, variant in enumerate(planted):
        placed(logs, number, variant, list(FORMS)[number % len(FORMS)])
    reading = read(discover([logs]).claimed, key=KEY, jobs=1)
    body = examine(reading, id="own-logs", simulated=False, level=Level.FULL, tool_version="0.1.0")
    made = build(root, (body,), now=datetime(2026, 11, 24, tzinfo=UTC), version="0.1.0")
    hits = list(find_canaries(made.site, [CANARY, *FORMS.values()]))
    record("canaries-site", trials=len(planted), failures=len(hits), note="fields planted in logs of one built site")
    assert hits == []
