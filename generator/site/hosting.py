"""Rules that a host takes from files: `_headers` and `_redirects`, in the form that Cloudflare Pages and Netlify share.

They are from the root of the host, where such a host puts the folder, whatever the path in `site_url`. Of two rules for
one address both count and a header named twice is joined by commas, so no header is in two rules
(https://developers.cloudflare.com/pages/configuration/headers/, https://docs.netlify.com/manage/routing/headers/).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from generator.base.problems import Problem
from generator.site.csp import THEME_SCRIPTS, policy, script_hash, script_id
from generator.site.manifest import FROZEN

HEADERS_FILE = "_headers"
REDIRECTS_FILE = "_redirects"
LONGEST_LINE = 2_000
"""Characters of a line that Cloudflare reads; it leaves out a longer one, and with it the policy."""
MOST_REDIRECTS = 2_000
"""Rules without a wildcard that Cloudflare reads; a line of it may have 1,000 characters."""

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
_A_YEAR = "public, max-age=31536000, immutable"
_A_MONTH = "public, max-age=2592000"
_OF_PLACES = (
    ("/assets/javascripts/*", "Cache-Control", _A_YEAR),  # of the theme: each name holds a digest of the file
    ("/assets/stylesheets/*", "Cache-Control", _A_YEAR),
    ("/assets/live/*", "Cache-Control", _A_YEAR),  # as these do
    ("/pagefind/fragment/*", "Cache-Control", _A_YEAR),
    ("/pagefind/index/*", "Cache-Control", _A_YEAR),
    ("/assets/fonts/*", "Cache-Control", _A_MONTH),  # named after the face, which does not change
    (f"/{FROZEN}/*", "X-Robots-Tag", "noindex"),  # data of old snapshots too, which no tag can mark
)
"""What else is sent for some places. Without a rule both hosts have a browser ask again before it uses a file."""


def headers_file(scripts: Iterable[str], known: frozenset[str] = THEME_SCRIPTS) -> str:
    """`_headers` for all files of the site: its policy allows the inline `scripts` of all pages, and workers theirs."""
    hashes = {script_hash(body) for body in set(scripts) if script_id(body) in known}
    rules = ("Content-Security-Policy", "; ".join((policy(hashes, *_OF_WORKERS), *_ONLY_BY_HEADER)))
    lines = ["/*", *(f"  {name}: {value}" for name, value in (rules, *_OTHER_HEADERS))]
    for place, name, value in _OF_PLACES:
        lines += [place, f"  {name}: {value}"]
    return "\n".join((*lines, ""))


def headers_problems(headers: str, scripts: Iterable[str], known: frozenset[str]) -> Iterator[Problem]:
    """Is this the headers file of pages with these inline scripts, and will hosts read all of it?"""
    if headers != headers_file(scripts, known):
        yield Problem(HEADERS_FILE, 0, 0, "S214", "the headers are not the ones the pages need")
    for number, line in enumerate(headers.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            message = f"a line of {len(line)} characters, of which some hosts read {LONGEST_LINE}"
            yield Problem(HEADERS_FILE, number, 0, "S214", message, "fewer inline scripts that differ")


def redirects_file(moved: Mapping[str, str]) -> str:
    """`_redirects`: each page that moved, by its address from the root of the site, and where it is now; "" for none.

    A page at the old address says the same to readers of other hosts. Netlify shows that page, since it is there; its
    sign to skip it, `301!`, makes Cloudflare leave out the line (https://docs.netlify.com/manage/routing/redirects/).
    """
    rows = sorted(moved.items())[: MOST_REDIRECTS // 2]
    return "".join(
        f"/{quote(old.rstrip('/'))}{end} /{quote(new, safe='/#')} 301\n" for old, new in rows for end in ("", "/")
    )
