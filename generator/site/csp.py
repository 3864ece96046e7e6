"""The content security policy of the site: what a page may run and load, said to the browser before anything else.

Scripts come from the site itself or are inline scripts of the theme that we have read; each page names the hashes
of its own. The policy stands in the page, because a static host may send no headers, and in `_headers` for hosts
that read such a file (https://www.w3.org/TR/CSP3/).
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

HEADERS_FILE = "_headers"
_HEAD = re.compile(r"<head>", re.ASCII)
_BASE = re.compile(r'new URL\("[./%A-Za-z0-9_~-]*",location\)')
_ONLY_BY_HEADER = ("frame-ancestors 'none'",)  # browsers ignore it in <meta>
_OF_WORKERS = ("'wasm-unsafe-eval'",)
"""The search is WebAssembly, in a worker. A worker has the policy of its own answer and never that of the page
(https://html.spec.whatwg.org/#initialize-worker-policy-container), so no page allows it: on a host that reads
`_headers`, both policies bind a page, and the one in its head is without it."""
_OTHER_HEADERS = (
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Access-Control-Allow-Origin", "*"),  # public files without cookies: programs of other sites may read them
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)


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


def headers_file(scripts: Iterable[str], known: frozenset[str] = THEME_SCRIPTS) -> str:
    """`_headers` for all files of the site: its policy allows the inline `scripts` of all pages, and workers theirs."""
    hashes = {script_hash(body) for body in set(scripts) if script_id(body) in known}
    rules = ("Content-Security-Policy", "; ".join((policy(hashes, *_OF_WORKERS), *_ONLY_BY_HEADER)))
    return "\n".join(("/*", *(f"  {name}: {value}" for name, value in (rules, *_OTHER_HEADERS)), ""))


def page_problems(name: str, opening: Opening, scripts: Iterable[str], known: frozenset[str]) -> Iterator[Problem]:
    """Does the page begin with the policy that its inline scripts need?"""
    if opening.policy is None:
        yield Problem(name, 0, 0, "S213", "the head does not begin with the content security policy")
    elif opening.policy != page_policy(scripts, known):
        yield Problem(name, 0, 0, "S213", "the policy is not the one this page needs")
    elif not opening.charset:
        yield Problem(name, 0, 0, "S213", "the policy pushes the charset out of the first 1,024 bytes")


def headers_problems(headers: str, scripts: Iterable[str], known: frozenset[str]) -> Iterator[Problem]:
    """Is this the headers file of pages with these inline scripts?"""
    if headers != headers_file(scripts, known):
        yield Problem(HEADERS_FILE, 0, 0, "S214", "the headers are not the ones the pages need")
