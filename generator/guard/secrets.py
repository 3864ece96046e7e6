"""Kinds of private strings, as patterns for RE2: its time grows with the text alone, whatever the text is.

Shapes of keys are those that their issuers publish (for instance https://docs.github.com/en/code-security/
secret-scanning, https://docs.gitlab.com/security/tokens/), so that a push guard knows them too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MOST_MEMORY = 64 * 1024 * 1024  # bytes for the automata of all patterns together


@dataclass(frozen=True)
class Pattern:
    """One kind of private string. `needle` is in the syntax of RE2."""

    kind: str
    code: str
    what: str
    needle: str


def _key(kind: str, what: str, needle: str) -> Pattern:
    return Pattern(kind, "W-gate-key", what, needle)


PATTERNS = (
    Pattern(
        "home", "W-gate-home", "a path in somebody's home folder",
        r"/(?:home|Users)/[A-Za-z0-9._-]+/|[A-Z]:\\+Users\\",
    ),
    Pattern(
        "mail", "W-gate-mail", "an e-mail address", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
    ),
    Pattern(
        "network", "W-gate-network", "an address of a private network",
        r"\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b",
    ),
    Pattern("token", "W-gate-token", "a signed token", r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."),
    Pattern("id", "W-gate-id", "a raw id of a request or message", r"\b(?:msg|req|toolu)_01[0-9A-Za-z]{20}"),
    Pattern(
        "uuid", "W-gate-uuid", "a raw id of a session or line",
        r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b",
    ),
    Pattern(
        "login", "W-gate-login", "a user and password in an address",
        r"\b[a-z][a-z0-9+.-]{1,30}://[^\s/:@\"'<>]{1,100}:[^\s/@\"'<>]{1,100}@",
    ),
    Pattern(
        "bearer", "W-gate-bearer", "an authorization header",
        r"(?i)\bauthorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{12,}",
    ),
    Pattern(
        "assigned", "W-gate-assigned", "a password or key with its name",
        r"(?i)\b[a-z0-9_-]{0,40}(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|private[_-]?key)"
        r"[\"']?\s*(?:[:=]|:=|=>)\s*[\"']?[A-Za-z0-9/+_.!@#$%^&*~-]{8,}",
    ),
    _key("anthropic", "an Anthropic key", r"sk-ant-[A-Za-z0-9_-]{8}"),
    _key("openai", "an OpenAI key", r"\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32}"),
    _key("aws", "an AWS access key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}"),
    _key("github", "a GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{30}|\bgithub_pat_[A-Za-z0-9_]{22}"),
    _key("gitlab", "a GitLab token", r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat)-[0-9A-Za-z_-]{20}"),
    _key("slack", "a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10}"),
    _key("slack-hook", "a Slack webhook", r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9+/]{20}"),
    _key("google", "a Google key", r"\bAIza[0-9A-Za-z_-]{35}"),
    _key("google-oauth", "a Google OAuth secret", r"\bGOCSPX-[0-9A-Za-z_-]{20}|\bya29\.[0-9A-Za-z_-]{20}"),
    _key("stripe", "a Stripe key", r"\b(?:sk|rk)_(?:live|test)_[0-9a-zA-Z]{10}|\bwhsec_[0-9A-Za-z]{20}"),
    _key("pem", "a private key", r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"),
    _key("npm", "an npm token", r"\bnpm_[A-Za-z0-9]{36}"),
    _key("python-index", "a token of the Python package index", r"\bpypi-[A-Za-z0-9_-]{16}"),
    _key("sendgrid", "a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}"),
    _key("twilio", "a Twilio key", r"\b(?:SK|AC)[0-9a-f]{32}\b"),
    _key("azure", "an Azure key", r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,88}"),
    _key("discord", "a Discord token", r"\b[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}"),
    _key("telegram", "a Telegram token", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}"),
    _key("hugging-face", "a Hugging Face token", r"\bhf_[A-Za-z0-9]{30}"),
    _key("digitalocean", "a DigitalOcean token", r"\bdo[opr]_v1_[0-9a-f]{40}"),
    _key("shopify", "a Shopify token", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _key("databricks", "a Databricks token", r"\bdapi[0-9a-f]{32}"),
    _key("docker", "a Docker token", r"\bdckr_pat_[A-Za-z0-9_-]{20}"),
    _key("mailgun", "a Mailgun key", r"\bkey-[0-9a-f]{32}"),
    _key("vault", "a Vault token", r"\bhv[sbr]\.[A-Za-z0-9_-]{20}"),
    _key("age", "an age key", r"AGE-SECRET-KEY-1[0-9A-Z]{50}"),
    _key("linear", "a Linear key", r"\blin_api_[A-Za-z0-9]{30}"),
)  # fmt: skip


class Finder:
    """Patterns compiled by RE2, once each."""

    def __init__(self, needle: str) -> None:
        import re2

        options = re2.Options()
        options.max_mem = MOST_MEMORY
        options.log_errors = False
        self._compiled: Any = re2.compile(needle, options)

    @staticmethod
    @lru_cache(maxsize=len(PATTERNS))
    def of(pattern: Pattern) -> Finder:
        """The compiled pattern."""
        return Finder(pattern.needle)

    @staticmethod
    def any_of(text: str) -> bool:
        """Does any pattern occur? One pass for all of them."""
        return _all().search(text)

    def search(self, text: str) -> bool:
        """Does it occur?"""
        return self._compiled.search(text) is not None

    def finds(self, text: str) -> Iterator[tuple[str, int]]:
        """All that matches, and where."""
        return ((match.group(0), match.start()) for match in self._compiled.finditer(text))


@lru_cache(maxsize=1)
def _all() -> Finder:
    return Finder("|".join(f"(?:{pattern.needle})" for pattern in PATTERNS))
