"""Names of models: every documented spelling of a public one, and never a name that a company made up."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.records.models import LONGEST, OTHER, is_other_makers, public_model, same_name
from generator.records.vocabulary import FAMILIES, ModelId

OPUS, HAIKU = "claude-opus-4-6", "claude-3-5-haiku-20241022"


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ("claude-opus-4-6", OPUS),
        ("Claude-Opus-4-6", OPUS),
        ("  claude-opus-4-6\n", OPUS),
        ("claude-opus-4.6", OPUS),  # OpenRouter
        ("anthropic/claude-opus-4.6", OPUS),
        ("anthropic/claude-opus-4.6:beta", OPUS),
        ("anthropic/claude-opus-4.6:thinking", OPUS),
        ("openrouter/anthropic/claude-opus-4.6", OPUS),
        ("claude-opus-4-6[1m]", OPUS),  # Claude Code
        ("us.anthropic.claude-opus-4-6-v1:0", OPUS),  # Bedrock
        ("us.anthropic.claude-opus-4-6-v1:0[1m]", OPUS),
        ("anthropic.claude-opus-4-6-v1", OPUS),
        ("global.anthropic.claude-opus-4-6-v1:0", OPUS),
        ("bedrock/apac.anthropic.claude-opus-4-6-v1:0", OPUS),
        ("bedrock/us-gov.anthropic.claude-3-5-haiku-20241022-v1:0", HAIKU),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1:0", OPUS),
        ("anthropic.claude-3-5-haiku-20241022-v1:0:200k", HAIKU),
        ("claude-3-5-haiku@20241022", HAIKU),  # Vertex AI
        ("vertex_ai/claude-3-5-haiku@20241022", HAIKU),
        ("claude-opus-4-6@default", OPUS),
        ("claude-2.1", "claude-2.1"),  # its public id holds a dot
        ("claude-instant-1.2", "claude-instant-1.2"),
        ("claude-4-sonnet-20250514", "claude-4-sonnet-20250514"),
        ("claude-3-opus-latest", "claude-3-opus-latest"),
        ("us.anthropic.claude-mythos-5-1-v1:0", "claude-mythos-5-1"),
        ("claude-fable-5[1m]", "claude-fable-5"),
    ],
)
def test_every_documented_spelling_of_a_claude_model_is_one_name(raw, known):
    assert public_model(raw) == known
    assert not is_other_makers(known)


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ("glm-5.1", "glm-5.1"),
        ("z-ai/glm-4.6:free", "glm-4.6"),
        ("GLM-4.5-Air", "glm-4.5-air"),
        ("deepseek-chat", "deepseek-chat"),
        ("deepseek/deepseek-v3.2-exp", "deepseek-v3.2-exp"),
        ("us.deepseek.r1-v1:0", "deepseek"),
        ("MiniMax-M2.1", "minimax-m2.1"),
        ("moonshotai/kimi-k2-0905-preview", "kimi-k2-0905-preview"),
        ("qwen3-coder-480b-a35b-instruct", "qwen3-coder-480b-a35b-instruct"),
        ("ollama/qwen2.5-coder:7b", "qwen"),
        ("gpt-5.2-codex", "gpt-5.2-codex"),
        ("openai/gpt-4o-mini", "gpt-4o-mini"),
        ("azure/gpt-4.1", "gpt-4.1"),
        ("o4-mini", "o4-mini"),
        ("gemini-2.5-flash-lite", "gemini-2.5-flash-lite"),
        ("meta.llama3-1-70b-instruct-v1:0", "llama3-1-70b-instruct"),
        ("amazon.nova-pro-v1:0", "nova-pro"),
        ("cohere.command-r-plus-v1:0", "command-r-plus"),
        ("text-embedding-3-small", "text-embedding-3-small"),
    ],
)
def test_a_public_name_of_another_maker_is_kept(raw, known):
    assert public_model(raw) == known
    assert is_other_makers(known)


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ("acme/claude-opus-4-6", OPUS),
        ("claude-acme", OTHER),
        ("claude-opus-acme", OTHER),
        ("claude-opus-4-6-acme", OTHER),
        ("acme-claude", OTHER),
        ("acme-claude-via-gpt-proxy", OTHER),
        ("glm-acme", "glm"),
        ("acme-gpt-4", "gpt"),
        ("deepseek-v3.1-acme", "deepseek"),
        ("azure/acme-deployment", OTHER),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/acme", OTHER),
        ("qwen-" + "7-" * 20 + "acme", "qwen"),
        ("gpt-" + "1234567-" * 5 + "7", "gpt"),  # longer than any public name
    ],
)
def test_a_companys_name_never_passes(raw, known):
    assert public_model(raw) == known
    assert "acme" not in known


@pytest.mark.parametrize(
    "alias",
    ["nova", "nova-assistant", "titan-bank", "command-center", "hermes", "text-of-acme", "phi-acme", "grokbank", "phillips",
     "sonnet", "opusplan", "default", "my-model", "<synthetic>", ""],
)  # fmt: skip
def test_an_alias_that_only_begins_like_a_model_may_hide_claude(alias):
    """A call that is taken for another maker's is left out of every question, so a word is not enough."""
    assert public_model(alias) == OTHER
    assert not is_other_makers(OTHER)


@given(st.from_regex(rf"(?:[a-z]{{1,6}}[/.])?(?:claude|{FAMILIES})[-.a-z0-9:/@]{{0,50}}", fullmatch=True) | st.text())
@example("gpt-4.1" + "-1" * 40)
def test_whatever_a_log_names_fits_the_type_and_is_its_own_name(raw):
    known = public_model(raw)
    assert msgspec.convert(known, ModelId) == known
    assert known == OTHER or len(known) <= LONGEST + len("claude-")


@given(
    st.from_regex(r"[a-z]{5,12}", fullmatch=True),
    st.sampled_from(["gpt-4-{}", "claude-{}", "{}-glm-5", "{}/kimi-k2", "nova-{}"]),
)
def test_no_word_passes_that_is_not_public(word, shape):
    known = public_model(shape.format(word))
    public = set(re.findall("[a-z]+", known)) - {"claude", "other"}
    assert word not in public or re.fullmatch(FAMILIES, word) or public_model(f"gpt-4-{word}") != "gpt"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("claude-sonnet-4-0", "claude-sonnet-4-20250514"),
        ("claude-sonnet-4-0", "claude-4-sonnet"),
        ("claude-opus-4-0", "claude-opus-4-20250514"),
        ("claude-3-7-sonnet-latest", "claude-3-7-sonnet-20250219"),
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001"),
        ("claude-opus-5", "claude-opus-5-0"),
    ],
)
def test_an_alias_and_its_dated_snapshot_are_one_model(one, two):
    assert same_name(one) == same_name(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("claude-sonnet-4-0", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5", "claude-opus-4-5"),
        ("claude-opus-4-6", "claude-opus-4-6-fast"),
        ("claude-3-5-haiku-20241022", "claude-3-haiku-20240307"),
        ("glm-5.1", "glm-5"),
        ("other", "claude-opus-4-6"),
    ],
)
def test_different_models_are_not_one(one, two):
    assert same_name(one) != same_name(two)
