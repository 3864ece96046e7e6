"""Wanted, and what a claim's page says of its detectors: one that only approaches a question decides nothing."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from public_library import LIBRARY, claim, dossier

from generator.detectors import DETECTORS
from generator.pages import claims, wanted
from generator.site.render import SiteContext, render

TEMPLATES = Path(__file__).parent.parent / "templates"
SITE = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0")
PROXIES = [one for one in DETECTORS if one.proxy_for]


def words(kind, path, *tested_by):
    private = claim("C-001", "not_checkable", tested_by=tested_by)
    made = dossier(library=LIBRARY.model_copy(update={"claims": (private, *LIBRARY.claims[1:3])}))
    files = {
        file.path: file.content.decode()
        for file in render(list(kind.pages(made)), templates=TEMPLATES, site_context=SITE)
    }
    text = re.sub(r"<[^>]*>", "", files[f"2026-03/{path}index.md"])
    return " ".join(text.split()), json.loads(files[f"2026-03/{path}index.json"])


@pytest.mark.parametrize("proxy", PROXIES, ids=lambda one: one.id)
@pytest.mark.parametrize(("kind", "path"), [(wanted, "wanted/"), (claims, "c/C-001/")], ids=["wanted", "claim"])
def test_a_proxy_decides_nothing_and_says_what_would(kind, path, proxy):
    text, _ = words(kind, path, proxy.id)
    assert f"{proxy.title} only approaches it, which would be decided by {proxy.decided_by}." in text.replace(
        "&#39;", "'"
    )
    assert "Decided by" not in text
    assert "Would decide it on the author's logs" not in text
    assert "quiet run" not in text


@pytest.mark.parametrize(("kind", "path"), [(wanted, "wanted/"), (claims, "c/C-001/")], ids=["wanted", "claim"])
def test_beside_a_detector_that_decides_both_are_named(kind, path):
    text, _ = words(kind, path, "cache-break", "block-jump")
    titles = {one.id: one.title for one in DETECTORS}
    intro = "Decided by" if kind is wanted else "On the author's logs, these would answer:"
    assert f"{intro} {titles['cache-break']}. {titles['block-jump']} only approaches it" in text


@pytest.mark.parametrize("proxy", PROXIES, ids=lambda one: one.id)
def test_what_would_decide_a_proxys_question_fits_into_a_sentence(proxy):
    assert proxy.decided_by[0].islower()
    assert not proxy.decided_by.endswith(".")


def test_items_of_evidence_are_called_so_for_machines():
    _, twin = words(claims, "c/C-001/")
    assert twin["record"]["computed"]["items"] == []
    assert "pieces" not in twin["record"]["computed"]
