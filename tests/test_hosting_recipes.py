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
from generator.site.hosting import headers_file, redirects_file
from generator.site.recipes import cloudfront, nginx, rules_of

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
