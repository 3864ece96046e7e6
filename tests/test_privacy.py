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
