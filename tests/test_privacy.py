"""Pseudonyms and public vocabularies."""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.records.models import public_model
from generator.records.pseudonyms import known_version, pseudonym
from generator.records.rows import ModelId, Pseudonym, Version


@given(st.text(max_size=20), st.text(min_size=1, max_size=60), st.binary(max_size=100))
def test_pseudonym_is_the_documented_construction(kind, raw, key):
    """HMAC-SHA256 over kind, 0x1f and raw; 16 letters of lower-case base32."""
    message = kind.encode("utf-8", "surrogatepass") + b"\x1f" + raw.encode("utf-8", "surrogatepass")
    digest = hmac.new(key, message, hashlib.sha256).digest()
    assert pseudonym(kind, raw, key) == base64.b32encode(digest).decode()[:16].lower()


def test_pseudonym_of_nothing_is_nothing():
    assert pseudonym("session", "", b"key") == ""


def test_pseudonym_depends_on_key_and_kind():
    names = {pseudonym("a", "x", b"1"), pseudonym("b", "x", b"1"), pseudonym("a", "x", b"2"), pseudonym("a", "y", b"1")}
    assert len(names) == 4


@given(st.text())
def test_pseudonym_fits_its_type(raw):
    assert msgspec.convert(pseudonym("session", raw, b"key"), Pseudonym) == pseudonym("session", raw, b"key")


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ("claude-opus-4-5-20251101", "claude-opus-4-5-20251101"),
        ("claude-3-5-sonnet-20241022", "claude-3-5-sonnet-20241022"),
        ("claude-sonnet-4-20250514[1m]", "claude-sonnet-4-20250514"),
        ("claude-opus-5[1m]", "claude-opus-5"),
        ("claude-haiku-4.5", "claude-haiku-4-5"),
        ("claude-fable-5-1", "claude-fable-5-1"),
        ("claude-acme-internal", "other"),
        ("claude-opus-acme", "other"),
        ("claude-opusacme", "other"),
        ("claude-opus-4-5-20251101-eu-team", "other"),
        ("claude-opus-4-5\n", "claude-opus-4-5"),
        ("us.anthropic.claude-opus-4-5", "claude-opus-4-5"),
        ("acme.anthropic-claude-opus-4-5", "other"),
        ("claude", "other"),
        ("claude-", "other"),
        ("gpt-5", "gpt-5"),
        ("gpt-acme", "gpt"),
        ("", "other"),
    ],
)
def test_only_public_model_ids_pass(raw, known):
    assert public_model(raw) == known


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ("2.1.104", "2.1.104"),
        ("1.0.0", "1.0.0"),
        ("2.1", ""),
        ("2.1.104-beta", ""),
        ("v2.1.4", ""),
        ("2.1.4\n", ""),
        ("\u0662.1.4", ""),
        ("", ""),
    ],
)
def test_only_plain_versions_pass(raw, known):
    assert known_version(raw) == known


@given(st.text() | st.from_regex(r"claude-[a-z0-9.-]{1,50}", fullmatch=True))
def test_vocabularies_fit_their_types(raw):
    msgspec.convert(public_model(raw), ModelId)
    msgspec.convert(known_version(raw), Version)


@pytest.mark.parametrize(
    "raw",
    [
        "claude-20991231-20123456-49.17-30.55",
        "claude-47-11-08-15-42",
        "claude-20251101",
        "claude-4",
        "claude-opus-47-11",
        "claude-opus-4-123",
        "claude-opus-4-5-20251301",
        "claude-opus-4-5-20250230-20250231",
        "claude-opus-4-5-19991231",
        "claude-opus-4-5-20991231",
        "claude-opus-sonnet-haiku",
        "claude-fast-latest",
        "claude-opus-\u0664-\u0665",
        "claude-3-5-sonnet-20241022-v2-4711",
    ],
)
def test_a_claude_in_no_known_shape_is_other(raw):
    assert public_model(raw) == "other"


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
        ("gpt-4-1106-preview", "gpt-4-1106-preview"),
        ("gemini-2.5-flash-preview-05-20", "gemini-2.5-flash-preview-05-20"),
        ("qwen3-235b-a22b-2507", "qwen3-235b-a22b-2507"),
        ("grok-4-1-fast", "grok-4-1-fast"),
        ("gpt-49170555", "gpt"),
        ("gpt-4-4917-0555", "gpt"),
        ("gpt-4917-0555-1204", "gpt"),
        ("o3-491-705-551", "other"),
        ("qwen3-491b-705b-551b", "qwen"),
        ("gemini-20991231-20123456", "gemini"),
    ],
)
def test_of_another_makers_model_only_one_version_one_date_and_two_sizes_are_kept(raw, known):
    assert public_model(raw) == known


@given(st.from_regex(r"(claude-(opus|sonnet)|gpt|gemini)(-[0-9a-z.]{1,6}){0,5}", fullmatch=True))
def test_what_was_a_public_name_stays_one(raw):
    """So a pack with a name that is not its own public name was made by no log."""
    assert public_model(public_model(raw)) == public_model(raw)


@pytest.mark.parametrize(
    "raw", ["0049.0170.55512", "49.170.555", "2.01.3", "2.1.1000", "2.100.3", "\u0662.1.4", "2.1.04"]
)
def test_versions_with_more_digits_than_clients_have_are_none(raw):
    assert known_version(raw) == ""
