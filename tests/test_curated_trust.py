"""Doors of the content model: nothing that a contributor types makes evidence heavier, or more of it."""

from __future__ import annotations

import pytest
from test_curated_library import CASE, DETECTORS, ITEM, change, content, mistakes

from generator.curated.address import canonical, is_below
from generator.curated.library import load

__all__ = ["content"]  # a fixture

KIND = "kind: blog\n  opened: true"
MEASURED = """\
- id: counted
  title: Counted
  result: Three.
  by: {by}
  url: {url}
  period: March
  sample: s
  method: m
  raw: public
  raw_where: r
  shows: s
  shows_not: n
  judgement: j
  bears_on:
    - {{claim: C-002, says: It.}}
  tables:
    - {{id: aa, title: T, columns: [A, B], rows: [[1, 2]]}}
{more}"""
USES = "kind: event\nevidence:\n  - {measurement: counted, stance: for, shows: s}"


def measured(content, more="", by="somebody", url="https://example.org/m"):
    (content / "measurements").mkdir(exist_ok=True)
    text = MEASURED.format(by=by, url=url, more=more)
    (content / "measurements" / "published.yml").write_text(text, encoding="utf-8")


def told(content):
    return [(p.path.removeprefix("content/"), p.line, p.column, p.code) for p in mistakes(content)]


# The case declares https://example.org/i as where the vendor admits faults, and nothing else.
VENDORS = [
    # a vendor's kind at an address that is not the vendor's
    ("sources.yml", KIND, "kind: official-statement\n  opened: true", (3, 9)),
    ("sources.yml", KIND, "kind: official-document\n  opened: true", (3, 9)),
    ("sources.yml", KIND, "kind: admission\n  opened: true", (3, 9)),
    ("sources.yml", KIND, "kind: changelog\n  opened: true", (3, 9)),
    ("sources.yml", f"/a\n  {KIND}", "/incidents\n  kind: admission\n  opened: true", (3, 9)),
    ("sources.yml", f"example.org/a\n  {KIND}", "example.org.evil.net/i\n  kind: admission\n  opened: true", (3, 9)),
    ("sources.yml", f"example.org/a\n  {KIND}", "notexample.org/i\n  kind: admission\n  opened: true", (3, 9)),
    ("sources.yml", f"/a\n  {KIND}", "/i/%2e%2e/a\n  kind: admission\n  opened: true", (3, 9)),  # read as /a
    ("reports/aa-2.yml", "evidence_class: user-report", "evidence_class: official-status", (12, 17)),
    ("reports/aa-2.yml", "evidence_class: user-report", "evidence_class: official-statement", (12, 17)),
    ("reports/aa-2.yml", "source_type: issue", "source_type: official", (10, 14)),
    ("reports/aa-2.yml", "opened: true", "opened: true\nkind: admission", (15, 7)),
    ("incidents/2026-03.yml", "  scope: [console]\n  url: https://example.org/i", "  scope: [console]\n  url: https://example.org/j",
     (14, 8)),
    # the vendor's address, and a kind that it does not have there
    ("sources.yml", f"/a\n  {KIND}", "/i/5\n  kind: changelog\n  opened: true", (3, 9)),
    # the vendor's address, and somebody else's kind: it would count as a second origin
    ("sources.yml", f"/a\n  {KIND}", "/i\n  kind: press\n  opened: true", (3, 9)),
    ("sources.yml", f"//example.org/a\n  {KIND}", "//www.example.org/I/5?x=1#y\n  kind: blog\n  opened: true", (3, 9)),
    ("reports/aa-2.yml", "url: https://example.org/aa-2\nsource_type: issue", "url: https://example.org/i/2\nsource_type: press",
     (10, 14)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "place"), VENDORS)
def test_the_vendors_word_is_at_its_address_and_nobody_elses_is(content, name, old, new, place):
    change(content, name, old, new)
    assert told(content) == [(name, *place, "W-vendor")]


@pytest.mark.parametrize("kind", ["official-statement", "changelog", "admission"])
def test_a_measurement_is_no_word_of_the_vendor_elsewhere(content, kind):
    measured(content, f"  kind: {kind}\n")
    assert told(content) == [("measurements/published.yml", 18, 9, "W-vendor")]


def test_ours_is_no_word_of_the_vendor_either(content):
    measured(content, "  ours: true\n  kind: admission\n")
    assert told(content) == [("measurements/published.yml", 19, 9, "W-vendor")]


def test_a_measurement_by_the_vendor_is_not_one_of_others(content):
    measured(content, url="https://example.org/i/m")
    assert told(content) == [("measurements/published.yml", 5, 8, "W-vendor")]
    measured(content, "  ours: true\n", url="https://example.org/i/m")  # ours, taken from its pages
    load(content, DETECTORS)


@pytest.mark.parametrize("more", ["", "\n  relays: vendor"])
def test_what_is_true_passes(content, more):
    """The vendor's kind at its address, a blog that passes its words on, and digests anywhere."""
    change(content, "sources.yml", f"/a\n  {KIND}", "/i/5\n  kind: admission\n  opened: true")
    load(content, DETECTORS)
    change(content, "sources.yml", "/i/5\n  kind: admission", f"/a\n  kind: blog{more}")
    load(content, DETECTORS)
    change(content, "sources.yml", f"/a\n  kind: blog{more}", "/i/5\n  kind: machine-summary")
    load(content, DETECTORS)


def test_others_may_write_where_the_case_says_so(content):
    change(content, "sources.yml", f"/a\n  {KIND}", "/i/5\n  kind: narrative-issue\n  opened: true")
    assert told(content) == [("sources.yml", 3, 9, "W-vendor")]
    change(content, "case.yml", "kinds: [admission]}", "kinds: [admission], shared: true}")
    load(content, DETECTORS)


def test_without_declared_addresses_nothing_is_the_vendors_word(content):
    change(content, "case.yml", CASE[CASE.index("vendor_addresses") : CASE.index("people")], "")
    assert {code for *_, code in told(content)} == {"W-vendor"}


ADDRESSES = [
    ("kinds: [admission]", "kinds: [admission, press]", 15, 59, "W-value"),
    ("kinds: [admission]", "kinds: []", 15, 47, "W-length"),
    ("kinds: [admission]}", "kinds: [admission]}\n  - {address: 'https://example.org/i/', kinds: [changelog]}", 16, 15, "W-twice"),
    ("kinds: [admission]}", "kinds: [admission]}\n  - {address: 'https://example.org/i/x', kinds: [changelog]}", 16, 15, "W-twice"),
    ("kinds: [admission]}", "kinds: [admission]}\n  - {address: 'https://example.org/', kinds: [changelog]}", 16, 15, "W-twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "column", "code"), ADDRESSES)
def test_a_wrong_declaration_is_named_at_its_place(content, old, new, line, column, code):  # noqa: PLR0917  a table's columns
    change(content, "case.yml", old, new)
    assert told(content)[0] == ("case.yml", line, column, code)


BELOW = [
    ("https://status.example.org/incidents/x", "https://status.example.org/", True),
    ("https://status.example.org", "https://status.example.org/", True),
    ("https://status.example.org/?page=2", "https://status.example.org/", True),
    ("https://x.com/Somebody/status/1", "https://x.com/somebody/", True),
    ("https://x.com/somebody-else/status/1", "https://x.com/somebody/", False),
    ("https://example.org/", "https://status.example.org/", False),
    ("https://a.status.example.org/", "https://status.example.org/", False),
    ("https://github.com/o/r/issues/12#issuecomment-3", "https://github.com/o/r/issues/12", True),
    ("https://github.com/o/r/issues/123", "https://github.com/o/r/issues/12", False),
    ("https://github.com/o/r/issues/12", "https://github.com/o/r/issues/12#issuecomment-3", False),
]


@pytest.mark.parametrize(("url", "address", "below"), BELOW)
def test_an_address_is_below_another_by_whole_steps(url, address, below):
    assert is_below(url, address) is below


@pytest.mark.parametrize("kind", ["open-measurement", "closed-measurement", "others-finding", "issue-with-logs"])
def test_a_source_that_nobody_opened_shows_no_measurement(content, kind):
    change(content, "sources.yml", KIND, f"kind: {kind}\n  opened: false")
    assert told(content) == [("sources.yml", 3, 9, "W-source")]
    change(content, "sources.yml", "opened: false", "opened: true")
    load(content, DETECTORS)


def test_a_source_says_whether_it_was_opened(content):
    change(content, "sources.yml", "  opened: true\n", "")
    assert [code for *_, code in told(content)] == ["W-missing"]


@pytest.mark.parametrize("kind", ["own-finding", "arithmetic"])
def test_what_only_this_site_can_show_is_no_source_or_report(content, kind):
    change(content, "sources.yml", KIND, f"kind: {kind}\n  opened: true")
    change(content, "reports/aa-2.yml", "opened: true", f"opened: true\nkind: {kind}")
    assert told(content) == [("reports/aa-2.yml", 15, 7, "W-source"), ("sources.yml", 3, 9, "W-source")]


def test_arithmetic_is_a_measurement_of_ours(content):
    measured(content, "  kind: arithmetic\n")
    assert told(content) == [("measurements/published.yml", 18, 9, "W-source")]
    measured(content, "  ours: true\n  kind: arithmetic\n")
    load(content, DETECTORS)


HIDDEN = ["/i/%2e%2E%2fa", "/i%2F..%2Fa", "/i/%252e%252e/a", "/i/..%5Ca", "//a", "/i//a", "/a/%2f"]


@pytest.mark.parametrize("path", HIDDEN)
def test_a_path_that_may_be_read_as_another_is_refused(content, path):
    change(content, "sources.yml", f"example.org/a\n  {KIND}", f"example.org{path}\n  {KIND}")
    assert told(content) == [("sources.yml", 2, 8, "W-url")]


def test_an_archived_copy_keeps_the_address_in_its_own(content):
    change(
        content,
        "sources.yml",
        "https://example.org/a",
        "https://web.archive.org/web/20260301000000/https://example.org/a%20b",
    )
    load(content, DETECTORS)


ONE_DOCUMENT = [
    ("https://raw.githubusercontent.com/o/r/main/a.md", "https://github.com/o/r/blob/main/A.md#L3"),
    ("https://raw.githubusercontent.com/o/r/refs/heads/main/a.md", "https://github.com/o/r/raw/main/a.md"),
    ("https://api.github.com/repos/o/r/issues/4", "https://github.com/o/r/issues/4/"),
    ("https://github.com/o/r/pull/4/files", "https://github.com/o/r/issues/4"),
    ("https://web.archive.org/web/20260301120000id_/http://www.example.org/a", "https://example.org/a"),
    ("https://archive.ph/20260301/https://example.org/a", "https://example.org/a"),
    ("https://old.reddit.com/r/x/comments/1/", "https://www.reddit.com/r/x/comments/1"),
    ("https://twitter.com/a/status/1?s=20", "https://x.com/a/status/1"),
    ("https://example.org/a#issuecomment-1", "https://example.org/a#issuecomment-2"),
    ("https://news.ycombinator.com/item?id=4&p=2", "https://news.ycombinator.com/item?id=4"),
]
TWO_DOCUMENTS = [
    ("https://news.ycombinator.com/item?id=4", "https://news.ycombinator.com/item?id=5"),
    ("https://github.com/o/r/issues/4#issuecomment-1", "https://github.com/o/r/issues/4#issuecomment-2"),
    ("https://github.com/o/r/blob/main/a.md", "https://github.com/o/r/blob/next/a.md"),
    ("https://web.archive.org/web/20260301120000/https://example.org/a", "https://example.org/b"),
    ("https://archive.ph/abcde", "https://archive.ph/abcdf"),
    ("https://archive.org/2026/example.org/a", "https://example.org/a"),  # not how that host names its copies
]


@pytest.mark.parametrize(("one", "other"), ONE_DOCUMENT)
def test_one_document_has_one_address(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), TWO_DOCUMENTS)
def test_two_documents_have_two(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("address", "strangers"),
    [
        ("https://github.com/o/r/blob/", True),  # a commit of a fork is shown below it
        ("https://github.com/o/r/", True),
        ("https://github.com/o/r/pull/4/", False),
        ("https://github.com/o/r/blob/pull/4/head/", True),
        ("https://raw.githubusercontent.com/o/r/", True),
        ("https://x.com/", True),
        ("https://github.com/o/r/blob/main/", False),
        ("https://github.com/o/r/issues/12", False),
        ("https://x.com/somebody/", False),
        ("https://status.example.org/", False),
    ],
)
def test_an_address_below_which_strangers_write_is_nobodys_own(content, address, strangers):
    more = f"kinds: [admission]}}\n  - {{address: '{address}', kinds: [changelog]}}"
    change(content, "case.yml", "kinds: [admission]}", more)
    if strangers:
        assert told(content) == [("case.yml", 16, 15, "W-value")]
    else:
        load(content, DETECTORS)


def test_a_report_that_nobody_opened_shows_no_logs(content):
    change(content, "reports/aa-2.yml", "opened: true", "opened: false\nkind: issue-with-logs")
    assert told(content) == [("reports/aa-2.yml", 15, 7, "W-source")]


def test_one_document_has_one_kind_however_its_address_is_written(content):
    change(
        content,
        "sources.yml",
        f"example.org/a\n  {KIND}",
        "www.example.org/AA-2/?utm=1#top\n  kind: press\n  opened: true",
    )
    assert told(content) == [("sources.yml", 3, 9, "W-twice")]


def test_a_host_of_digests_has_no_press_under_another_name(content):
    more = "- {id: S-002, url: 'https://www.example.org/b', kind: machine-summary, opened: true, read_how: r, reliability: low}\n"
    (content / "sources.yml").write_text((content / "sources.yml").read_text() + more)
    assert told(content) == [("sources.yml", 3, 9, "W-twice")]


def test_a_repeat_has_no_evidence_of_its_own(content):
    change(
        content,
        "claims/C-001.yml",
        "kind: event",
        ITEM.replace("evidence", "same_as: C-002\nevidence") + "source: S-001}",
    )
    assert told(content) == [("claims/C-001.yml", 14, 3, "W-twice")]


def test_a_measurement_says_what_it_means_for_each_claim_that_uses_it(content):
    measured(content)
    change(content, "claims/C-001.yml", "kind: event", USES)
    assert told(content) == [("claims/C-001.yml", 13, 19, "W-source")]
    text = (content / "measurements" / "published.yml").read_text()
    (content / "measurements" / "published.yml").write_text(text.replace("claim: C-002", "claim: C-001"))
    load(content, DETECTORS)  # and C-002, which it speaks of no more, need not use it
