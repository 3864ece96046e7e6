"""The content security policy of the site: what a page may run and load, said to the browser before anything else.

Scripts come from the site itself or are inline scripts of the theme that we have read; each page names the hashes
of its own. The policy stands in the page, because a static host may send no headers, and in `_headers` (hosting.py) for
hosts that read such a file (https://www.w3.org/TR/CSP3/).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape

from generator.base.problems import Problem
from generator.site.scan import Opening

THEME_SCRIPTS = frozenset({"6a9a103c779f", "0eb10c249dbd", "ffcc0f7735fd"})
"""First 12 hex digits of the SHA-256 of each inline script of Material 9.8.1 (state, palette, restore), without the
base address. A new version of the theme means: read its scripts, then change these."""

_HEAD = re.compile(r"<head>", re.ASCII)
_BASE = re.compile(r'new URL\("[./%A-Za-z0-9_~-]*",location\)')


def script_id(body: str) -> str:
    """Identity of an inline script: its hash without the base address, which varies with the depth of the page."""
    neutral = _BASE.sub('new URL(".",location)', body.strip())
    return hashlib.sha256(neutral.encode()).hexdigest()[:12]


def script_hash(body: str) -> str:
    """How a policy names exactly this inline script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"


def policy(hashes: Iterable[str], *more: str) -> str:
    """The policy of a page that may run the inline scripts with these hashes; `more` is added to what may run."""
    scripts = " ".join(("'self'", *sorted(set(hashes)), *more))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self'",
            "img-src 'self' data:",  # the theme's stylesheet carries its icons
            "font-src 'self'",
            "connect-src 'self'",  # the search index, proofs
            "worker-src 'self'",  # the search
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def page_policy(scripts: Iterable[str], known: frozenset[str] = THEME_SCRIPTS) -> str:
    """The policy of a page with these inline scripts; one that is not known gets no hash and so never runs."""
    return policy(script_hash(body) for body in scripts if script_id(body) in known)


def guarded(page: str, scripts: Iterable[str], known: frozenset[str] = THEME_SCRIPTS) -> str:
    """The page, which has these inline scripts, with its policy first in the head: what comes before is not bound."""
    content = escape(page_policy(scripts, known), quote=False)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{content}">'
    return _HEAD.sub(lambda head: head[0] + meta, page, count=1)


def page_problems(name: str, opening: Opening, scripts: Iterable[str], known: frozenset[str]) -> Iterator[Problem]:
    """Does the page begin with the policy that its inline scripts need?"""
    if opening.policy is None:
        yield Problem(name, 0, 0, "S213", "the head does not begin with the content security policy")
    elif opening.policy != page_policy(scripts, known):
        yield Problem(name, 0, 0, "S213", "the policy is not the one this page needs")
    elif not opening.charset:
        yield Problem(name, 0, 0, "S213", "the policy pushes the charset out of the first 1,024 bytes")
