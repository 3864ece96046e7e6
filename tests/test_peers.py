"""Other tools on the public sets: the record, its mistakes, what is in content/, and the page."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from public_library import dossier

from generator.base.problems import ContentError
from generator.curated.library import load_kind
from generator.curated.peers import Peer
from generator.pages import other_tools
from generator.site.render import SiteContext, render

ROOT = Path(__file__).parent.parent
SITE = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0")
RECORD = """\
- id: witnessmark
  name: Witnessmark
  version: 0.1.0
  measured: 2026-11-30
  command: witnessmark scan SET --json
  says: One reason a break.
  sets:
    - {set: one-set, calls: 12, input: 1, written: 2, read: 3, output: 40, causes: [{word: resume, count: 5}]}
- id: other
  name: Other tool
  version: 2.0.0
  url: https://example.org/other
  measured: 2026-11-30
  command: other --json
  says: It counts rebuilds.
  words:
    - {word: changed, means: Anything else.}
  sets:
    - {set: one-set, calls: 11, input: 1, written: 2, read: 3, output: 30, causes: [{word: changed, count: 4}]}
  days: 3
  days_equal: 2
  gaps:
    - {set: one-set, days: 9 March, gap: +7 output, right: theirs, why: The last line has no newline.}
  crossed:
    - {theirs: changed, ours: resume, count: 3}
    - {theirs: changed, ours: null, count: 1}
    - {theirs: null, ours: resume, count: 2}
  drawn: All of them.
  cases:
    - {set: one-set, file: a.jsonl, line: 3, theirs: changed, ours: resume, expected: 9000, read: 0, right: ours, why: It is a resumed session.}
"""


def read(tmp_path, text):
    (tmp_path / "measurements").mkdir(exist_ok=True)
    (tmp_path / "measurements" / "peers.yml").write_text(text, encoding="utf-8")
    return load_kind(tmp_path, Peer)


def page(peers):
    pages = list(other_tools.KIND.pages(dossier(peers=peers)))
    files = {
        file.path: file.content.decode() for file in render(pages, templates=ROOT / "templates", site_context=SITE)
    }
    return pages[0], files["2026-03/other-tools/index.md"]


def test_a_sound_record_is_read(tmp_path):
    ours, other = read(tmp_path, RECORD)
    assert (ours.url, other.sets[0].causes[0].count, other.cases[0].right) == (None, 4, "ours")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[{word: changed, count: 4}]", "[{word: chanced, count: 4}]", "W-ref"),
        ("theirs: changed, ours: resume, expected", "theirs: chanced, ours: resume, expected", "W-ref"),
        ("days_equal: 2", "days_equal: 4", "W-value"),
        ("right: theirs", "right: nobody", "W-value"),
        ("count: 3}", "count: -3}", "W-value"),
        ("output: 30, causes: [{word: changed, count: 4}]}",
         "output: 30}\n    - {set: one-set, input: 1, written: 2, read: 3, output: 30}", "W-twice"),
    ],
)  # fmt: skip
def test_each_mistake_is_at_its_line(tmp_path, old, new, code):
    assert RECORD.count(old) == 1
    text = RECORD.replace(old, new)
    with pytest.raises(ContentError) as caught:
        read(tmp_path, text)
    line = next(number for number, words in enumerate(text.splitlines(), 1) if new.splitlines()[-1] in words)
    assert [(problem.line, problem.code) for problem in caught.value.problems] == [(line, code)]


def test_the_page_shows_each_tool_beside_this_program(tmp_path):
    shown, text = page(read(tmp_path, RECORD))
    assert "### Other tool 2.0.0" in text
    assert "### Witnessmark" not in text
    assert "resume 3, no break 1" in text
    assert "<td>no word</td>" in text  # breaks of this ledger without a cause of the tool
    assert "Of 3 days of all sets, 2 are equal to the token" in text
    assert "Verdicts: ours: 1." in text
    view = shown.context.peers[0]
    assert (view.total.calls, view.total.named, view.total.breaks) == ((11, 12), 4, 5)
    assert b'"tools"' in shown.downloads[0].content


def test_a_case_without_other_tools_has_no_such_part():
    shown, text = page(())
    assert shown.context.peers == ()
    assert "#peers" not in text
    assert b'"tools"' not in shown.downloads[0].content


def test_what_is_published_adds_up():
    """Crossed steps are the causes counted in the sets, and ours among them are our breaks; each case is of a set."""
    ours, *others = load_kind(ROOT / "content", Peer)
    assert {peer.id for peer in others} == {"claude-cache-audit", "tokenol", "ccusage"}
    breaks = Counter({one.word: 0 for row in ours.sets for one in row.causes})
    for row in ours.sets:
        breaks.update({one.word: one.count for one in row.causes})
    for peer in others:
        assert [row.set for row in peer.sets] == [row.set for row in ours.sets]
        if not peer.crossed:
            continue
        theirs, mine = Counter(), Counter()
        for pair in peer.crossed:
            theirs[pair.theirs] += pair.count
            mine[pair.ours] += pair.count
        counted = Counter()
        for row in peer.sets:
            counted.update({one.word: one.count for one in row.causes})
        assert {word: count for word, count in theirs.items() if word} == dict(counted)
        assert {reason: count for reason, count in mine.items() if reason} == dict(breaks)
        assert {case.set for case in peer.cases} <= {row.set for row in peer.sets}


def test_the_prose_names_the_numbers_of_its_tables():
    """A new run that changes a figure must change its sentence."""
    audit = next(peer for peer in load_kind(ROOT / "content", Peer) if peer.id == "claude-cache-audit")
    crossed = {(pair.theirs, pair.ours): pair.count for pair in audit.crossed}
    changed = sum(count for (theirs, _), count in crossed.items() if theirs == "prefix_change")
    headline = sum(count for (theirs, _), count in crossed.items() if theirs not in (None, "compaction"))
    assert f"{changed} of the {headline} rebuilds" in audit.limits
    assert f"the API itself ({crossed['prefix_change', 'stated-change']} steps)" in audit.limits
    expired = sum(count for (theirs, _), count in crossed.items() if theirs == "expired")
    assert f"each of its {expired} " in audit.better
    february = next(row for row in audit.sets if row.set == "entire-february")
    counts = {one.word: one.count for one in february.causes}
    assert (counts["prefix_change"], sum(counts.values()) - counts["compaction"]) == (104, 155)
    assert len(audit.cases) == 10
    assert not re.search(r"pypi|npmjs", (ROOT / "content/measurements/peers.yml").read_text("utf-8"))
