"""A host that reads no `_headers` sends the same headers, redirects and page for what is missing, by the recipe."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from click.testing import CliRunner

from generator.base.problems import ContentError
from generator.cli import cli
from generator.site.host_rules import rules_of
from generator.site.hosting import headers_file, redirects_file
from generator.site.recipes import cloudfront, nginx

MOVED = {"2026-03/statements/": "2026-03/claims/", "2026-03/a b/": "2026-03/c/C-001/#top"}
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    for path, text in {
        "index.html": "<p>home " + "x" * 2000,
        "404.html": "<p>nothing here",
        "2026-03/claims/index.html": "<p>claims",
        "assets/fonts/a.woff2": "font",
        "assets/javascripts/b.js": "1;" * 2000,
        "v/2026-11-30.1/index.html": "<p>frozen",
        "_headers": headers_file(["var a='\"$'"]),
        "_redirects": redirects_file(MOVED),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


@pytest.fixture
def server(site, tmp_path):
    """The address of nginx with the file as it is printed, but for its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = CliRunner().invoke(cli, ["hosting", "nginx", "--root", str(site.parent)], standalone_mode=False).stdout
    assert said.count("  listen 80;\n") == 1
    (tmp_path / "site.conf").write_text(said.replace("listen 80;", f"listen 127.0.0.1:{port};"))
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; user root; pid {tmp_path}/pid; error_log {tmp_path}/errors; worker_processes 1;\n"
        f"events {{}}\nhttp {{ include /etc/nginx/mime.types; access_log off; include {tmp_path}/site.conf; }}\n"
    )
    running = subprocess.Popen([NGINX, "-p", tmp_path, "-c", tmp_path / "nginx.conf"], stderr=subprocess.PIPE)
    for _ in range(100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait(10)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):  # noqa: ARG002
        return None


def asked(address, **headers):
    try:
        with urllib.request.build_opener(_Stay).open(
            urllib.request.Request(address, headers=headers), timeout=10
        ) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.mark.slow
@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_serves_as_hosts_that_read_the_files(site, server):
    rules = rules_of(site)
    status, headers, body = asked(f"{server}/")
    assert (status, body[:7]) == (200, b"<p>home")
    for name, value in rules.everywhere:
        assert headers.get_all(name) == [value]
    assert "Cache-Control" not in headers
    status, headers, body = asked(f"{server}/nothing/at/all")
    assert (status, body) == (404, b"<p>nothing here")
    assert headers["Content-Security-Policy"]
    assert asked(f"{server}/assets/fonts/a.woff2")[1]["Cache-Control"] == "public, max-age=2592000"
    assert asked(f"{server}/assets/javascripts/b.js")[1]["Cache-Control"] == "public, max-age=31536000, immutable"
    assert asked(f"{server}/v/2026-11-30.1/")[1]["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in asked(f"{server}/2026-03/claims/")[1]
    assert asked(f"{server}/assets/javascripts/b.js", **{"Accept-Encoding": "gzip"})[1]["Content-Encoding"] == "gzip"
    for old in ("2026-03/statements/", "2026-03/statements"):
        status, headers, _ = asked(f"{server}/{old}")
        assert (status, headers["Location"]) == (301, "/2026-03/claims/")
    assert asked(f"{server}/2026-03/a%20b/")[1]["Location"] == "/2026-03/c/C-001/#top"
    assert asked(f"{server}/2026-03/claims")[1]["Location"] == "/2026-03/claims/"
    assert {asked(f"{server}/{file}")[0] for file in ("_headers", "_redirects", "../nginx.conf")} <= {400, 404}


def test_every_rule_of_the_files_is_in_the_recipe(site):
    rules = rules_of(site)
    assert len(rules.everywhere) >= 6
    assert len(rules.moved) == 2 * len(MOVED)
    said = nginx(rules, "evidence.example.org", "/srv/evidence")
    for folder, header, value in rules.below:
        assert f'"~^{folder}" "{value}";' in said
        assert f"add_header {header} $witnessmark_" in said
    for name, value in rules.everywhere:
        assert f'add_header {name} "{value}" always;' in said


def test_the_policy_of_cloudfront_has_every_header_once(site):
    rules = rules_of(site)
    policy = json.loads(cloudfront(rules, "my case"))
    security, custom = policy["SecurityHeadersConfig"], policy["CustomHeadersConfig"]
    assert policy["Name"] == "my-case"
    assert custom["Quantity"] == len(custom["Items"]) == len(rules.everywhere) - len(security)
    said = dict(rules.everywhere)
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == said["Content-Security-Policy"]
    assert security["FrameOptions"]["FrameOption"] == said["X-Frame-Options"]
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == said["Referrer-Policy"]
    assert {item["Header"]: item["Value"] for item in custom["Items"]}.items() <= said.items()


def test_without_a_site_it_says_so(tmp_path):
    with pytest.raises(ContentError, match="holds no built site"):
        rules_of(tmp_path)


@pytest.mark.parametrize("name", ["a b", "x;", "a\nb", "$a", ""])
def test_a_name_that_is_none_is_refused(site, name):
    done = CliRunner().invoke(cli, ["hosting", "nginx", "--root", str(site.parent), "--name", name])
    assert done.exit_code == 2


HEAD = "/*\n  X-Frame-Options: DENY\n"


def hosting(site, headers=HEAD, redirects="", *more, host="nginx"):
    for name, text in {"_headers": headers, "_redirects": redirects}.items():
        (site / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return CliRunner().invoke(cli, ["hosting", host, "--root", str(site.parent), *more], standalone_mode=False)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_and_blank_lines_are_no_rules(site, end):
    redirects = "# moved pages, of old\n\n/a /b 301\n  \n/c%22d\t/e\t301\n  # more\n".replace("\n", end)
    done = hosting(site, f"# all\n\n{HEAD}\n# some\n/v/*\n\n\tX-Robots-Tag:noindex".replace("\n", end), redirects)
    assert done.exception is None
    assert '  "/a" "/b";\n  "/c\\"d" "/e";\n}' in done.stdout
    assert '  add_header X-Frame-Options "DENY" always;\n' in done.stdout
    assert '  "~^/v/" "noindex";\n' in done.stdout


@pytest.mark.parametrize(
    "rule",
    [
        "/a /b 301 x", "/a /b", "/a", "/a /b 302", "/a /b 301!", "a /b 301", "/a b 301", "/a/* /b/:splat 301",
        "/a/:id /b 301", "/a$b /b 301", "/a /b$c 301", "/a%0Ab /b 301", "/a%00 /b 301", "/a javascript:x 301",
        "/ONE /b 301", "/o%6Ee /b 301", b"/\xff /b 301", "/a /b 301 # why",
    ],
)  # fmt: skip
def test_a_redirect_that_is_none_is_told_at_its_line(site, rule):
    rule = rule if isinstance(rule, bytes) else rule.encode()
    done = hosting(site, redirects=b"/one /x 301\n# more\n" + rule + b"\n/two /x 301\n")
    (problem,) = done.exception.problems
    assert (problem.path, problem.line) == ("_redirects", 3)
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ("  X-A; return 200: y", 3), ("  X A: y", 3), ("  : y", 3), ("  X-A", 3), ("  X-A:", 3), ("  ! X-A", 3),
        ("  X-A: a$b", 3), ("  X-A: a\x00b", 3), ("  x-frame-options: DENY", 3), ("  X_A: y", 3), ("  X-\u00e9: y", 3),
        ("/a/*\n  X-Frame-Options: SAMEORIGIN", 4), ("/a/*\n  X-A: 1\n  x-a: 2", 5), ("/a$/*\n  X-A: 1", 3),
        ("/a/*\n  X-A: 1\n/a/b/*\n  X-A: 2", 6), ("/a/*/b\n  X-A: 1", 3), ("/:a/*\n  X-A: 1", 3), ("/a\n  X-A: 1", 3),
        ("https://a.example/*\n  X-A: 1", 3), ("/a%0A/*\n  X-A: 1", 3), (b"  X-A: \xff", 3), (b"/\xff/*", 3),
    ],
)  # fmt: skip
@pytest.mark.parametrize("host", ["nginx", "cloudfront"])
def test_a_header_that_is_none_is_told_at_its_line(site, host, rules, line):
    rules = rules if isinstance(rules, bytes) else rules.encode()
    done = hosting(site, HEAD.encode() + rules + b"\n", host=host)
    (problem,) = done.exception.problems
    assert (problem.path, problem.line) == ("_headers", line)
    assert done.stdout == ""


def test_folders_and_values_are_quoted(site):
    folders = '/a";evil "/*\n  X-B: a"; c \\\n/v/1.0(/*\n  x-b: no\n/c%20d-e/*\n  X-B: é\n'
    said = hosting(site, HEAD + folders).stdout
    assert said.count("map $uri $witnessmark_x_b {") == 1
    rows = said.split("$witnessmark_x_b {\n")[1].split("}")[0].splitlines()
    assert rows == [
        '  default "";',
        r"""  "~^/a\";evil\\ \"/" "a\"; c \\";""",
        r"""  "~^/v/1\\.0\\(/" "no";""",
        r"""  "~^/c\\ d\\-e/" "é";""",
    ]


@pytest.mark.parametrize("folder", ["/srv/$x", "/srv\n;x", "/s\udcffx", "/a\x00"])
def test_a_folder_that_nginx_cannot_be_told_is_named(site, folder):
    done = hosting(site, HEAD, "", "--folder", folder)
    assert "--folder" in str(done.exception)
    assert '"/srv/\\"; x"' in hosting(site, HEAD, "", "--folder", '/srv/"; x').stdout
