"""The publish gate names the file and the kind of thing, never the thing."""

from __future__ import annotations

import pytest

from generator.gate import PATTERNS, gate
from generator.render import RenderedFile

SECRETS = {
    "W-gate-home": ["/home/maria/project/x.py", "/Users/maria/code", "C:\\Users\\maria"],
    "W-gate-mail": ["maria.doe@corp-mail.example"],
    "W-gate-key": ["sk-ant-api03-abcdefgh", "AKIAABCDEFGHIJKLMNOP", "-----BEGIN RSA PRIVATE KEY-----"],
    "W-gate-token": ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x"],
    "W-gate-id": ["msg_01NEzsDz59SqGoCDbwCs7P6U", "req_011CXW26mB4AJF4BPfwy5asp"],
    "W-gate-uuid": ["9d7a9d52-7eb4-427d-847d-ee5451884f3d"],
}


def look(text, *, path="2026-03/index.md", public=()):
    return list(gate([RenderedFile(path, text.encode())], public=public))


@pytest.mark.parametrize(("code", "secret"), [(code, text) for code, texts in SECRETS.items() for text in texts])
def test_every_kind_of_private_string_is_caught_and_not_repeated(code, secret):
    (problem,) = look(f"first line\nsecond {secret} here")
    assert (problem.code, problem.path, problem.line) == (code, "2026-03/index.md", 2)
    assert secret not in str(problem)


def test_every_pattern_is_tried():
    assert {pattern.code for pattern in PATTERNS} == set(SECRETS)


def test_a_cited_url_may_hold_what_looks_like_an_id():
    url = "https://example.org/articles/9d7a9d52-7eb4-427d-847d-ee5451884f3d"
    assert look(f"see {url}", public=[url]) == []
    assert look(f"see {url} and 9d7a9d52-7eb4-427d-847d-ee5451884f3e", public=[url])


def test_ordinary_pages_pass():
    assert look("Logs lie in ~/.claude/projects; a pseudonym is abcdefghij234567; F-AB23CD45; v2.1.76") == []


def test_scripts_and_styles_of_the_theme_are_not_scanned():
    assert look("/home/maria/x/", path="assets/vega.js") == []
