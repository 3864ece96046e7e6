"""Names of models that may leave a log: public ids of Claude models, and public names of other makers' models.

Spellings: LiteLLM (`anthropic/`, `bedrock/`, `vertex_ai/`: https://docs.litellm.ai/docs/providers), Bedrock
(`us.anthropic.claude-...-v1:0`: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html), Vertex AI
(`claude-...@20250929`: https://docs.anthropic.com/en/api/claude-on-vertex-ai), OpenRouter (`claude-opus-4.6:beta`),
Claude Code (`claude-opus-4-6[1m]`). Every pattern spells its words out: a gateway may serve "claude-<company>".
"""

from __future__ import annotations

import re
from functools import lru_cache

from generator.records.vendor import forgotten_with_vendors, vendor_of, vendors
from generator.records.vocabulary import FAMILIES, ModelId

OTHER: ModelId = "other"
LONGEST = 40  # characters of a name
_DAY = r"20[2-3][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"  # 20250929
_FAMILY = "haiku|sonnet|opus|fable|mythos"
_NUMBER = r"[1-9](?:-(?:1?[0-9]))?"  # 4, 4-5, 4-10
_CLAUDE = re.compile(
    rf"claude-(?:(?:{_FAMILY})(?:-{_NUMBER})?|{_NUMBER}-(?:{_FAMILY}))(?:-{_DAY}|-latest|-fast)?"
    r"|claude-(?:2(?:\.[01])?|instant-1(?:\.[12])?)"
)
"""A family, one version and one date: digits in any other shape may be anything (an account, a phone number)."""
_NAMED = re.compile(
    r"claude-(?:([a-z]+)-([0-9]{1,2})(?:[-.]([0-9]{1,2}))?|([0-9]{1,2})(?:[-.]([0-9]{1,2}))?-([a-z]+))(?:-[0-9]{8}|-latest)?"
)
_SUFFIX = re.compile(r"\[[0-9a-z]{1,4}\]\Z")
_HOST = re.compile(
    r"^(?:[a-z]{2,6}(?:-gov)?\.)?(?:anthropic|amazon|meta|cohere|mistral|deepseek|openai|qwen|google|ai21|minimax|moonshot|zai"
    r"|nvidia)\."
)  # a region and a vendor of Bedrock
_REVISION = re.compile(r"-v[0-9](?::[0-9]+(?::[0-9]+k)?)?\Z")
_VARIANT = re.compile(r":(?:thinking|beta|extended|free|nitro|floor)\Z|@(?:default|latest)\Z")
_DATE = re.compile(r"@(?=20[0-9]{6}\Z)")
_DOTTED = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_FIRST_GENERATIONS = re.compile(r"claude-(?:2|instant)")  # their public ids hold a dot
_PLAIN_WORDS = "text|embed|whisper|tts|codex|palm|command|nova|titan|phi|sonar|hermes|granite|step|trinity|seed"
"""Beginnings that are words of their own: alone they name no model, unlike o1, o3 and o4."""
_WEAK = rf"{_PLAIN_WORDS}|o[134]"
"""Beginnings that say something only of a name that is public as a whole."""
_MAKERS = re.compile(rf"(?<![a-z0-9])(?!(?:{_WEAK})(?![a-z]))(?:{FAMILIES})(?![a-z])")
_ONLY_WEAK = re.compile(_PLAIN_WORDS)
_WORDS = (
    "air|flash|plus|turbo|mini|nano|max|pro|lite|large|medium|small|chat|coder|code|codex|reasoner|thinking|instruct"
    "|preview|exp|highspeed|lightning|fast|latest|vision|r1|vl|oss|scout|maverick|text|free|speciale|terminus|lean|x|embedding|r|a|micro"
    "|premier|sonic|canvas|reel|omni|realtime|audio|image|live|deep|research|think|search|ultra|next|dev|hd|tts"
)
_SHORT_DAY = r"(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12][0-9]|3[01])"  # 0613, 05-20
_DATES = re.compile(
    rf"-(?:{_DAY}|20[2-3][0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|{_SHORT_DAY}"
    r"|2[0-9](?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])-20[2-3][0-9])(?=-|$)"
)
"""How makers date their models: 20240806, 2024-08-06, 0613, 05-20, 2507, 08-2024."""
_SIZE = r"[a-z]?[1-9][0-9]{0,2}[a-z]|[a-z][0-9]{1,2}"  # 405b, a22b, 128k, 4o, k2
_VERSION = r"[a-z]?[0-9](?:\.[0-9]{1,2}|-[0-9])?|00[1-9]"  # 3, 3.1, 4-1, m2.1, 001
_MAKERS_MODEL = re.compile(
    rf"(?:{FAMILIES})(?:[0-9](?:\.[0-9])?)?(?:-(?:{_WORDS}))*(?:-(?:{_VERSION}))?(?:-(?:{_WORDS}|{_SIZE}))*(?:-00[1-9])?"
)
MOST_SIZES = 2  # 235b-a22b: parameters in all, and those at work
MOST_PARTS = 9
_SIZES = re.compile(rf"-(?:{_SIZE})(?=-|$)")


@forgotten_with_vendors
@lru_cache(maxsize=1024)
def public_model(raw: str) -> ModelId:
    """Public id of the model that a log names, in whatever spelling: a Claude model, one of another maker, or "other".

    A name that hides the model is "other": it may be Claude ("nova-assistant" as well as "assistant"). Of another
    maker's name only public words are kept.
    """
    whole = _SUFFIX.sub("", raw.strip().lower())
    name = _HOST.sub("", whole.rsplit("/", 1)[-1])
    name = _DATE.sub("-", _REVISION.sub("", _VARIANT.sub("", name)))
    if _is_listed(name):
        return name
    if name.startswith("claude"):
        if not _FIRST_GENERATIONS.match(name):
            name = _DOTTED.sub("-", name)
        return name if _CLAUDE.fullmatch(name) else OTHER
    if "claude" in whole:
        return OTHER
    if _is_makers(name) and not _ONLY_WEAK.fullmatch(name) and len(name) <= LONGEST:
        return name
    maker = _MAKERS.search(name) or _MAKERS.search(whole)
    return maker[0] if maker else OTHER


def _is_listed(name: str) -> bool:
    """Does a vendor's file list it, name by name? A pattern lets no name out: digits in it may be anything."""
    return any(not isinstance(vendor.models, str) and vendor.makes(name) for vendor in vendors())


def _is_makers(name: str) -> bool:
    """Is it a public name of another maker's model: public words, one version, one date, and sizes?"""
    undated = _DATES.sub("", name, count=1)
    few = undated.count("-") < MOST_PARTS and len(_SIZES.findall(undated)) <= MOST_SIZES
    return few and _MAKERS_MODEL.fullmatch(undated) is not None


def is_other_makers(model: ModelId) -> bool:
    """Is it surely of no vendor that is known here? No promise of a known cache, meter or price is about it."""
    return model != OTHER and vendor_of(model) is None


@lru_cache(maxsize=1024)
def same_name(model: ModelId) -> str:
    """One spelling for all documented names of a model: claude-sonnet-4-0, claude-sonnet-4-20250514, claude-4-sonnet.

    https://platform.claude.com/docs/en/about-claude/models/overview lists aliases beside dated ids.
    """
    found = _NAMED.fullmatch(model)
    if found is None:
        return model
    return f"{found[1] or found[6]}-{found[2] or found[4]}-{found[3] or found[5] or 0}"
