"""Doors of the content model: nothing that a contributor types makes evidence heavier, or more of it."""

from __future__ import annotations

import pytest
from test_curated_library import CASE, DETECTORS, ITEM, change, content, mistakes

from generator.curated.address import canonical, holds_strangers, host_of, is_below
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


OFFICIAL = [
    ("https://example.org/e", "", False),
    ("https://example.org.evil.net/i", "", False),
    ("https://example.org/incidents", "", False),
    ("https://x.com/somebody/status/5", "\n  more_urls: ['https://example.org/e2']", False),
    ("https://example.org/i/4", "", True),
    ("https://web.archive.org/web/2026/https://www.example.org/i/4", "", True),
    ("https://example.org/e", "\n  more_urls: ['https://example.org/e2', 'https://example.org/i/4']", True),
]


@pytest.mark.parametrize(("url", "more", "official"), OFFICIAL)
def test_an_official_event_has_an_address_of_the_vendor(content, url, more, official):
    change(content, "events/2026-03.yml", "official: false", "official: true")
    change(content, "events/2026-03.yml", "url: https://example.org/e", f"url: {url}{more}")
    if official:
        load(content, DETECTORS)
    else:
        assert told(content) == [("events/2026-03.yml", 9 + more.count("\n"), 13, "W-vendor")]


def test_an_event_that_is_not_official_may_have_any_address(content):
    change(content, "events/2026-03.yml", "url: https://example.org/e", "url: https://example.org/i")
    load(content, DETECTORS)


POST = "https://x.com/vendor/status/5"


@pytest.mark.parametrize(
    "other", ["https://x.com/i/status/5", "https://x.com/i/web/status/5", "https://x.com/vendor/status/5/photo/1"]
)
def test_two_records_of_one_post_have_one_kind(content, other):
    change(content, "reports/aa-2.yml", "https://example.org/aa-2", POST)
    change(content, "sources.yml", f"https://example.org/a\n  {KIND}", f"{other}\n  kind: press\n  opened: true")
    assert told(content) == [("sources.yml", 3, 9, "W-twice")]


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
    ("https://api.github.com/repos/o/r/issues/comments/3", "https://github.com/o/r/issues/12#issuecomment-3", True),
    ("https://twitter.com/Somebody/status/1/photo/2", "https://x.com/somebody/", True),
    ("https://x.com/i/status/1", "https://x.com/somebody/", False),  # whose it is, it does not say
    ("https://x.com/i/web/status/1", "https://x.com/somebody/status/1", True),
    ("https://x.com/somebody/status/2", "https://x.com/somebody/status/1", False),
    ("https://web.archive.org/web/2026/https://x.com/somebody/status/1", "https://x.com/somebody/", True),
    ("https://redd.it/abc", "https://reddit.com/r/x/comments/abc/title/", True),
    ("https://reddit.com/r/x/comments/abc/comment/def", "https://redd.it/abc", True),
    ("https://reddit.com/user/somebody/comments/abc/t", "https://reddit.com/user/somebody/", True),
    ("https://example.org:8443/a", "https://example.org/", False),
    ("https://example.org/a/index.html", "https://example.org/a/", True),
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
# Every address of a row is of the same document.
SAME = [
    "x.com/a/status/5 x.com/b/status/5 x.com/i/status/5 x.com/i/web/status/5 x.com/a/status/5/photo/1 twitter.com/A/statuses/5"
    " mobile.twitter.com/a/status/5/video/1?s=20",
    "reddit.com/comments/abc www.reddit.com/r/x/comments/abc reddit.com/r/x/comments/abc/a_title/ redd.it/abc"
    " old.reddit.com/r/X/comments/ABC/another/?sort=new i.reddit.com/comments/abc reddit.com/user/u/comments/abc/t"
    " reddit.com/gallery/abc amp.reddit.com/r/x/comments/abc/t reddit.com/comments/abc.json de.reddit.com/r/x/comments/abc",
    "reddit.com/r/x/comments/abc/title/def reddit.com/r/x/comments/abc/comment/def/?context=3 np.reddit.com/comments/abc/_/def",
    "youtu.be/Ab_-3 www.youtube.com/shorts/Ab_-3 youtube.com/embed/Ab_-3?start=4 youtube.com/watch?v=Ab_-3&t=5"
    " m.youtube.com/watch?list=x&v=Ab_-3 youtube.com/live/Ab_-3 www.youtube-nocookie.com/embed/Ab_-3 youtube.com/v/Ab_-3",
    "redirect.github.com/o/r/issues/4 github.com/o/r.git/issues/4 github.com/o/r/pull/4.diff api.github.com/repos/o/r/pulls/4",
    "github.com/o/r github.com/o/r.git redirect.github.com/O/R/ api.github.com/repos/o/r",
    "example.org/a example.org/a/index.html example.org/a/INDEX.htm www.example.org/a/ example.org/a/index.php",
    "example.org example.org/index.html example.org/default.aspx",
    "api.github.com/repos/o/r/issues/comments/5 github.com/o/r/issues/4#issuecomment-5 github.com/o/r/pull/4#issuecomment-5",
    "api.github.com/repos/o/r/pulls/comments/5 github.com/o/r/pull/4#discussion_r5 github.com/o/r/pull/4/files#discussion_r5",
    "api.github.com/repos/o/r/pulls/4/reviews/5 github.com/o/r/pull/4#pullrequestreview-5",
    "gist.github.com/u/0123456789abcdef0123 gist.github.com/0123456789abcdef0123"
    " gist.githubusercontent.com/u/0123456789abcdef0123/raw/x",
    "gitlab.com/g/h/r/-/issues/4 gitlab.com/g/h/r/issues/4 gitlab.com/g/h/r/-/work_items/4",
    "medium.com/p/0123456789ab medium.com/@somebody/a-title-0123456789ab medium.com/paper/title-0123456789ab",
    "linkedin.com/posts/somebody_word-activity-7123456789012345678-x_yz de.linkedin.com/feed/update/urn:li:activity:7123456789012345678",
    "example.org/a http://example.org:80/a https://example.org:443/a",
]
# The same page in archives.
ARCHIVED = [
    *(
        f"https://archive.{end}/2026.03.01-120000/https://example.org/a"
        for end in ("fo", "is", "li", "md", "ph", "today", "vn")
    ),
    *(f"https://archive.{end}/20260301/http://example.org/a" for end in ("fo", "li", "vn")),
    "https://arquivo.pt/wayback/20260301120000/https://example.org/a",
    "https://arquivo.pt/noFrame/replay/20260301120000/https://example.org/a",
    "https://webarchive.loc.gov/all/20260301120000/https://example.org/a",
    "https://webarchive.nationalarchives.gov.uk/ukgwa/20260301120000/https://example.org/a",
    "https://www.webarchive.org.uk/wayback/archive/20260301120000mp_/http://example.org/a",
    "https://web.archive.org/web/20260301120000/https://web.archive.org/web/2025/https://example.org/a",
    "https://archive.ph/20260301/https://web.archive.org/web/2025id_/https://example.org/a",
    "https://web.archive.org/web/2026/https://arquivo.pt/wayback/20260301120000/https://archive.li/2026/https://example.org/a",
    "https://web.archive.org/web/https://example.org/a",
    "https://web.archive.org/web/20260301120000*/https://example.org/a",
    "https://web.archive.org/web/*/https://example.org/a",
    "https://web.archive.org/web/2/https://example.org/a",
    "https://web.archive.org/web/2026/example.org/a",
    "https://web.archive.org/web/2026/https%3A%2F%2Fexample.org%2Fa",
    "https://web.archive.org/save/https://example.org/a",
    "https://web.archive.org/save/example.org/a",
    "https://archive.org/web/2026/https:/example.org/a",
    "https://archive.ph/newest/https://example.org/a",
    "https://archive.ph/https://example.org/a",
    "https://archive.ph/submit/?url=https%3A%2F%2Fexample.org%2Fa",
]
TWO_DOCUMENTS = [
    ("https://news.ycombinator.com/item?id=4", "https://news.ycombinator.com/item?id=5"),
    ("https://github.com/o/r/issues/4#issuecomment-1", "https://github.com/o/r/issues/4#issuecomment-2"),
    ("https://github.com/o/r/blob/main/a.md", "https://github.com/o/r/blob/next/a.md"),
    ("https://web.archive.org/web/20260301120000/https://example.org/a", "https://example.org/b"),
    ("https://archive.ph/abcde", "https://archive.ph/abcdf"),
    ("https://archive.org/2026/example.org/a", "https://example.org/a"),  # not how that host names its copies
    ("https://api.github.com/repos/o/r/issues/comments/5", "https://api.github.com/repos/o/r/issues/comments/6"),
    ("https://api.github.com/repos/o/r/pulls/comments/5", "https://api.github.com/repos/o/r/pulls/comments/6"),
    ("https://api.github.com/repos/o/r/pulls/comments/5", "https://api.github.com/repos/o/r/issues/comments/5"),
    ("https://github.com/o/r/issues/4#issuecomment-5", "https://github.com/o/q/issues/4#issuecomment-5"),
    ("https://x.com/a/status/5", "https://x.com/a/status/6"),
    ("https://x.com/a", "https://x.com/b"),
    ("https://reddit.com/comments/abc", "https://reddit.com/comments/abd"),
    ("https://reddit.com/comments/abc", "https://reddit.com/r/x/comments/abc/t/def"),
    ("https://youtu.be/Ab", "https://youtu.be/aB"),
    ("https://youtube.com/playlist?list=a", "https://youtube.com/playlist?list=b"),
    ("https://github.com/o/r/blob/main/index.html", "https://github.com/o/r/blob/main"),
    ("https://example.org:8443/a", "https://example.org/a"),
    ("https://web.archive.org/web/2026/https://[x/y", "https://web.archive.org/web/2026/https://[x/z"),
    ("https://archive.org/details/a", "https://archive.org/details/b"),
]


@pytest.mark.parametrize("row", SAME)
def test_a_post_has_one_address_however_a_site_names_it(row):
    found = {canonical(url if "://" in url else f"https://{url}") for url in row.split()}
    assert len(found) == 1, found


@pytest.mark.parametrize("copy", ARCHIVED)
def test_a_copy_in_any_archive_is_the_page_that_it_copies(copy):
    assert canonical(copy) == canonical("https://example.org/a")


@pytest.mark.parametrize("broken", ["https://[x/y", "https://exa\u2100mple.com/", "https://example.org:99999/"])
def test_what_is_no_address_is_of_nobody_and_below_nothing(broken):
    assert canonical(broken) == broken
    assert not host_of(broken)
    assert not is_below(broken, "https://example.org/")
    assert not is_below("https://example.org/", broken)
    assert not is_below(broken, broken)
    assert holds_strangers(broken)


@pytest.mark.parametrize(("one", "other"), ONE_DOCUMENT)
def test_one_document_has_one_address(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), TWO_DOCUMENTS)
def test_two_documents_have_two(one, other):
    assert canonical(one) != canonical(other)


OPEN_TO_ALL = """
    bsky.app/ bsky.app/profile/ youtube.com/watch www.youtube.com/shorts/ youtube.com/channel/ youtube.com/playlist
    youtube.com/@ news.ycombinator.com/item news.ycombinator.com/user reddit.com/r/x/ reddit.com/r/ reddit.com/user/
    reddit.com/u/ reddit.com/comments/ old.reddit.com/r/x/ linkedin.com/posts/ linkedin.com/in/ linkedin.com/feed/update/
    uk.linkedin.com/posts/ x.com/i/ x.com/i/web/status/ twitter.com/search/ x.com/hashtag/x medium.com/tag/ medium.com/tag/x
    medium.com/p/ gitlab.com/o/r/-/issues gitlab.com/o/r/-/merge_requests/ gitlab.com/g/h/r/ gitlab.com/g/h/r/-/blob/
    gist.github.com/ gist.github.com/discover substack.com/ open.substack.com/pub/ huggingface.co/ huggingface.co/o/m/
    huggingface.co/datasets/o/m/ huggingface.co/o/m/discussions/ docs.google.com/ docs.google.com/document/d/ discord.com/
    discord.com/channels/1/2/ discord.gg/ github.com/o/r/issues/comments/ api.github.com/repos/o/r/pulls/comments
    api.github.com/repos/o/r/contents/a.md codeberg.org/o/r/src/commit/ web.archive.org/ web.archive.org/web/
    web.archive.org/web/2026/ archive.ph/ archive.ph/2026/ archive.org/details/ arquivo.pt/wayback/ perma.cc/
    ghostarchive.org/archive/ webarchive.loc.gov/all/ web.archive.org/web/2026/https://x.com/ en.wikipedia.org/wiki/X
    stackoverflow.com/questions/ t.me/ mastodon.social/ x.com:8443/
"""
OF_ONE = """
    bsky.app/profile/somebody.example.org youtube.com/@somebody youtube.com/watch?v=Ab youtu.be/Ab youtube.com/channel/UC1
    news.ycombinator.com/item?id=4 reddit.com/user/somebody/ reddit.com/r/x/comments/abc redd.it/abc
    linkedin.com/company/somebody linkedin.com/posts/somebody_a x.com/somebody/status/5 x.com/i/status/5 medium.com/@somebody
    gitlab.com/o/r/-/issues/4 gitlab.com/g/h/r/-/blob/main/ gitlab.com/o/r/-/merge_requests/4 gist.github.com/somebody
    somebody.substack.com/ substack.com/@somebody huggingface.co/o/m/blob/main docs.google.com/document/d/Ab/edit
    discord.com/channels/1/2/3 github.com/o/r/issues/4#issuecomment-5 codeberg.org/o/r/src/branch/main
    web.archive.org/web/2026/https://status.example.org/ stackoverflow.com/q/5 status.example.org/?page=2
"""


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
        *((f"https://{open_to_all}", True) for open_to_all in OPEN_TO_ALL.split()),
        *((f"https://{own}", False) for own in OF_ONE.split()),
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
