"""Rules of render.py, filters.py and strangers.py."""

from __future__ import annotations

import json
import re
import string
from datetime import UTC, date, datetime, timedelta, timezone
from html import unescape
from pathlib import Path

import markdown
import pytest
import stub_site
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from generator.base import wording as filters
from generator.pages.parts.base import Download, Page
from generator.site.render import checked_path, flush_html_left, relative_url, render
from generator.site.untrusted import MAX_BYTES, host, plain_title, render_untrusted, txt, web_url

GENERATOR = Path(__file__).parent.parent / "generator"
EXTENSIONS = ["attr_list", "tables", "admonition", "pymdownx.superfences", "toc"]


def page(path: str = "2026-03/x/", template: str = "t.md.j2", title: str = "T", **fields: object) -> Page:
    return Page(path, template, title, "d", stub_site.context(**fields))


def rendered(tmp_path: Path, source: str, *pages: Page) -> dict[str, str]:
    (tmp_path / "t.md.j2").write_text(source, "utf-8")
    files = render(pages or (page(),), templates=tmp_path, site_context=stub_site.SITE)
    return {file.path: file.content.decode() for file in files}


def front_matter(text: str) -> dict[str, object]:
    return yaml.safe_load(text.split("---\n")[1])


# ---- paths and addresses ----


@pytest.mark.parametrize(
    "path", ["../x", "a/../b", "/x", "a//b", "a/.git", "con", "a/nul.txt", "a\\b", "a b", "x.", "", "a\n"]
)
def test_a_path_that_could_leave_the_folder_or_confuse_a_disk_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        checked_path(path)


@pytest.mark.parametrize("path", ["2026-03/c/C-007/index.md", "assets/witnessmark.css", "robots.txt", "a/data.v2.csv"])
def test_plain_paths_pass(path: str) -> None:
    assert checked_path(path) == path


@pytest.mark.parametrize(
    ("source", "target", "address"),
    [
        ("2026-03/c/C-007/", "2026-03/f/F-1/", "../../f/F-1/"),
        ("2026-03/c/C-007/", "2026-03/", "../../"),
        ("2026-03/", "2026-03/c/C-1/#for", "c/C-1/#for"),
        ("2026-03/", "2026-03/", "./"),
        ("", "2026-03/", "2026-03/"),
        ("2026-03/c/C-007/", "", "../../../"),
        ("2026-03/c/C-007/", "robots.txt", "../../../robots.txt"),
    ],
)
def test_addresses_are_relative_so_that_the_site_works_in_any_folder(source: str, target: str, address: str) -> None:
    assert relative_url(source, target) == address


def test_downloads_stand_beside_their_page_and_names_are_checked(tmp_path: Path) -> None:
    good = Page("2026-03/x/", "t.md.j2", "T", "d", stub_site.context(), (Download("index.json", b"{}"),))
    files = rendered(tmp_path, "x", good)
    assert set(files) == {"2026-03/x/index.md", "2026-03/x/index.json"}
    assert front_matter(files["2026-03/x/index.md"])["json"] == "index.json"
    bad = Page("2026-03/x/", "t.md.j2", "T", "d", stub_site.context(), (Download("../y.json", b"{}"),))
    with pytest.raises(ValueError, match="not a path"):
        rendered(tmp_path, "x", bad)


def test_two_pages_that_differ_in_case_alone_are_one_file_and_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two pages"):
        rendered(tmp_path, "x", page("2026-03/c/C-1/"), page("2026-03/c/c-1/"))


# ---- templates ----


def test_a_template_sees_exactly_the_fields_of_its_context(tmp_path: Path) -> None:
    body = rendered(tmp_path, "{{ word }} {{ page.title }} {{ site.id }}", page(word="seen"))["2026-03/x/index.md"]
    assert "seen T 2026-03" in body
    with pytest.raises(UndefinedError):
        rendered(tmp_path, "{{ other }}", page(word="seen"))


@pytest.mark.parametrize(
    "source", ["{{ ''.__class__.__mro__ }}", "{{ page.tags.__class__ }}", "{{ site.__init__.__globals__ }}"]
)
def test_templates_run_in_a_sandbox(tmp_path: Path, source: str) -> None:
    with pytest.raises((SecurityError, UndefinedError)):
        rendered(tmp_path, source)


def test_text_of_a_context_is_escaped(tmp_path: Path) -> None:
    assert "<b>" not in rendered(tmp_path, "<p>{{ word }}</p>", page(word="<b>"))["2026-03/x/index.md"]


def test_text_of_a_context_is_never_template_source(tmp_path: Path) -> None:
    assert "49" not in rendered(tmp_path, "<p>{{ word }}</p>", page(word="{{ 7*7 }}"))["2026-03/x/index.md"]


@pytest.mark.parametrize("sign", ["\x02", "\x03", "\x1b"])
def test_a_control_character_never_reaches_a_page(tmp_path: Path, sign: str) -> None:
    """Python-Markdown keeps its stash between U+0002 and U+0003."""
    with pytest.raises(ValueError, match="control character"):
        rendered(tmp_path, "<p>{{ word }}</p>", page(word=f"a{sign}b"))


def test_html_is_moved_to_the_margin_but_not_in_code() -> None:
    source = "  <div>\n    <p>x</p>\n  </div>\n```\n    <kept>\n```\n<pre>\n   <i>kept</i>\n</pre>\n    <b>"
    assert (
        flush_html_left(source) == "<div>\n<p>x</p>\n</div>\n```\n    <kept>\n```\n<pre>\n   <i>kept</i>\n</pre>\n<b>"
    )


# ---- front matter ----


@given(st.text(max_size=80), st.text(max_size=80))
def test_front_matter_is_yaml_that_reads_back_as_the_plain_title(title: str, tag: str) -> None:
    from generator.site.render import front_matter

    fields = yaml.safe_load(
        front_matter(Page("x/", "t", title, title, None, tags=(tag,)), stub_site.SITE).split("---\n")[1]
    )
    assert fields["title"] == fields["description"] == plain_title(title)
    assert fields["tags"] == [plain_title(tag)]


@given(st.text())
def test_a_plain_title_has_no_sign_that_html_or_a_template_knows(title: str) -> None:
    """MkDocs puts the title into <title> and the header as it is."""
    assert not set(plain_title(title)) & set("<>&\"'`{}[]\n\r\t\x00\u202e\u2066\u200b")


# ---- strangers' text ----


@given(st.text(alphabet=st.sampled_from(string.punctuation + "ab 1\n\u202e\x02"), max_size=60))
def test_txt_survives_markdown_as_text(text: str) -> None:
    """In a heading and in a list, with the extensions of mkdocs.yml: no tag, no attribute, the same words."""
    for frame, tag in (("# {} {{ #fixed }}", "h1"), ("- {}", "li")):
        html = markdown.markdown(frame.format(f"x{txt(text)}x"), extensions=EXTENSIONS)
        body = re.sub(r"</?ul>|\n", "", html)
        assert re.fullmatch(rf'<{tag}(?: id="fixed")?>[^<>]*</{tag}>', body), html
        seen = re.sub(r"\s+", " ", text.replace("\u202e", "").replace("\x02", ""))
        assert re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", body))) == f"x{seen}x"


@pytest.mark.parametrize(
    "text",
    [
        "<script>x</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,x)",
        "[x](blob:https://a.example/1)",
        "[x](//a.example)",
        "![x](https://a.example/x.png)",
        "<img src=x onerror=alert(1)>",
        '<https://a.example/" onclick=alert(1)>',
        "# heading\n\nunder\n=====",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_untrusted_markdown_gives_only_harmless_tags(text: str) -> None:
    html = str(render_untrusted(text))
    assert set(re.findall(r"<([a-z0-9]+)", html)) <= {"p", "a", "em", "strong", "code"}
    assert not re.search(r"<[^>]*(?:\son\w+=|javascript:|data:|blob:|src=)", html, re.IGNORECASE)


def test_untrusted_markdown_keeps_what_it_may() -> None:
    html = str(render_untrusted("a *b* `c`\n\n> d\n\n- [e](https://a.example/)"))
    assert "<em>b</em>" in html
    assert "<code>c</code>" in html
    assert "<blockquote>" in html
    assert 'href="https://a.example/"' in html
    assert 'rel="noopener noreferrer nofollow ugc"' in html


def test_untrusted_text_has_a_cap() -> None:
    render_untrusted("x" * MAX_BYTES)
    with pytest.raises(ValueError, match="bytes"):
        render_untrusted("x" * (MAX_BYTES + 1))


@given(st.text(alphabet=st.sampled_from("<>[]()!`*_#=-&;:\"'/\n ahrefjscipt{}\\"), max_size=80))
def test_untrusted_html_survives_mkdocs_unchanged(text: str) -> None:
    """In a raw block Python-Markdown adds nothing: the tags after it are the tags before."""
    html = str(render_untrusted(text))
    after = markdown.markdown(f'<div class="q">\n{html}</div>', extensions=EXTENSIONS)
    assert after == f'<div class="q">\n{html}</div>'


def test_only_one_function_makes_a_markdown_engine() -> None:
    """Two engines with two settings is how scripts get in."""
    users = [file.name for file in GENERATOR.rglob("*.py") if re.search(r"\bMarkdownIt\(", file.read_text("utf-8"))]
    assert users == ["untrusted.py"]
    assert (GENERATOR / "site" / "untrusted.py").read_text("utf-8").count("MarkdownIt(") == 1


def test_no_module_makes_a_template_from_text() -> None:
    users = [
        file.name
        for file in GENERATOR.rglob("*.py")
        if re.search(r"\bfrom_string\(|\bTemplate\(", file.read_text("utf-8"))
    ]
    assert users == []


def test_no_template_switches_escaping_off() -> None:
    templates = Path(__file__).parent.parent / "templates"
    users = [
        file.name for file in templates.rglob("*.j2") if re.search(r"\|\s*safe\b|autoescape", file.read_text("utf-8"))
    ]
    assert users == []


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/hosts", "https://user@a.example/", "https:", "ftp://a.example/", "x"]
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        web_url(url)


def test_a_host_is_read_as_browsers_read_it_and_shown_in_punycode() -> None:
    assert host("https://good.example\\@evil.example/") == "good.example"
    assert host("https://www.\u0430\u0440\u0440\u04cf\u0435.example/x") == "xn--80ak6aa92e.example"


# ---- numbers, money, times ----


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (filters.n(79000), "79,000"),
        (filters.n(None), "not in the log"),
        (filters.n(0), "0"),
        (filters.tokens(1_204_331), "1,204,331"),
        (filters.usd(18.062), "$18.06"),
        (filters.usd(0.00123), "$0.0012"),
        (filters.usd(0), "$0.00"),
        (filters.usd(-3), "-$3.00"),
        (filters.usd(None), "not in the log"),
        (filters.pct(0.076), "7.6 %"),
        (filters.pct(0.0012), "0.12 %"),
        (filters.pct(0.00001), "under 0.01 %"),
        (filters.pct(0.99999), "over 99.99 %"),
        (filters.pct(0.9996), "99.96 %"),
        (filters.pct(0), "0 %"),
        (filters.pct(1), "100 %"),
        (filters.interval(0.076, 0.068, 0.085, 4096), "7.6 % (95 % interval 6.8 to 8.5 %, n = 4,096)"),
        (filters.interval(None), "not in the log"),
        (filters.duration(15_060), "4 h 11 min"),
        (filters.duration(7200), "2 h"),
        (filters.duration(183_600), "2 d 3 h"),
        (filters.duration(90), "1 min 30 s"),
        (filters.duration(59.6), "1 min"),
        (filters.duration(0.4), "0.4 s"),
        (filters.duration(0), "0 s"),
        (filters.duration(None), "not in the log"),
        (filters.plural(1, "report"), "1 report"),
        (filters.plural(1204, "report"), "1,204 reports"),
        (filters.plural(0, "summary", "summaries"), "0 summaries"),
        (filters.short("qm4z7talqm4z7tal"), "qm4z7tal"),
        (filters.words("not-measurable"), "not measurable"),
        (filters.cell(None), "\u2013"),
        (filters.cell(1204), "1,204"),
        (filters.cell(0.12345678), "0.1235"),
        (filters.cell(True), "yes"),
        (filters.day(date(2026, 3, 17)), "2026-03-17"),
    ],
)
def test_values_are_printed_in_the_words_of_the_site(made: str, wanted: str) -> None:
    assert made == wanted


def test_times_are_printed_in_utc_wherever_they_come_from_and_whoever_builds() -> None:
    at = datetime(2026, 3, 18, 0, 5, tzinfo=timezone(timedelta(hours=9)))
    assert filters.utc(at) == "2026-03-17 15:05 UTC"
    assert filters.day(at) == "2026-03-17"
    assert filters.minute(at) == "15:05"
    assert filters.iso(at) == "2026-03-17T15:05:00Z"
    assert filters.iso(date(2026, 3, 17)) == "2026-03-17"
    assert filters.utc(datetime(2026, 3, 17, 14, 5, tzinfo=UTC)) == "2026-03-17 14:05 UTC"


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        filters.utc(datetime(2026, 3, 17, 14, 5))  # noqa: DTZ001


def test_a_gap_in_a_column_of_numbers_stands_with_the_numbers() -> None:
    rows = (("13:00", 1, 0.5, None), ("14:00", None, "n/a", None))
    assert filters.numeric_columns(rows) == {1}
    assert filters.numeric_columns(()) == frozenset()


@given(st.floats(min_value=0, max_value=1))
def test_a_share_is_called_none_or_all_only_if_it_is(share: float) -> None:
    assert (filters.pct(share) in {"0 %", "0.0 %", "0.00 %"}) == (share * 100 == 0)
    assert (filters.pct(share) in {"100 %", "100.0 %", "100.00 %"}) == (share * 100 == 100)


def test_stub_pages_render_to_the_same_bytes_twice(tmp_path: Path) -> None:
    layout = stub_site.make_root(tmp_path)
    assert stub_site.stub_files(layout) == stub_site.stub_files(layout)
    assert (
        json.loads(next(file.content for file in stub_site.stub_files(layout) if file.path.endswith(".json")))[
            "snapshot"
        ]
        == "2026-11-24"
    )
