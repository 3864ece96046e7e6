"""The publish gate names the file and the kind of thing, never the thing; its engine is linear."""

from __future__ import annotations

import pytest
import stub_site
from disguises import FOUND
from promises import record
from secrets_planted import secrets

from generator.base.problems import PublishRefusedError
from generator.guard.gate import PATTERNS, allow, gate
from generator.guard.hosts import digests_in, hosts_in
from generator.guard.secrets import Finder
from generator.site.publish import publish_site
from generator.site.render import RenderedFile

CODES = {pattern.kind: pattern.code for pattern in PATTERNS}
CODED = ("plain", "named entities", "decimal entities", "hexadecimal entities", "URL", "JSON", "Unicode escapes")
DIGEST = "0123456789abcdef" * 4


def look(text, *, path="2026-03/index.md", cited=(), reviewed=(), digests=()):
    return list(gate([RenderedFile(path, text.encode())], allow(cited=cited, reviewed=reviewed, digests=digests)))


def test_at_least_21_kinds_of_secrets_are_planted_and_every_pattern_is_tried():
    kinds = {kind for kind, _ in secrets()}
    assert kinds == set(CODES)
    assert len([kind for kind in kinds if kind not in {"home", "mail", "network", "id", "uuid"}]) >= 21


@pytest.mark.parametrize(("kind", "secret"), secrets(), ids=lambda value: value if value in CODES else "")
def test_every_kind_is_caught_named_and_not_repeated(kind, secret):
    problems = look(f"first line\nsecond {secret} here")
    assert (CODES[kind], "2026-03/index.md", 2) in {(one.code, one.path, one.line) for one in problems}
    assert not any(secret in str(problem) for problem in problems)


def test_planted_secrets_in_seven_codings_and_every_kind_of_file():
    """Each secret, in each coding that a page or a JSON file undoes, in each kind of file made from data."""
    trials = failures = 0
    for _, secret in secrets():
        for coding in CODED:
            for suffix in ("md", "json", "csv", "svg", "txt", "bib", "xml"):
                trials += 1
                failures += not look(f"x {FOUND[coding](secret)} y", path=f"a.{suffix}")
    record("secrets-planted", trials=trials, failures=failures, note=f"{len(CODES)} kinds in {len(CODED)} codings")
    assert failures == 0


def test_one_secret_and_nothing_is_published(tmp_path):
    """Every kind in turn: the old site stays as it was."""
    layout = stub_site.make_root(tmp_path)
    (layout.published / "old.txt").write_text("old")
    files = stub_site.stub_files(layout)
    allowed = allow(cited=(), reviewed=(file.content.decode("utf-8", "replace") for file in files))
    assert list(gate(files, allowed)) == []
    for number, (_, secret) in enumerate(secrets()):
        place = files[number % len(files)]
        planted = [*files, RenderedFile(f"planted/{number}.md", place.content + f"\n\n{secret}\n".encode())]
        with pytest.raises(PublishRefusedError):
            publish_site(planted, layout, built_on=stub_site.SITE.built, gate=lambda made: gate(made, allowed))
    assert sorted(path.name for path in layout.published.iterdir()) == [".gitignore", "old.txt"]


def test_a_cited_url_may_hold_what_looks_like_an_id():
    url = "https://example.org/articles/9d7a9d52-7eb4-427d-847d-ee5451884f3d"
    assert look(f"see {url}", cited=[url]) == []
    assert look(f"see {url} and 9d7a9d52-7eb4-427d-847d-ee5451884f3e", cited=[url])


def test_ordinary_pages_pass():
    assert look("Logs lie in ~/.claude/projects; a pseudonym is abcdefghij234567; F-AB23CD45; v2.1.76") == []
    assert look('{"input_tokens": 123456789012, "keyword": "cache", "password reset": 1, "secret": ""}') == []


def test_scripts_and_styles_of_the_theme_are_not_scanned():
    assert look("/home/maria/x/", path="assets/vega.js") == []


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/x", "http://evil.example", "ws://evil.example/", "https:\\/\\/evil.example", '<img src="//evil.example/i">', "https://user@evil.example/", "https&#58;//evil.example/"],
)  # fmt: skip
def test_only_hosts_that_are_cited_may_be_named(address):
    problems = look(f"see https://good.example/a {address}", reviewed=["https://good.example/"])
    assert "W-gate-host" in {problem.code for problem in problems}
    assert not any("evil" in str(problem) for problem in problems)
    assert look("see https://good.example/b", cited=["https://good.example/a"]) == []


def test_a_digest_must_be_of_something_published():
    assert [problem.code for problem in look(f"see {DIGEST}")] == ["W-gate-digest"]
    assert look(f"see {DIGEST}", digests=[DIGEST]) == []
    assert look(f"see {DIGEST[:40]}", digests=[DIGEST]) == []  # shown in part
    assert [problem.code for problem in look("x " + "A" * 43 + "=")] == ["W-gate-digest"]


def test_the_digest_of_a_file_beside_it_is_known():
    one = RenderedFile("a.json", b"{}")
    import hashlib

    other = RenderedFile("SHA256SUMS.txt", f"{hashlib.sha256(b'{}').hexdigest()}  a.json".encode())
    assert list(gate([one, other], allow(cited=()))) == []
    assert list(gate([other], allow(cited=())))


def test_hosts_and_digests_are_read_out():
    assert [host for host, _ in hosts_in("https://A.example:8000/x http://[::1]/")] == ["a.example", "[::1]"]
    assert [digest for digest, _ in digests_in(f"x{DIGEST} {DIGEST}")] == [DIGEST]


def test_every_pattern_runs_on_re2_whose_time_is_linear():
    """RE2 has no backtracking (https://github.com/google/re2/wiki/WhyRE2): what it compiles cannot be made slow."""
    for pattern in PATTERNS:
        compiled = Finder.of(pattern)._compiled
        assert type(compiled).__module__.split(".")[0] == "re2", pattern.kind


def test_no_pattern_of_the_gate_is_left_to_the_engine_of_python():
    import ast
    from pathlib import Path

    from generator.guard import gate, hosts, secrets

    for path in (Path(module.__file__) for module in (gate, hosts, secrets)):
        imported = {
            name.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        }
        assert not imported & {"re", "regex"}, path.name


@pytest.mark.parametrize(
    "attack", ["a", "a@", "a.", "-", "https://", "eyJ", "a:", "password=", "a-a.", "\\", "0123456789"]
)
def test_a_megabyte_of_almost_a_secret_is_read_to_its_end(attack):
    """A backtracking engine takes hours for some of these; no clock is asked, the test just ends."""
    text = attack * (1_000_000 // len(attack)) + "!"
    for pattern in PATTERNS:
        sum(1 for _ in Finder.of(pattern).finds(text))
