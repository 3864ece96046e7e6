"""What is public stays: ids, addresses and places; snapshots a fortnight apart by a simulated clock; changes and feeds."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, datetime

import pytest
from story_of_snapshots import (
    ADDRESS,
    BURIED,
    FIRST,
    NEW_TITLE,
    OLD_TITLE,
    PUBLIC,
    ROOT,
    SECOND,
    THIRD,
    add_evidence,
    content,
    edit,
    run,
    small_root,
    told,
)

from generator.base.problems import ContentError, PublishRefusedError
from generator.build import plan
from generator.curated.library import load_kind
from generator.curated.locked import Gone, Locked, lock_text
from generator.curated.snapshots import next_number, snapshot_text, taken_on
from generator.dossier.changes import What
from generator.pages.figures import figures_of
from generator.site import frozen, manifest
from generator.site.check import check_site
from generator.site.feeds import feed_files, feeds, item_id
from generator.site.promised import Promise, addresses_of, keep_places, lost, merged
from generator.site.render import RenderedFile
from generator.site.scan import scan

ATOM = "{http://www.w3.org/2005/Atom}"


def rows(root):
    return {row.place: row for row in load_kind(root / "content", Locked)}


# ---- the list of ids ----


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """The small case after its first `lock`, without evidence and with a public log; tests change copies of it."""
    made = {}
    for evidence in (False, True):
        made[evidence] = small_root(tmp_path_factory.mktemp("listed"), evidence=evidence)
        run(made[evidence], FIRST, "lock")
    return made


def copied(listed, folder, *, evidence=False):
    return shutil.copytree(listed[evidence], folder / "root")


def test_every_record_is_locked_once_with_its_day_and_title(listed, tmp_path):
    root = copied(listed, tmp_path, evidence=True)
    first = rows(root)
    dossier = content(root)
    drawn = {f"g/{one.id}" for one in figures_of(dossier, plan(dossier))}
    assert {"g/reports-by-week", f"g/{PUBLIC}-days-chart"} <= drawn
    assert set(first) == {fact.place for fact in dossier.facts} | drawn
    assert {place[0] for place in first} == set("cefgirs")
    assert first["c/C-064"].title == dossier.claims["C-064"].statement
    assert {row.first for row in first.values()} == {FIRST}
    before = (root / "content" / "ids.lock.yml").read_bytes()
    run(root, SECOND, "lock")
    assert (root / "content" / "ids.lock.yml").read_bytes() == before


def test_new_ids_are_added_and_old_rows_stay(listed, tmp_path):
    root = copied(listed, tmp_path)
    edit(root / "content" / "claims" / "C-008.yml", "Usage meters moved", "The meters of usage moved")
    add_evidence(root)
    run(root, SECOND, "lock")
    after = rows(root)
    assert after["c/C-008"].title.startswith("Usage meters moved")
    assert {row.first for place, row in after.items() if place[0] == "f"} == {SECOND}


@pytest.mark.parametrize("place", ["r/cc-24048", "c/C-008", "s/S-009", "i/0ghc53zpsfmt", "e/E-068"])
def test_an_id_that_lost_its_record_is_refused_with_its_place(listed, tmp_path, place):
    root = copied(listed, tmp_path)
    path = root / "content" / "ids.lock.yml"
    kept = rows(root)[place]
    path.write_text(
        path.read_text("utf-8").replace(f'"{kept.id}"', '"X-999"' if place[0] in "ri" else f'"{kept.id[:2]}999"'),
        "utf-8",
    )
    with pytest.raises(ContentError) as refused:
        content(root)
    (line,) = told(refused.value.problems)
    assert re.match(rf'content/ids\.lock\.yml:\d+:7: W-lost the {kept.kind} "[^"]+" was public and has no record', line)
    assert f"witnessmark bury {place[0]}/" in line


def test_a_deleted_file_and_a_lost_finding_are_refused_by_check_and_build(listed, tmp_path):
    root = copied(listed, tmp_path, evidence=True)
    (root / "content" / "reports" / "cc-24048.yml").unlink()
    shutil.rmtree(root / "content" / "evidence")
    shutil.rmtree(root / "content" / "origins")
    for command in ("check", "build", "snapshot", "lock"):
        with pytest.raises(ContentError) as refused:
            run(root, SECOND, command)
        said = "\n".join(told(refused.value.problems))
        assert 'the report "cc-24048" was public' in said
        assert 'the finding "F-' in said
    assert not (root / "site").exists()
    assert not (root / "content" / "snapshots").exists()


def test_a_tombstone_answers_for_a_deleted_file(listed, tmp_path):
    root = copied(listed, tmp_path)
    (root / "content" / "reports" / "cc-24048.yml").unlink()
    run(root, SECOND, "bury", "r/cc-24048", "--reason", "Its author took it down.", "--to", "r/cc-46829")
    assert rows(root)["r/cc-24048"].gone == Gone(day=SECOND, reason="Its author took it down.", to="r/cc-46829")
    assert "cc-24048" not in content(root).reports


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("r/nobody", "--reason", "x"), "is not in content/ids.lock.yml"),
        (("r/cc-24048", "--reason", ""), "--reason"),
        (("r/cc-24048", "--reason", "x", "--to", "r/nobody"), "is not a record that is shown"),
        (("r/cc-24048", "--reason", "x", "--to", "nonsense"), "--to"),
        (("r/cc-24048", "--reason", "two\nlines"), "--reason"),
        *((("r/cc-24048", "--reason", f"a{sign}b"), "--reason") for sign in "\x07\t\x85\u2028\u202e\x1b"),
        (("r/cc-24048", "--reason", "x", "--to", "r/cc-24048"), "cannot take its own place"),
    ],
)
def test_bury_says_what_is_wrong(listed, tmp_path, arguments, said):
    root = copied(listed, tmp_path)
    before = (root / "content" / "ids.lock.yml").read_bytes()
    with pytest.raises(Exception, match=re.escape(said)):
        run(root, SECOND, "bury", *arguments)
    assert (root / "content" / "ids.lock.yml").read_bytes() == before


def test_who_leans_on_a_withdrawn_record_is_told(listed, tmp_path):
    root = copied(listed, tmp_path)
    run(root, SECOND, "bury", "s/S-053", "--reason", "It was a copy.")
    with pytest.raises(ContentError) as refused:
        content(root)
    assert any(
        re.match(r'content/claims/C-008\.yml:\d+:\d+: W-ref source "S-053" is withdrawn \(leave it out here', line)
        for line in told(refused.value.problems)
    )


def test_a_withdrawn_finding_is_in_no_list_and_no_count(listed, tmp_path):
    root = copied(listed, tmp_path, evidence=True)
    before = content(root)
    view = before.findings[0]
    run(root, SECOND, "bury", f"f/{view.finding.id}", "--reason", "A relay wrote the call twice.")
    after = content(root)
    assert len(after.findings) == len(before.findings) - 1
    assert after.found == before.found - 1
    pages = {page.path: page for page in plan(after)}
    assert pages[f"2026-03/f/{view.finding.id}/"].template == "gone.md.j2"


def test_a_tombstone_leads_to_a_record_that_is_shown(listed, tmp_path):
    root = copied(listed, tmp_path)
    path = root / "content" / "ids.lock.yml"
    gone = "  gone:\n    day: 2026-12-14\n    reason: x\n    to: "
    text = path.read_text("utf-8")
    old = '  id: "cc-24048"\n  first: 2026-11-30\n' + re.search(r'id: "cc-24048"\n  first: 2026-11-30\n(.*\n)', text)[1]
    for target, said in (("r/nobody", "is not in this list"), ("r/cc-24048", "is gone itself")):
        path.write_text(text.replace(old, f"{old}{gone}{target}\n"), "utf-8")
        with pytest.raises(ContentError) as refused:
            content(root)
        assert any(said in line and "W-ref" in line for line in told(refused.value.problems))


def test_two_rows_for_one_id_are_refused(listed, tmp_path):
    root = copied(listed, tmp_path)
    path = root / "content" / "ids.lock.yml"
    text = path.read_text("utf-8")
    path.write_text(text + text[text.index("- kind") : text.index("- kind", text.index("- kind") + 1)], "utf-8")
    with pytest.raises(ContentError) as refused:
        content(root)
    assert any("W-unique" in line for line in told(refused.value.problems))


def test_titles_of_any_letters_come_back_as_they_were(tmp_path):
    titles = [
        '"quoted" [and] {braced}?',
        "a: b # c",
        "- no",
        "1e3",
        "ünïcödé \u2028 line".replace("\u2028", "-"),
        "back\\slash",
    ]
    made = [Locked(kind="report", id=f"r-{n}", first=FIRST, title=title) for n, title in enumerate(titles)]
    (tmp_path / "ids.lock.yml").write_text(lock_text(made), "utf-8")
    assert [row.title for row in load_kind(tmp_path, Locked)] == titles


def test_a_list_of_many_ids_is_read_by_the_quick_parser(tmp_path):
    from generator.curated.yamlquick import PARSER, quick_value

    made = [Locked(kind="report", id=f"r-{n}", first=FIRST, title="Is it [this] or {that}?") for n in range(3_000)]
    assert len(quick_value(lock_text(made), 60_000, PARSER)) == 3_000
    (tmp_path / "ids.lock.yml").write_text(lock_text(made), "utf-8")
    assert len(load_kind(tmp_path, Locked)) == 3_000  # more values than another file may have


# ---- snapshots as files ----


def test_numbers_go_up_within_a_day():
    taken = [taken_on(FIRST, n, "0.1.0", ()) for n in (1, 2, 10)]
    assert next_number(taken, FIRST) == 11
    assert next_number(taken, SECOND) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-20],
        lambda text: text.replace('"format": 1', '"format": 2'),
        lambda text: text.replace('"id": "2026-11-30.1"', '"id": "2026-11-30.2"'),
        lambda text: text.replace('"number": 1', '"number": 2'),
        lambda text: text.replace('"kind": "claim"', '"kind": "charm"', 1),
        lambda _text: "[]",
    ],
)
def test_a_snapshot_that_was_changed_by_hand_is_named(tmp_path, damage):
    root = small_root(tmp_path)
    facts = content(root).facts
    folder = root / "content" / "snapshots"
    folder.mkdir()
    text = snapshot_text(taken_on(FIRST, 1, "0.1.0", facts))
    (folder / "2026-11-30.1.json").write_text(text, "utf-8")
    assert content(root).library.snapshots[0].records == facts
    (folder / "2026-11-30.1.json").write_text(damage(text), "utf-8")
    with pytest.raises(ContentError) as refused:
        content(root)
    assert all(
        re.match(r"content/snapshots/2026-11-30\.1\.json:1:1: W-(whole|name) ", line)
        for line in told(refused.value.problems)
    )


def test_snapshots_are_in_the_order_of_their_numbers(tmp_path):
    root = small_root(tmp_path)
    folder = root / "content" / "snapshots"
    folder.mkdir()
    for day, number in ((FIRST, 10), (FIRST, 2), (SECOND, 1)):
        text = snapshot_text(taken_on(day, number, "0.1.0", ()))
        (folder / f"{day}.{number}.json").write_text(text, "utf-8")
    assert [one.id for one in content(root).library.snapshots] == ["2026-11-30.2", "2026-11-30.10", "2026-12-14.1"]


# ---- places on pages ----


def page(ids, title="A page"):
    spans = "".join(f'<h2 id="{id}">x</h2>' for id in ids)
    return f"<html><head></head><body><article>{spans}</article></body></html>"


def site(folder, pages):
    for address, ids in pages.items():
        path = folder / address / "index.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(ids), "utf-8")
    return folder


def found(folder, promise):
    pages = {path.relative_to(folder).as_posix(): scan(path.read_text("utf-8")) for path in folder.rglob("*.html")}
    return told(lost(pages, promise))


def promise(pages, kept="(?!)", moved=None):
    places = {address: frozenset(ids) for address, ids in pages.items()}
    return Promise("2026-11-30.1", places, {address: re.compile(kept) for address in pages}, moved or {})


def test_places_are_read_from_headings_and_tags_but_not_from_code():
    text = '# T { #top }\n\n## A b { #a-b data-search-exclude }\n<div class="x" id="c"></div>\n<input id="field">\n```\n## No { #code }\n```\n'
    (group,) = addresses_of([RenderedFile("2026-03/x/index.md", text.encode()), RenderedFile("a.css", b"")])
    assert group.at == ("2026-03/x/",)
    assert group.fragments == ("a-b", "c", "top")


def test_a_lost_page_and_a_lost_place_are_refused(tmp_path):
    site(tmp_path, {"2026-03/c/C-001": ["grade"]})
    owed = promise({"2026-03/c/C-001/": ["grade", "cite"], "2026-03/c/C-002/": ["grade"]})
    keep_places(tmp_path, owed)
    said = found(tmp_path, owed)
    assert len(said) == 2
    assert said[0].startswith(
        "2026-03/c/C-001/index.html:0:0: S220 the place #cite was public in snapshot 2026-11-30.1"
    )
    assert "2026-03/c/C-001/#cite in content/redirects.yml" in said[0]
    assert said[1].startswith("2026-03/c/C-002/index.html:0:0: S219 the page was public in snapshot 2026-11-30.1")


def test_a_place_of_the_template_is_kept_and_a_moved_one_is_put_before_the_new_one(tmp_path):
    site(tmp_path, {"m": ["new"]})
    owed = promise({"m/": ["section", "old"]}, "section", {"m/": {"old": "new"}})
    keep_places(tmp_path, owed)
    assert found(tmp_path, owed) == []
    html = (tmp_path / "m" / "index.html").read_text("utf-8")
    assert '<span id="old"></span><h2 id="new">' in html
    assert html.index('id="section"') > html.index('id="new"')
    keep_places(tmp_path, owed)
    assert (tmp_path / "m" / "index.html").read_text("utf-8") == html


def test_a_snapshot_owes_what_the_one_before_owed():
    now = addresses_of([RenderedFile("a/index.md", b"## X { #x }\n")])
    (group,) = merged(now, {"a/": frozenset({"y"}), "gone/": frozenset({"z"})})
    assert group.fragments == ("x", "y")


def test_the_site_checker_asks_for_what_was_promised(tmp_path):
    site(tmp_path, {"m": ["new"]})
    codes = {one.code for one in check_site(tmp_path, promise=promise({"m/": ["old"]}))}
    assert "S220" in codes
    assert "S220" not in {one.code for one in check_site(tmp_path, promise=promise({"m/": ["new"]}))}


# ---- frozen copies ----


FROZEN_PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><link rel="canonical" href="https://witnessmark.example/2026-03/c/C-001/">'
    '</head><body><div data-md-component="announce"></div><article><h1 id="top">x</h1>'
    '<a href="../../../v/2026-11-30.1/2026-03/">old</a><a href="../C-002/">next</a></article></body></html>'
)


def test_a_frozen_page_says_so_and_keeps_its_links_inside():
    made = frozen.marked(FROZEN_PAGE, "2026-03/c/C-001/index.html", "2026-12-14.1")
    assert '<meta name="robots" content="noindex">' in made
    assert "You read snapshot 2026-12-14.1, this site as it was on 2026-12-14" in made
    assert '<a href="../../../../../2026-03/c/C-001/">The page of today</a>' in made
    assert 'href="https://witnessmark.example/2026-03/c/C-001/"' in made
    assert '<a href="../C-002/">' in made
    assert '<a href="../../../../../v/2026-11-30.1/2026-03/">' in made


def published(folder, own=()):
    """A site of one page with its manifest."""
    path = folder / "site" / "2026-03" / "c" / "C-001"
    path.mkdir(parents=True)
    (path / "index.html").write_text(FROZEN_PAGE, "utf-8")
    (folder / "site" / "robots.txt").write_text("x", "utf-8")
    made = manifest.Provenance.of({}, FIRST, own)
    (folder / "site" / "manifest.json").write_bytes(manifest.manifest_of(folder / "site", made))
    return folder / "site"


def test_a_site_of_own_logs_is_not_frozen(tmp_path):
    with pytest.raises(PublishRefusedError, match="shows findings of your own logs"):
        frozen.freeze(published(tmp_path, ("own-logs",)), tmp_path, "2026-11-30.1")
    assert frozen.Frozen(tmp_path).ids == ()


def test_a_copy_is_whole_is_placed_and_is_never_replaced(tmp_path):
    made = published(tmp_path)
    copy = frozen.freeze(made, tmp_path, "2026-11-30.1")
    assert manifest.differences(copy) == ()
    assert not (copy / "robots.txt").exists()
    with pytest.raises(PublishRefusedError, match="never replaced"):
        frozen.freeze(made, tmp_path, "2026-11-30.1")
    frozen.place(tmp_path, made)
    assert (made / "v" / "2026-11-30.1" / "2026-03" / "c" / "C-001" / "index.html").is_file()
    assert manifest.differences(made) == ()  # a site's manifest does not cover the copies below it
    again = frozen.freeze(made, tmp_path, "2026-11-30.2")
    assert not (again / "v").exists()


def test_a_damaged_copy_is_refused(tmp_path):
    made = published(tmp_path)
    copy = frozen.freeze(made, tmp_path, "2026-11-30.1")
    (copy / "2026-03" / "c" / "C-001" / "index.html").write_text("other", "utf-8")
    with pytest.raises(PublishRefusedError, match="S222 the frozen copy is not whole: changed"):
        frozen.place(tmp_path, made)


# ---- the story ----


@pytest.fixture(scope="module")
def changeable(story, tmp_path_factory):
    """The story in a folder of its own."""
    return story.copied(tmp_path_factory.mktemp("story"))


@pytest.mark.slow
def test_no_address_of_the_first_snapshot_is_lost(story):
    first = json.loads((story.root / "content" / "snapshots" / "2026-11-30.1.json").read_bytes())
    asked = 0
    for group in first["pages"]:
        for address in group["at"]:
            ids = scan(story.read(f"{address}index.html")).ids
            assert set(group["fragments"]) <= ids, address
            asked += len(group["fragments"])
    assert asked > 500


@pytest.mark.slow
def test_a_build_that_lost_a_place_was_refused(story):
    assert (
        "2026-03/r/cc-46829/index.html:0:0: S220 the place #reading was public in snapshot 2026-12-14.1"
        in story.refused
    )


@pytest.mark.slow
def test_tombstones_say_why_since_when_and_where_it_was_last(story):
    html = story.read("2026-03/r/cc-24048/index.html")
    assert "Since 2026-12-14." in html
    assert "The reporter was on another product." in html
    assert '<meta name="robots" content="noindex">' in html
    assert f'<link rel="canonical" href="{ADDRESS}2026-03/r/cc-38357/">' in html
    assert 'href="../../../v/2026-11-30.1/2026-03/r/cc-24048/"' in html
    twin = story.json("2026-03/r/cc-24048/index.json")["record"]
    assert (twin["gone"], twin["day"], twin["to"]) == (True, "2026-12-14", "2026-03/r/cc-38357/")
    other = story.read("2026-03/i/0ghc53zpsfmt/index.html")
    assert "The status page took it back." in other
    assert f'<link rel="canonical" href="{ADDRESS}2026-03/i/0ghc53zpsfmt/">' in other
    assert (story.root / "content" / "reports" / "cc-24048.yml").exists()  # withdrawn without being deleted
    assert "cc-24048" not in story.read("2026-03/reports/index.html")


@pytest.mark.slow
def test_changes_between_the_snapshots_are_told_and_nothing_else(story):
    changes = story.json("2026-03/changes/2026-12-14.1/index.json")["record"]["changes"]
    by_kind = {what: sorted(one["record"] for one in changes if one["what"] == what) for what in What}
    assert by_kind[What.WITHDRAWN] == [f"f/{BURIED}", "i/0ghc53zpsfmt", "r/cc-24048"]
    assert by_kind[What.CORRECTED] == ["r/cc-46829"]
    assert by_kind[What.REGRADED] == ["c/C-103", "c/C-104"]
    assert by_kind[What.RENAMED] == ["c/C-008"]
    assert by_kind[What.REWORDED] == []
    assert by_kind[What.ADDED]
    assert {place[0] for place in by_kind[What.ADDED]} == {"f"}
    assert f"f/{story.finding}" in by_kind[What.ADDED]
    regraded = next(one for one in changes if (one["what"], one["record"]) == ("regraded", "c/C-103"))
    assert (regraded["before"], regraded["after"]) == ("unsupported", "contradicted")
    assert regraded["why"].startswith("Rule firmly-against: ")
    assert "Evidence added: source S-102 (against)." in regraded["why"]
    html = story.read("2026-03/changes/2026-12-14.1/index.html")
    assert "Grade changed from unsupported to contradicted." in html
    assert "Nothing changed since snapshot 2026-12-14.1." in story.read("2026-03/changes/index.html")
    assert story.json("2026-03/changes/index.json")["record"]["changes"] == []


@pytest.mark.slow
def test_a_claim_says_when_its_grade_last_changed_and_why(story):
    html = story.read("2026-03/c/C-103/index.html")
    assert "First recorded on" in html
    assert (
        "The grade last changed in snapshot 2026-12-14.1: from unsupported to contradicted. Rule firmly-against" in html
    )
    assert "Evidence added: source S-102 (against)." in html
    assert "The grade has not changed since snapshot 2026-11-30.1." in story.read("2026-03/c/C-064/index.html")
    assert f"Its title then: {OLD_TITLE}" in story.read("2026-03/c/C-008/index.html")


@pytest.mark.slow
def test_every_page_shows_the_number_of_the_newest_snapshot(story):
    for name in ("index.html", "2026-03/c/C-064/index.html", "2026-03/changes/index.html"):
        assert ">2026-12-14.1</a>" in story.read(name).partition('<footer class="wm-footer">')[2], name


@pytest.mark.slow
def test_frozen_pages_say_what_they_are_and_open_what_was_cited(story):
    cited = story.read("2026-03/c/C-008/cite.bib")
    number, page = re.search(rf"url = \{{{re.escape(ADDRESS)}v/([0-9.-]+)/([^}}]+/)\}}", cited).groups()
    assert (number, page) == ("2026-12-14.1", "2026-03/c/C-008/")
    frozen_page = story.read(f"v/{number}/{page}index.html")
    assert NEW_TITLE in frozen_page
    assert "You read snapshot 2026-12-14.1" in frozen_page
    assert '<meta name="robots" content="noindex">' in frozen_page
    assert f'<link rel="canonical" href="{ADDRESS}2026-03/c/C-008/">' in frozen_page
    old = story.read("v/2026-11-30.1/2026-03/c/C-008/index.html")
    assert OLD_TITLE in old
    assert (story.root / "site" / "v" / "2026-11-30.1" / "2026-03" / "r" / "cc-24048" / "index.html").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("number", ["2026-11-30.1", "2026-12-14.1"])
def test_links_of_a_snapshot_stay_in_it(story, number):
    """All but the one to the page of today, and those to other snapshots: as files and places of the copy itself."""
    copy = story.root / "snapshots" / number
    assert manifest.differences(copy) == ()
    problems = check_site(copy)
    out = re.compile(r"'(?:\.\./)+(?:[\w./-]*)' leads to no file of the site")
    left = [one for one in problems if one.code in {"S210", "S211"} and not out.search(one.message)]
    assert left == []
    today = [one for one in problems if one.code == "S210"]
    assert len(today) <= 2 * len(list(copy.rglob("*.html"))), "more than the banner leads out"


@pytest.mark.slow
def test_the_site_is_whole_with_its_snapshots(story):
    assert manifest.differences(story.root / "site") == ()
    assert story.json("manifest.json")["parameters"]["own_logs"] == []


@pytest.mark.slow
def test_feeds_hold_to_their_standards(story):
    files = sorted((story.root / "site").rglob("feed.atom"))
    files = [path for path in files if "v" not in path.relative_to(story.root / "site").parts]
    assert len(files) == 1 + 5 + 4
    for path in files:
        checked_atom(path.read_bytes())
        checked_json(json.loads(path.with_suffix(".json").read_bytes()), path)


def checked_atom(data):
    """RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must have, once each."""
    feed = ET.fromstring(data)
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (one,) = element.findall(f"{ATOM}{name}")
            assert one.text.strip()
        assert re.match(r"[a-z][a-z0-9+.-]*:", element.find(f"{ATOM}id").text), "an id is an absolute IRI"
        datetime.strptime(element.find(f"{ATOM}updated").text, "%Y-%m-%dT%H:%M:%S%z")
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        assert len(links) == len(set(links))
        assert ("alternate", "text/html") in links
        assert all(link.get("href").startswith("https://") for link in element.findall(f"{ATOM}link"))
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    assert ("self", "application/atom+xml") in [
        (one.get("rel"), one.get("type")) for one in feed.findall(f"{ATOM}link")
    ]
    ids = [one.text for one in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    newest = max(one.text for one in feed.iter(f"{ATOM}updated"))
    assert feed.find(f"{ATOM}updated").text == newest


def checked_json(feed, path):
    """JSON Feed 1.1."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["feed_url"].endswith("feed.json")
    atom = ET.fromstring(path.read_bytes())
    assert [item["id"] for item in feed["items"]] == [
        one.find(f"{ATOM}id").text for one in atom.findall(f"{ATOM}entry")
    ]
    for item in feed["items"]:
        assert item["content_text"]
        datetime.fromisoformat(item["date_modified"])


@pytest.mark.slow
def test_the_feed_tells_each_change_and_updates_an_entry_instead_of_adding_one(story):
    items = {item["id"]: item for item in story.json("feed.json")["items"]}
    report = items[item_id("2026-03", "r/cc-46829")]
    assert report["date_modified"] == "2026-12-10T00:00:00Z"
    assert report["date_published"] == "2026-11-30T00:00:00Z"
    assert "Corrected. Before: Another heading. Now: This heading." in report["content_text"]
    buried = items[item_id("2026-03", "r/cc-24048")]
    assert buried["title"].startswith("Withdrawn: cc-24048")
    assert "The reporter was on another product." in buried["content_text"]
    assert "Grade changed from unsupported" in items[item_id("2026-03", "c/C-103")]["content_text"]
    assert "Title changed." in items[item_id("2026-03", "c/C-008")]["content_text"]
    assert item_id("2026-03", f"f/{story.finding}") in items
    assert item_id("2026-03", "c/C-064") not in items, "nothing happened to it"
    own = {item["id"]: item for item in story.json("2026-03/c/C-103/feed.json")["items"]}
    assert "Grade changed from unsupported" in own[item_id("2026-03", "c/C-103")]["content_text"]
    quiet = story.json("2026-03/c/C-064/feed.json")["items"]
    assert {item["id"] for item in quiet} == {item_id("2026-03", "c/C-064"), item_id("2026-03", "r/cc-46829")}
    surface = {item["id"] for item in story.json("2026-03/surface/claude-code/feed.json")["items"]}
    assert item_id("2026-03", "r/cc-46829") in surface


@pytest.mark.slow
def test_an_entry_keeps_its_id_when_the_site_moves_and_its_time_moves_with_a_correction(changeable):
    dossier = content(changeable.root, THIRD)
    moved = replace(dossier, edition=replace(dossier.edition, stated="https://other.example/site/"))
    here = {item.key: item for feed in feeds(dossier) for item in feed.items}
    files = dict(feed_files(moved))
    atom = ET.fromstring(files["feed.atom"])
    assert {one.find(f"{ATOM}id").text for one in atom.findall(f"{ATOM}entry")} <= {
        item_id("2026-03", key) for key in here
    }
    assert atom.find(f"{ATOM}link").get("href") == "https://other.example/site/feed.atom"
    edit(changeable.root / "content" / "corrections.yml", "2026-12-10", "2026-12-12")
    after = {item.key: item for feed in feeds(content(changeable.root, THIRD)) for item in feed.items}
    edit(changeable.root / "content" / "corrections.yml", "2026-12-12", "2026-12-10")
    assert set(after) == set(here)
    assert (after["r/cc-46829"].updated, here["r/cc-46829"].updated) == (date(2026, 12, 12), date(2026, 12, 10))


@pytest.mark.slow
def test_a_page_says_that_the_address_of_the_site_is_not_set(story):
    """The first snapshot was taken before it was."""
    said = "feeds name witnessmark.example, which is not a real host"
    assert said in story.read("v/2026-11-30.1/2026-03/changes/index.html")
    assert said not in story.read("2026-03/changes/index.html")


@pytest.mark.slow
def test_a_citation_of_what_changed_since_is_not_pinned(changeable):
    from generator.pages.parts.cite import cite

    edit(
        changeable.root / "content" / "claims" / "C-103.yml",
        "at 120 seconds since 19 March",
        "at 120 seconds from 19 March on",
    )
    dossier = content(changeable.root, THIRD)
    edit(
        changeable.root / "content" / "claims" / "C-103.yml",
        "at 120 seconds from 19 March on",
        "at 120 seconds since 19 March",
    )
    real = replace(dossier, edition=replace(dossier.edition, address="https://site.org/"))
    assert "/v/" not in cite(real, "2026-03/c/C-103/", "x").text
    same = cite(real, "2026-03/c/C-064/", "x").text
    assert "https://site.org/v/2026-12-14.1/2026-03/c/C-064/" in same
    assert "SHA-256" not in same  # that of this build's records is not the snapshot's
    assert "snapshot 2026-12-14.1" in cite(dossier, "2026-03/c/C-064/", "x").text
    assert "/v/" not in cite(real, "2026-03/headline/", "x").text


@pytest.mark.slow
def test_a_page_that_goes_is_refused_until_redirects_name_it(changeable):
    """The pages of a surface are no records of the list, but their addresses are kept all the same."""
    import generator.build as pipeline

    dossier = content(changeable.root, THIRD)
    pages = [page for page in plan(dossier) if page.path != "2026-03/symptoms/"]
    owed = pipeline.promise_of(dossier, pages, changeable.root / "templates")
    built = {path: scan(changeable.read(path)) for path in ("2026-03/claims/index.html",)}
    assert any("S219" in line and "2026-03/symptoms/" in line for line in told(lost(built, owed)))
    (changeable.root / "content" / "redirects.yml").write_text(
        "- old: 2026-03/old-list/\n  new: 2026-03/symptoms/\n  day: 2026-12-15\n  why: The list has another name.\n",
        "utf-8",
    )
    stub = next(page for page in plan(content(changeable.root, THIRD)) if page.path == "2026-03/old-list/")
    (changeable.root / "content" / "redirects.yml").unlink()
    assert stub.context.to == "2026-03/symptoms/"
    assert stub.instead == "2026-03/symptoms/"


def redirected(root, *rows):
    text = "".join(f"- {{old: '{old}', new: '{new}', day: 2026-12-15, why: Another name.}}\n" for old, new in rows)
    (root / "content" / "redirects.yml").write_text(text, "utf-8")


@pytest.mark.slow
def test_a_list_that_moved_is_published_outside_the_menu(built_case):
    html = (built_case / "site" / "2026-03" / "statements" / "index.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://witnessmark.example/project/2026-03/claims/">' in html


@pytest.mark.parametrize("old", ["2026-03/", "2026-03/Claims/"])
def test_an_address_with_a_page_cannot_have_moved(listed, tmp_path, old):
    root = copied(listed, tmp_path)
    redirected(root, (old, "2026-03/wanted/"))
    with pytest.raises(ContentError, match="has a page"):
        plan(content(root, THIRD))


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("a../", "2026-03/claims/")], "W-value"),
        ([("a/", "b/#x"), ("b/", "a/#y")], "W-self"),
        ([("a/", "b/"), ("b/", "2026-03/claims/")], "W-self"),
    ],
)
def test_odd_moves_are_named_at_their_place(listed, tmp_path, rows, code):
    root = copied(listed, tmp_path)
    redirected(root, *rows)
    with pytest.raises(ContentError) as refused:
        content(root, THIRD)
    assert {problem.code for problem in refused.value.problems} == {code}
    assert all(problem.line for problem in refused.value.problems)


def test_the_list_of_this_case_holds_every_record():
    """The real content: a new record is locked in the change that adds it, and nothing is ever taken out."""
    known = {row.place for row in load_kind(ROOT / "content", Locked)}
    assert {f"r/{path.stem}" for path in (ROOT / "content" / "reports").glob("*.yml")} <= known
    assert {f"c/{path.stem}" for path in (ROOT / "content" / "claims").glob("*.yml")} <= known
