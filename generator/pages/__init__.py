"""The kinds of pages, in the order they are planned."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from generator.base.progress import Track, silent
from generator.pages import (
    analysis,
    article,
    calibration,
    changes,
    check,
    claims,
    contribute,
    corrections,
    data,
    detectors,
    evidence,
    explore,
    figures,
    findings,
    gone,
    guides,
    headline,
    home,
    incidents,
    logs,
    manual,
    measurements,
    method,
    other_tools,
    own,
    prices,
    promises,
    reconciled,
    reports,
    sources,
    special,
    speed,
    surfaces,
    symptoms,
    timeline,
    verify,
    wanted,
    was_it_me,
)
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.having import has

__all__ = ["PAGE_KINDS", "Page", "PageKind", "plan"]

if TYPE_CHECKING:
    from generator.dossier import Dossier

PAGE_KINDS: tuple[PageKind, ...] = (
    home.KIND,
    article.KIND,
    analysis.KIND,
    headline.KIND,
    claims.KIND,
    findings.KIND,
    detectors.KIND,
    evidence.KIND,
    reconciled.KIND,
    reports.KIND,
    measurements.KIND,
    special.KIND,
    incidents.KIND,
    timeline.KIND,
    explore.KIND,
    sources.KIND,
    surfaces.KIND,
    symptoms.KIND,
    wanted.KIND,
    method.KIND,
    promises.KIND,
    speed.KIND,
    calibration.KIND,
    other_tools.KIND,
    prices.KIND,
    data.KIND,
    was_it_me.KIND,
    check.KIND,
    logs.KIND,
    verify.KIND,
    guides.KIND,
    manual.KIND,
    contribute.KIND,
    corrections.KIND,
    changes.KIND,
    gone.KIND,
)


OWN_KINDS: tuple[PageKind, ...] = (
    own.KIND,
    findings.KIND,
    detectors.KIND,
    evidence.KIND,
    reconciled.KIND,
    calibration.KIND,
    prices.KIND,
    data.KIND,
    check.KIND,
    logs.KIND,
    verify.KIND,
    gone.KIND,
)
"""Of a site that is only somebody's own logs: nobody's claims, no reports, and nobody who asks for either."""


def plan(dossier: Dossier, track: Track = silent) -> tuple[Page, ...]:
    """Every page of the site. Raises ContentError where an address that moved has a page, or a figure has none."""
    own_logs = dossier.library.case.own
    kinds = [kind for kind in (OWN_KINDS if own_logs else PAGE_KINDS) if has(kind.id, dossier)]
    made = tuple(page for kind in track(kinds, "Planning pages") for page in kind.pages(dossier))
    if own_logs:
        made = tuple(replace(page, notes=None, written_in="") for page in made)
    made = (*made, *figures.pages(dossier, made))
    gone.refuse_living(made)
    return told_apart(made)


def told_apart(pages: tuple[Page, ...]) -> tuple[Page, ...]:
    """No two pages with one title, as tabs and results of a search show no more: the id of the record is added."""
    titles = Counter(page.title for page in pages)
    return tuple(
        page if titles[page.title] == 1 else replace(page, title=f"{page.title} ({page.path.split('/')[-2]})")
        for page in pages
    )
