"""Which Claude model a gateway's name of it means: public prefixes and spellings off, company names never through.

Spellings: LiteLLM (`anthropic/`, `bedrock/`, `vertex_ai/`: https://docs.litellm.ai/docs/providers), Bedrock
(`us.anthropic.claude-...-v1:0`: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html), Vertex AI
(`claude-...@20250929`: https://docs.anthropic.com/en/api/claude-on-vertex-ai), OpenRouter (`claude-opus-4.6:beta`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from generator.records.pseudonyms import known_model
from generator.records.rows import ModelId

OTHER = "other"
_HOST = re.compile(r"^(?:[a-z]{2,6}(?:-gov)?\.)?anthropic\.")  # a region and a vendor of Bedrock
_REVISION = re.compile(r"-v[0-9](?::[0-9]+(?::[0-9]+k)?)?$")
_VARIANT = re.compile(r":(?:thinking|beta|extended|free|nitro|floor)$|@(?:default|latest)$")
_DATE = re.compile(r"@(?=20[0-9]{6}$)")
_DOTTED = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_FIRST_GENERATIONS = re.compile(r"claude-(?:2|instant)")  # their public ids hold a dot
_VENDORS = re.compile(
    r"(?<![a-z0-9])(?:gpt|chatgpt|text-|embed|whisper|tts|dall-e|gemini|gemma|palm|llama|mistral|mixtral|ministral"
    r"|codestral|magistral|deepseek|qwen|qwq|grok|command|cohere|nova|titan|kimi|moonshot|glm|minimax|phi|nemotron"
    r"|sonar|jamba|rerank|davinci|o[134](?![a-z0-9]))"
)


@lru_cache(maxsize=1024)
def gateway_model(raw: str) -> ModelId | None:
    """Public id of the Claude model; "other" for a name that hides it; None for a model of another vendor."""
    whole = raw.strip().lower()
    name = _HOST.sub("", whole.rsplit("/", 1)[-1])
    name = _DATE.sub("-", _REVISION.sub("", _VARIANT.sub("", name)))
    if not _FIRST_GENERATIONS.match(name):
        name = _DOTTED.sub("-", name)
    if name.startswith("claude"):
        return known_model(name)
    return None if "claude" not in whole and _VENDORS.search(whole) else OTHER
