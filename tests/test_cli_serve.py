"""The preview: a build that fails leaves the site up and says one line; the server gives out the site and nothing else.

Templates with mistakes are told by their file and line, by `build` too.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import stub_site

from generator.base.problems import ContentError, PublishRefusedError
from generator.cli import live as live_module
from generator.cli import serve as serve_module
from generator.cli.building import Building, Result
from generator.cli.live import Live
from generator.cli.preview import preview
from generator.cli.serve import fingerprint, serve
from generator.site.publish import run_mkdocs, write_docs
from generator.site.static_files import static_files
from generator.site.swap import held
from generator.site.templates import told

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
CASE = ROOT / "tests" / "sites" / "small"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path):
    """The small case as a repository of its own, with an old site."""
    shutil.copytree(CASE / "content", tmp_path / "content")
    shutil.copytree(ROOT / "content" / "examples", tmp_path / "content" / "examples")
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    shutil.copyfile(ROOT / "mkdocs.yml", tmp_path / "mkdocs.yml")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("old")
    return tmp_path


def built(root):
    """What a build behind the preview says."""
    building = Building(root)
    until(lambda: building.ended)
    result = building.result()
    assert not result.done
    assert (root / "site" / "index.html").read_text() == "old"
    return result.said.splitlines()


# ---- templates with mistakes ----


def stub_render(root, source):
    """Render the stub pages after `source` was added to the template of a finding."""
    layout = stub_site.make_root(root)
    path = layout.root / "templates" / "finding.md.j2"
    lines = path.read_bytes().count(b"\n")
    path.write_bytes(path.read_bytes().replace(b"## Result", source + b"\n## Result"))
    with told(layout.root / "templates"):
        stub_site.stub_files(layout)
    return lines


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (b"{% if %}", "Expected an expression"),
        (b"{% endfor %}", "endfor"),
        (b"{{ (1 }}", "unexpected '}'"),
        (b"{{ nobody }}", "'nobody' is undefined"),
        (b"{{ hostile|nofilter }}", "nofilter"),
        (b"{{ 1 / 0 }}", "ZeroDivisionError"),
        (b"{{ 'a' + 1 }}", "TypeError"),
        (b"{{ hostile.__class__.__mro__ }}", "unsafe"),
        (b"{% include 'absent.md.j2' %}", "there is no template absent.md.j2"),
        (b"{% for i in range(10000000) %}{% endfor %}", "Range too big"),
        (b"\n\n{{ wm.no_such_macro() }}", "no_such_macro"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_file_and_line(tmp_path, source, word):
    with pytest.raises(ContentError) as error:
        stub_render(tmp_path, source)
    (problem,) = error.value.problems
    before = stub_site.FINDING.split("## Result")[0].count("\n")
    at = before + 1 + len(source) - len(source.lstrip(b"\n"))
    assert str(problem).startswith(f"templates/finding.md.j2:{at}:0: W-template ")
    assert word in problem.message
    assert "\n" not in str(problem)
    assert str(tmp_path) not in str(problem)


@pytest.mark.parametrize(("source", "word"), [(b"\xff\xfe", "not UTF-8"), (b"a\x1bb", "a control character")])
def test_bytes_that_no_template_may_hold_are_told_with_their_line(tmp_path, source, word):
    with pytest.raises(ContentError) as error:
        stub_render(tmp_path, source)
    (problem,) = error.value.problems
    assert (problem.path, problem.message) == ("templates/finding.md.j2", word)
    assert problem.line == stub_site.FINDING.split("## Result")[0].count("\n") + 1


def test_a_template_that_is_gone_is_named(tmp_path):
    layout = stub_site.make_root(tmp_path)
    (layout.root / "templates" / "finding.md.j2").unlink()
    with pytest.raises(ContentError) as error, told(layout.root / "templates"):
        stub_site.stub_files(layout)
    assert str(error.value).startswith("templates/finding.md.j2:0:0: W-template there is no template finding.md.j2")


def test_a_template_that_calls_itself_for_ever_is_told(tmp_path):
    with pytest.raises(ContentError) as error:
        stub_render(tmp_path, b"{% include 'finding.md.j2' %}")
    assert "templates/" in str(error.value)
    assert "RecursionError" in str(error.value)


def test_a_mistake_of_the_program_is_not_blamed_on_a_template(tmp_path):
    with pytest.raises(ZeroDivisionError), told(tmp_path):
        1 / 0  # noqa: B018


@pytest.mark.parametrize("name", ["x.exe", "x y.css", ".css", "con.css"])
def test_an_odd_asset_is_a_mistake_of_an_input(tmp_path, name):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / name).write_text("x")
    with pytest.raises(ContentError, match="W-template not an asset") as error, told(tmp_path):
        static_files(tmp_path)
    assert error.value.problems[0].path == f"templates/assets/{name}"


def test_a_pipe_among_the_assets_does_not_hang(tmp_path):
    (tmp_path / "assets").mkdir()
    os.mkfifo(tmp_path / "assets" / "x.css")
    with pytest.raises(ContentError), told(tmp_path):
        static_files(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "source", "place"),
    [
        ("templates/theme/main.html", "{% if %}", "templates/theme/main.html:{line}:0: S101 jinja2"),
        (
            "templates/theme/partials/footer.html",
            "{{ 1/0 }}",
            "templates/theme/partials/footer.html:{line}:0: S101 Zero",
        ),
        ("mkdocs.yml", "a: [", "mkdocs.yml:{next}:1: S101 is not YAML"),
    ],
)
def test_a_mistake_in_the_theme_is_told_with_its_file_and_line(tmp_path, file, source, place):
    layout = stub_site.make_root(tmp_path)
    write_docs(stub_site.stub_files(layout), layout)
    text = (tmp_path / file).read_text()
    (tmp_path / file).write_text(f"{text.rstrip()}\n{source}\n")
    line = text.rstrip().count("\n") + 2
    with pytest.raises(PublishRefusedError) as error:
        run_mkdocs(layout, stub_site.SITE.built)
    assert str(error.value).startswith(place.format(line=line, next=line + 1))
    assert str(tmp_path) not in str(error.value)


@pytest.mark.slow
def test_build_with_a_broken_template_ends_with_2_and_no_traceback(root):
    path = root / "templates" / "_base.md.j2"
    path.write_text(path.read_text() + "{% if %}\n")
    done = subprocess.run(
        [sys.executable, "-m", "generator", "build", "--root", str(root)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    line = path.read_text().count("\n")
    assert done.stderr.startswith(f"templates/_base.md.j2:{line}:0: W-template Expected an expression")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert (root / "site" / "index.html").read_text() == "old"


# ---- what goes on whatever happens ----


def test_a_broken_template_is_one_line_and_the_old_site_stays(root):
    path = root / "templates" / "home.md.j2"
    path.write_text("{% if %}\n" + path.read_text())
    (said,) = built(root)
    assert said.startswith("templates/home.md.j2:1:0: W-template Expected an expression")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file or directory", "content/x.yml"), "content/x.yml: No such file"),
        (OSError(28, "No space left on device"), "read: No space left"),
        (KeyError("secret"), ": KeyError"),
        (RecursionError(), ": RecursionError"),
    ],
)
def test_a_reading_that_fails_in_any_way_is_one_line_and_the_old_page_stays(root, monkeypatch, error, said):
    def fails(*_arguments, **_more):
        raise error

    live = Live(root, now=lambda: NOW, version="0", cache=None)
    monkeypatch.setattr(live_module, "Workshop", lambda _layout: None)
    monkeypatch.setattr(live_module, "read_content", fails)
    live.change([str(root / "content" / "x.yml")])
    (line,) = live.told
    assert said in line
    assert "\n" not in line
    assert "secret" not in line
    assert live.file("") is None


def test_files_that_vanish_while_they_are_looked_at_are_gone_and_no_error(root, monkeypatch):
    whole = fingerprint(root)
    plain = os.stat

    def vanishing(path, *arguments, **more):
        if str(path).endswith(("C-064.yml", "home.md.j2")):
            raise FileNotFoundError(2, "gone", path)
        return plain(path, *arguments, **more)

    monkeypatch.setattr(os, "stat", vanishing)
    less = fingerprint(root)
    assert {Path(name).name for name, *_ in whole - less} == {"C-064.yml", "home.md.j2"}


def test_a_watched_folder_that_vanishes_is_no_error(root):
    before = fingerprint(root)
    shutil.rmtree(root / "content")
    (root / "mkdocs.yml").unlink()
    assert fingerprint(root) < before


class StandIn:
    """A build that ends when it is told to."""

    begun = ()

    def __init__(self, _root):
        self.stopped, self.said = False, None
        self.begun.append(self)

    def result(self):
        return self.said

    def stop(self):
        self.stopped = True


@pytest.fixture
def running(root, monkeypatch):
    """The preview of the small case with stand-ins for its builds: its port, and what it said."""
    monkeypatch.setattr(StandIn, "begun", [])
    monkeypatch.setattr(serve_module, "POLL_SECONDS", 0.02)
    port, said = free_port(), []
    more = {"now": lambda: NOW, "version": "0", "say": said.append, "builder": StandIn}
    thread = threading.Thread(target=serve, args=(root, port), kwargs=more, daemon=True)
    thread.start()
    until(lambda: StandIn.begun)
    yield port, said
    assert thread.is_alive()


def test_a_build_that_fails_is_told_and_a_change_begins_the_next(root, running):
    port, said = running
    StandIn.begun[0].said = Result(done=False, said="content/x.yml: wrong")
    until(lambda: said == ["content/x.yml: wrong"])
    version, told = news(port, 0)
    assert told == ["content/x.yml: wrong"]
    (root / "content" / "case.yml").unlink()
    until(lambda: len(StandIn.begun) == 2)
    assert "case.yml" in news(port, version)[1][0]
    assert get(port, "/")[0] == 200


def test_a_change_ends_the_build_before_it(root, running):
    (root / "content" / "case.yml").write_text((root / "content" / "case.yml").read_text() + "\n")
    until(lambda: len(StandIn.begun) == 2)
    assert [one.stopped for one in StandIn.begun] == [True, False]


def test_what_nobody_changes_is_built_once(running):
    time.sleep(0.5)
    assert len(StandIn.begun) == 1


def test_pages_ask_for_changes_and_files_do_not(running):
    port, _ = running
    (page,) = [get(port, "/")[1]]
    assert page == b"old"  # no body, no script
    assert get(port, "/-/changes.js?seen=0")[0] == 200


def news(port, seen):
    told = json.loads(get(port, f"/-/changes?seen={seen}")[1])
    return told["version"], told["told"]


def until(holds):
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


# ---- links in the place of folders ----


@pytest.mark.parametrize("name", ["site", "build"])
@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_in_the_place_of_the_site_or_its_workshop_is_refused_and_kept(root, name, dangling):
    shutil.rmtree(root / "site")
    (root / "real").mkdir()
    (root / "real" / "index.html").write_text("old")
    (root / name).symlink_to("gone" if dangling else "real")
    with pytest.raises(PublishRefusedError, match=f"{name}:0:0: S002 is a link"), held(stub_site.Layout(root)):
        pass
    assert (root / name).is_symlink()
    assert (root / "real" / "index.html").read_text() == "old"
    assert sorted(path.name for path in (root / "real").iterdir()) == ["index.html"]


def test_a_file_in_the_place_of_the_site_is_refused_and_kept(root):
    shutil.rmtree(root / "site")
    (root / "site").write_text("mine")
    with pytest.raises(PublishRefusedError, match="not a folder"), held(stub_site.Layout(root)):
        pass
    assert (root / "site").read_text() == "mine"


def test_a_gitignore_of_the_site_that_is_a_link_is_not_copied(root):
    from generator.site.swap import Layout, swap

    layout = Layout(root)
    (root / "secret").write_text("secret")
    (root / "site" / ".gitignore").symlink_to(root / "secret")
    layout.built.mkdir(parents=True)
    (layout.built / "index.html").write_text("new")
    swap(layout)
    assert not (root / "site" / ".gitignore").exists()
    assert (root / "site" / "index.html").read_text() == "new"


# ---- the server ----


@pytest.fixture
def served(tmp_path):
    """A site with what may lie in such a folder, and its port."""
    site = tmp_path / "site"
    for name, text in {
        "index.html": "home",
        "2026-03/index.html": "case",
        "assets/x.css": "a{}",
        ".gitignore": "*",
        ".git/config": "secret",
        "2026-03/.env": "secret",
    }.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "index.html").write_text("secret")
    (site / "link.txt").symlink_to(tmp_path / "secret.txt")
    (site / "folder").symlink_to(tmp_path / "outside")
    (site / "hidden.txt").symlink_to(site / ".git" / "config")
    (site / "with-page").mkdir()
    (site / "with-page" / "index.html").symlink_to(tmp_path / "secret.txt")
    (site / "inside.css").symlink_to("assets/x.css")
    os.mkfifo(site / "pipe.css")
    with preview(site, free_port()) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def get(port, path, host=None, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for one in [f"127.0.0.1:{port}"] if host is None else host:
        connection.putheader("Host", one.format(port=port))
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, dict(answer.getheaders())


@pytest.mark.parametrize(
    ("path", "body"), [("/", b"home"), ("/2026-03/", b"case"), ("/assets/x.css?a=1", b"a{}"), ("/inside.css", b"a{}")]
)
def test_what_the_site_publishes_is_served(served, path, body):
    assert get(served, path)[:2] == (200, body)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/assets/",
            "/assets",
            "/assets/?x",
            "/.gitignore",
            "/.git/",
            "/.git/config",
            "/2026-03/.env",
            "/%2egitignore",
        ),
        *("/link.txt", "/folder/", "/folder", "/folder/index.html", "/hidden.txt", "/with-page/", "/pipe.css"),
        *("/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "//etc/passwd"),
        *("/x%00.css", "/" + "a" * 5000, "/index.html/", "/assets/%2e%2e/.gitignore", "/2026-03/%2eenv"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_folders_hidden_files_and_what_lies_outside_are_not_served(served, path, method):
    status, body, _ = get(served, path, method=method)
    assert status == 404
    assert b"secret" not in body
    assert b"x.css" not in body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "LOCALHOST:{port}"])
def test_this_machine_is_answered(served, host):
    assert get(served, "/", [host])[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        [], ["evil.example"], ["evil.example:{port}"], ["localhost"], ["127.0.0.1"], ["localhost:1"],
        ["localhost.evil.example:{port}"], ["127.0.0.1:{port}", "evil.example"], ["0.0.0.0:{port}"], [""],
    ],
)  # fmt: skip
def test_a_request_under_another_name_is_refused(served, host):
    status, body, _ = get(served, "/", host)
    assert status == 421
    assert b"home" not in body


@pytest.mark.parametrize("path", ["/", "/gone", "/assets/"])
def test_no_answer_says_what_program_serves(served, path):
    _, body, headers = get(served, path)
    assert "Server" not in headers
    assert not [word for word in ("Python", "SimpleHTTP", "BaseHTTP") if word in f"{headers}{body}"]


def test_a_browser_that_hangs_up_leaves_no_traceback(served, capsys):
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", served)) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            one.sendall(b"GET / HTTP/1.1\r\n")
    time.sleep(0.2)
    assert get(served, "/")[0] == 200
    assert "Traceback" not in capsys.readouterr().err
