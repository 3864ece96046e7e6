"""The kinds of pages, in the order they are planned."""

from generator.pages import (
    analysis,
    calibration,
    check,
    claims,
    contribute,
    data,
    detectors,
    evidence,
    explore,
    findings,
    headline,
    home,
    incidents,
    method,
    other_tools,
    prices,
    reports,
    sources,
    surfaces,
    symptoms,
    timeline,
)
from generator.pages.base import Page, PageKind

__all__ = ["PAGE_KINDS", "Page", "PageKind"]

PAGE_KINDS: tuple[PageKind, ...] = (
    home.KIND,
    analysis.KIND,
    headline.KIND,
    claims.KIND,
    findings.KIND,
    detectors.KIND,
    evidence.KIND,
    reports.KIND,
    incidents.KIND,
    timeline.KIND,
    explore.KIND,
    sources.KIND,
    surfaces.KIND,
    symptoms.KIND,
    method.KIND,
    calibration.KIND,
    other_tools.KIND,
    prices.KIND,
    data.KIND,
    check.KIND,
    contribute.KIND,
)
