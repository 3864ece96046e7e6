"""Names, addresses and odd files from strangers: no path outside, no file that is not asked for, no wrong host."""

from __future__ import annotations

import ast
import os
import shutil
import socket
from pathlib import Path
from urllib.parse import unquote

import hostile
import pytest
import stub_site
from promises import record
from pydantic import BaseModel, ValidationError

from generator.base.problems import WitnessmarkError
from generator.curated.address import mixes_scripts
from generator.curated.library import load
from generator.curated.models import ClaimId, EventId, Id, Slug, SourceId, WebUrl
from generator.pages.parts.base import Download, Page
from generator.site.check import check_site
from generator.site.render import checked_path, render
from generator.site.static_files import static_files
from generator.site.untrusted import host, render_untrusted, web_url

ROOT = Path(__file__).parent.parent
OWN_PATHS = [
    "../x", "..", ".", "/etc/passwd", "a/../../x", "..\\x", "C:\\x", "C:/x", "\\\\host\\x", "a\0b", "con", "NUL.txt", "aux/", "a/com1",
    "%2e%2e/x", "..%2fx", "\u2025/x", "\uff0e\uff0e/x", "a//b", "a/./b", "~/x", "$HOME", "a\nb", "a b", ".git/config", "-rf", "x.",
    "x ", "lpt9.yml", "a\u202eb", "\u2215etc", "file:///etc/passwd", "a:b", "a*b", "a?b", "a|b", "x" * 129,
]  # fmt: skip


class Names(BaseModel):
    id: Id = "x1"
    slug: Slug = "x1"
    claim: ClaimId = "C-001"
    event: EventId = "E-001"
    source: SourceId = "S-001"


def inside(path: str) -> bool:
    """A browser, a disk and a decoder all read this as a place below the folder."""
    folder = Path("/root-of-site")
    return all(
        (folder / form).resolve().is_relative_to(folder)
        and "\\" not in form
        and ":" not in form
        and not form.startswith("/")
        for form in (path, unquote(path), unquote(unquote(path)))
    )


def test_no_name_of_the_lists_leads_outside(tmp_path):
    """Each line as id of a record, as path of a page and as name of a file beside one."""
    texts = [*dict.fromkeys(hostile.lines("traversal")), *OWN_PATHS]
    assert len(texts) >= 20_000
    outside = []
    for text in texts:
        for field in ("id", "slug", "claim", "event", "source"):
            try:
                Names.model_validate({field: text})
            except ValidationError:
                continue
            if not inside(text):
                outside.append((field, text))
        try:
            if not inside(checked_path(text)):
                outside.append(("path", text))
        except ValueError:
            continue
    record("traversal-paths", trials=len(texts) * 6, failures=len(outside))
    assert outside == []


def test_no_page_of_a_hostile_name_is_rendered(tmp_path):
    """The name reaches the disk only through render: nothing comes back to be written."""
    (tmp_path / "t.md.j2").write_text("x", "utf-8")
    for text in OWN_PATHS:
        for page in (
            Page(f"2026-03/{text}/", "t.md.j2", "T", "d", stub_site.context()),
            Page("2026-03/x/", "t.md.j2", "T", "d", stub_site.context(), (Download(text, b""),)),
        ):
            with pytest.raises(ValueError, match="not a path"):
                render((page,), templates=tmp_path, site_context=stub_site.SITE)


def odd_files(content: Path, secret: Path):
    """What a contribution could hold instead of a plain .yml file: one function a kind."""
    reports = content / "reports"

    def case_clash():
        (reports / "AA-CLASH.yml").write_text(next(reports.glob("*.yml")).read_text("utf-8"), "utf-8")

    def unix_socket():
        # The path of a socket is short by law of the system.
        here = Path.cwd()
        os.chdir(reports)
        try:
            with socket.socket(socket.AF_UNIX) as made:
                made.bind("s.yml")
        finally:
            os.chdir(here)

    return {
        "link to a file": lambda: (reports / "link.yml").symlink_to(secret),
        "link to a folder": lambda: (reports / "folder.yml").symlink_to(secret.parent),
        "folder of reports is a link": lambda: (
            shutil.move(reports, content / "reports.kept"),
            reports.symlink_to(secret.parent),
        ),
        "link at the top": lambda: (content / "more").symlink_to(secret.parent),
        "link as case file": lambda: ((content / "case.yml").unlink(), (content / "case.yml").symlink_to(secret)),
        "link that leads nowhere": lambda: (reports / "gone.yml").symlink_to("nowhere"),
        "link in a ring": lambda: (reports / "ring.yml").symlink_to("ring.yml"),
        "pipe": lambda: os.mkfifo(reports / "pipe.yml"),
        "socket": unix_socket,
        "page": lambda: (reports / "page.html").write_text("<script>alert(1)</script>"),
        "script": lambda: (reports / "code.js").write_text("alert(1)"),
        "picture": lambda: (reports / "pic.svg").write_text("<svg onload=alert(1)>"),
        "Markdown": lambda: (content / "index.md").write_text("# x"),
        "template": lambda: (reports / "x.md.j2").write_text("{{ 7*7 }}"),
        "Python": lambda: (content / "conftest.py").write_text("raise SystemExit"),
        "hidden file": lambda: (reports / ".hidden.yml").write_text("a: 1"),
        "hidden folder": (content / ".git").mkdir,
        "other suffix": lambda: (reports / "x.yaml").write_text("a: 1"),
        "upper suffix": lambda: (reports / "x.YML").write_text("a: 1"),
        "two suffixes": lambda: (reports / "x.html.yml").write_text("a: 1"),
        "device": lambda: (reports / "con.yml").write_text("a: 1"),
        "name with a space": lambda: (reports / "a b.yml").write_text("a: 1"),
        "name with a turn": lambda: (reports / "a\u202eb.yml").write_text("a: 1"),
        "folder named as a file": (reports / "dir.yml").mkdir,
        "names that differ in case": case_clash,
        "empty file": lambda: (reports / "empty.yml").write_text(""),
    }


KINDS = sorted(odd_files(Path("x"), Path("y")))


def test_no_odd_file_is_published(tmp_path):
    """Links, pipes, pages, scripts and odd names: each alone refuses the whole content, and nothing of it is read."""
    secret = tmp_path / "outside" / "secret.yml"
    secret.parent.mkdir()
    secret.write_text("canary-of-the-outside: 1\n")
    taken = []
    for number, kind in enumerate(KINDS):
        content = tmp_path / str(number) / "content"
        shutil.copytree(ROOT / "tests" / "sites" / "small" / "content", content)
        odd_files(content, secret)[kind]()
        try:
            load(content)
        except WitnessmarkError as error:
            if "canary" in str(error):
                taken.append((kind, "read"))
        else:
            taken.append((kind, "taken"))
    record("files-odd", trials=len(KINDS), failures=len(taken))
    assert taken == []


@pytest.mark.parametrize(
    "folder", ["analysis", "evidence", "evidence/pack", "examples", "measurements", "replies", "schemas"]
)
def test_no_odd_file_lies_in_the_other_folders(tmp_path, folder):
    """Also where other modules read, links, pages and hidden files are named and refused."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "tests" / "sites" / "small" / "content", content)
    secret = tmp_path / "outside"
    secret.mkdir()
    (content / folder).mkdir(parents=True, exist_ok=True)
    for name in ("page.html", "pic.svg", ".hidden.yml", "code.py"):
        (content / folder / name).write_text("x")
    (content / folder / "link").symlink_to(secret)
    (content / folder / "link.yml").symlink_to(ROOT / "mkdocs.yml")
    with pytest.raises(WitnessmarkError) as caught:
        load(content)
    wanted = {
        f"content/{folder}/{name}" for name in ("page.html", "pic.svg", ".hidden.yml", "code.py", "link", "link.yml")
    }
    assert wanted == {problem.path for problem in caught.value.problems}


def test_the_small_content_alone_is_taken():
    load(ROOT / "tests" / "sites" / "small" / "content")


@pytest.mark.parametrize("name", ["x.html", "x.md", "x.php", ".htaccess", "x"])
def test_only_known_assets_are_published(tmp_path, name):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / name).write_text("x")
    with pytest.raises(ValueError, match="not an asset"):
        static_files(tmp_path)


def test_a_link_among_the_assets_is_refused(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "x.css").symlink_to(ROOT / "mkdocs.yml")
    with pytest.raises(ValueError, match="not an asset"):
        static_files(tmp_path)


ODD_ON_SITE = {
    "x.php": b"x", "x.md": b"x", "x.exe": b"x", ".env": b"x", "x.svg": b"<svg><script>alert(1)</script></svg>",
    "y.svg": b'<svg onload="alert(1)"/>', "z.svg": b'<svg><a href="javascript:alert(1)"/></svg>',
    "u.svg": b'<svg><image href="https://evil.example/x"/></svg>', "v.svg": b"<!DOCTYPE svg [<!ENTITY x 'y'>]><svg/>",
    "w.svg": b"<svg><style>@import url(//evil.example/x)</style></svg>", "x.css": b"@import url(//evil.example/x.css);",
    "y.css": b"a{background:url( 'https://evil.example/x' )}", "z.css": b'@import "//evil.example/x.css";',
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_ON_SITE)
def test_the_site_checker_refuses_odd_files_and_pictures_that_act(tmp_path, name):
    (tmp_path / name).write_bytes(ODD_ON_SITE[name])
    assert {problem.code for problem in check_site(tmp_path) if problem.path == name} & {"S207", "S215", "S216"}


def test_the_site_checker_refuses_a_link(tmp_path):
    (tmp_path / "x.txt").symlink_to("/etc/hostname")
    assert "S215" in {problem.code for problem in check_site(tmp_path)}


# ---- addresses ----

REFUSED = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    "\x01javascript:alert(1)", "data:text/html,x", "vbscript:x", "blob:https://a.example/1", "file:///etc/passwd", "ftp://a.example/",
    "ws://a.example/", "about:blank", "view-source:https://a.example/", "mailto:a@a.example", "tel:1", "intent://x#Intent;end",
    "filesystem:https://a.example/x", "jar:https://a.example!/x", "feed:https://a.example/", "http://a.example/",
    "https://user@a.example/", "https://user:pw@a.example/", "https://good.example@evil.example/", "https:///", "https:", "//a.example/",
    "/x", "x", "", "https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://[::1]/",
    "https://localhost/", "https://a.localhost/", "https://x.local/", "https://router.lan/", "https://a/", "https://169.254.169.254/",
    "https://10.0.0.1/", "https://192.168.1.1/", "https://\uff11\uff12\uff17.0.0.1/", "https://a.internal/", "https://x.onion/",
    "https://ex\u0430mple.org/", "https://\u0440aypal.com/", "https://g\u043e\u043egle.com/", "https://micros\u03bfft.com/",
    "https://xn--ggle-55da.com/", "https://a b.example/", "https://a.example:99999/", "https://a%00.example/", "https://a.example/" + "x" * 2100,
]  # fmt: skip
READ_AS = {  # what a careless parser takes for another host
    "https://good.example.com\\@evil.org/": "good.example.com", "https:\\\\good.example.com/x": "good.example.com",
    "https://GOOD.example.com/": "good.example.com", "https://good.example.com:443/": "good.example.com",
    "https:good.example.com/": "good.example.com", "https:///good.example.com/": "good.example.com",
    "https://good.example.com#@evil.org/": "good.example.com", "https://good.example.com?@evil.org/": "good.example.com",
    "https://good%2eexample.com/": "good.example.com", "https://good\u3002example.com/": "good.example.com",
    "https://\u0430\u0440\u0440\u04cf\u0435.com/": "xn--80ak6aa92e.com", "https://b\u00fccher.example.com/": "xn--bcher-kva.example.com",
    "https://\uff47\uff4f\uff4f\uff44.example.com/": "good.example.com", "https://go\u00adod.example.com/": "good.example.com",
    "\thttps://good.example.com/": "good.example.com", "https://good.exa\tmple.com/": "good.example.com",
}  # fmt: skip


class Address(BaseModel):
    url: WebUrl


def test_no_hostile_address_becomes_a_link_and_no_wrong_host_is_shown():
    """https alone, public hosts alone, read as browsers read them (WHATWG), shown in punycode, two scripts refused."""
    taken = []
    for text in REFUSED:
        try:
            Address(url=text)
            taken.append(text)
        except ValidationError:
            pass
    wrong = [(text, host(text)) for text, name in READ_AS.items() if host(text) != name]
    mixed = [text for text, name in READ_AS.items() if mixes_scripts(name)]
    record("url-addresses", trials=len(REFUSED) + len(READ_AS), failures=len(taken) + len(wrong) + len(mixed))
    assert (taken, wrong, mixed) == ([], [], [])


def test_no_hostile_address_survives_in_markdown():
    for text in REFUSED:
        html = str(render_untrusted(f"[x](<{text}>) <{text}>\n\n[y]\n\n[y]: {text}"))
        assert hostile.dangers(html) == [], text
        assert "@" not in "".join(part.split('"')[0] for part in html.split('href="')[1:]), text
    assert 'href="https://a.example/"' in str(render_untrusted("[x](https://a.example/)"))
    with pytest.raises(ValueError, match=r".+"):
        web_url("http://a.example/")


@pytest.mark.parametrize(
    "letters",
    [
        "b\u00fccher",
        "\u65e5\u672c\u8a9e",
        "\u304b\u306a\u6f22abc",
        "\u043f\u0440\u0438\u043c\u0435\u0440",
        "\ud55c\uad6d",
    ],
)
def test_a_host_in_one_language_is_no_mixture(letters):
    import idna

    assert not mixes_scripts(f"{idna.encode(letters).decode()}.example.com")


# ---- code that could make text into a program ----


def trees():
    for path in sorted((ROOT / "generator").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def test_no_code_runs_text():
    """No eval, exec, pickle, yaml.load, shell or template from a string anywhere."""
    banned = {"eval", "exec", "from_string", "Template", "popen", "unsafe_load", "full_load", "compile_expression"}
    found = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                found += [(path, name)] if name in banned or ast.unparse(node.func) == "os.system" else []
                found += [(path, "shell")] if any(k.arg == "shell" for k in node.keywords) else []
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
                found += [(path, name) for name in names & {"pickle", "marshal", "shelve"}]
    assert found == []


def test_every_vega_expression_is_written_in_the_code():
    """An expression is a constant: no data reaches one, nor a URL, link or image of a picture."""
    found = []
    for path, tree in trees():
        if not path.startswith("generator/charts/"):
            continue
        constants = {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        } | {"SHORT"}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "transform_filter" and "Predicate(" in ast.unparse(node.args[0]):
                continue  # a comparison of a field with a value is no expression
            if name in {"transform_calculate", "transform_filter", "expr", "Href", "Url", "mark_image", "UrlData"}:
                found.append((path, node.lineno, name))
            watched = [k.value for k in node.keywords if (k.arg or "").lower().endswith(("expr", "href", "url"))]
            watched += node.args[:1] if name == "condition" else []
            found += [
                (path, value.lineno, ast.unparse(value))
                for value in watched
                if not (isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id in constants))
            ]
    assert found == []
