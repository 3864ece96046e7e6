"""Which web addresses a record may carry (those of public hosts), and when two of them are one document."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AnyUrl
from pydantic_core import PydanticCustomError

# Names that are never public: RFC 6761, RFC 6762, RFC 7686, RFC 8375, and what routers hand out.
PRIVATE_ENDINGS = ("arpa", "corp", "home", "internal", "invalid", "lan", "local", "localhost", "onion", "test")

_MAIL = re.compile(r"mailto:[A-Za-z0-9._%+-]{1,64}@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})")
_COMMENT = re.compile(r"(?:issuecomment|discussioncomment)-[0-9]+|discussion_r[0-9]+|pullrequestreview-[0-9]+")
_CODED = re.compile(r"%(?:25)*(?:2[ef]|5c)", re.IGNORECASE)  # a dot, a slash or a backslash, coded once or more
_INSIDE = re.compile(r"/https?://?(?=[^/])", re.IGNORECASE)
_ARCHIVED = re.compile(r"/[0-9]{4,14}(?:[a-z]{2}_)?/(?P<whole>(?:https?:/{1,2})?[^/]+\.[^/]+(?:/.*)?)", re.IGNORECASE)
_ARCHIVES = {"web.archive.org": "/web", "archive.org": "/web"} | dict.fromkeys(
    ("archive.is", "archive.md", "archive.ph", "archive.today"), ""
)
"""Hosts of archives, with what comes before the time and the address of the page in the address of a copy."""
_SAME_HOST = {
    "m.youtube.com": "youtube.com",
    "mobile.twitter.com": "x.com",
    "mobile.x.com": "x.com",
    "new.reddit.com": "reddit.com",
    "np.reddit.com": "reddit.com",
    "old.reddit.com": "reddit.com",
    "twitter.com": "x.com",
}
_GITHUB = frozenset({"api.github.com", "github.com", "raw.githubusercontent.com"})
_REPOSITORY = 2  # steps of the path that name one: owner and name
_FORGES = frozenset({"bitbucket.org", "codeberg.org", "github.com", "gitlab.com"})
_OF_MANY = frozenset(
    {
        "bsky.app",
        "dev.to",
        "facebook.com",
        "linkedin.com",
        "medium.com",
        "news.ycombinator.com",
        "reddit.com",
        "threads.com",
        "threads.net",
        "x.com",
        "youtube.com",
    }
)
"""Hosts at which each account writes for itself."""
_IN_QUERY = {"news.ycombinator.com": "id", "youtube.com": "v"}
"""Hosts at which one field of the query names the document."""
_WRITTEN_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)


def public(url: AnyUrl) -> AnyUrl:
    """The same address, or an error of type url_*; the parser has already turned 2130706433 into 127.0.0.1."""
    if url.username or url.password:
        raise PydanticCustomError("url_user", "an address must not carry a user name or password")
    labels = (url.host or "").rstrip(".").split(".")
    if len(labels) < 2 or not labels[-1].isascii() or not labels[-1][:1].isalpha():  # noqa: PLR2004  name and ending
        raise PydanticCustomError("url_host", "the host must be a public name, not a number or a local name")
    if labels[-1] in PRIVATE_ENDINGS:
        raise PydanticCustomError("url_host", "the host must be a public name, not a private one")
    if mixes_scripts(url.host or ""):
        raise PydanticCustomError("url_script", "the host mixes letters of two scripts, as look-alike addresses do")
    if disguised(url.path or ""):
        message = "the path goes up, has an empty step or hides a slash or a dot, so it may be another page"
        raise PydanticCustomError("url_path", message)
    return url


def disguised(path: str) -> bool:
    """Can the path be read as another one? An address inside it, as archives have, keeps its two slashes.

    What servers make of such steps differs: RFC 3986, sections 5.2.4 and 6.2.2.
    """
    plain = _INSIDE.sub("/", path)
    steps = plain.split("/")
    return bool(_CODED.search(path)) or "\\" in path or "//" in plain or "." in steps or ".." in steps


def reachable(url: AnyUrl) -> AnyUrl:
    """The same address where people can be written to: a public page, or mailto: with one plain address."""
    if url.scheme != "mailto":
        return public(url)
    mail = _MAIL.fullmatch(str(url))
    if not mail:
        raise PydanticCustomError("url_mail", "a mail address is mailto: and one plain address, without a subject")
    if mail["host"].rpartition(".")[2].lower() in PRIVATE_ENDINGS:
        raise PydanticCustomError("url_host", "the host must be a public name, not a private one")
    return url


def mixes_scripts(host: str) -> bool:
    """True if a part of a host in punycode mixes scripts beyond one language (UTS 39, highly restrictive)."""
    return any(_is_mixed(label.removeprefix("xn--")) for label in host.lower().split(".") if label.startswith("xn--"))


def _is_mixed(coded: str) -> bool:
    try:
        letters = [letter for letter in coded.encode().decode("punycode") if letter.isalpha()]
    except UnicodeError:
        return True
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in letters}
    return len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER)


def canonical(url: str) -> str:
    """An address without what does not change the document: www., case, a query, an end of a path, a mark on the page.

    An archived copy is the page that it copies, and a file of GitHub is one wherever GitHub serves it. A comment in a
    thread of GitHub keeps its mark: it may be of somebody else.
    """
    parts = urlsplit(_unwrapped(url))
    host = host_of(parts.geturl())
    path = re.sub("/{2,}", "/", unquote(parts.path)).casefold().rstrip("/")
    comment = ""
    if host in _GITHUB:
        host, path = "github.com", _on_github(host, path)
        comment = f"#{parts.fragment}" if _COMMENT.fullmatch(parts.fragment) else ""
    named = dict(parse_qsl(parts.query)).get(_IN_QUERY.get(host, ""))
    query = named or (parts.query if not path else "")
    return f"{host}{path}{'?' + query if query else ''}{comment}"


def _unwrapped(url: str) -> str:
    """The address whose copy an archive keeps here, where its own address says so."""
    parts, before = urlsplit(url), _ARCHIVES.get(host_of(url))
    if before is None or not parts.path.startswith(f"{before}/"):
        return url
    found = _ARCHIVED.fullmatch(parts.path.removeprefix(before))
    if not found:
        return url
    query = f"?{parts.query}" if parts.query else ""
    mark = f"#{parts.fragment}" if parts.fragment else ""
    return f"https://{re.sub('^https?:/+', '', found['whole'], flags=re.IGNORECASE)}{query}{mark}"


def _on_github(host: str, path: str) -> str:
    """Path of the page of github.com that shows the same: a file, or a thread whatever part of it was named."""
    steps = path.split("/")[1:]
    if host == "api.github.com" and steps[:1] == ["repos"]:
        steps = steps[1:]
    elif host == "raw.githubusercontent.com" and len(steps) > _REPOSITORY:
        steps = [*steps[:_REPOSITORY], "blob", *steps[_REPOSITORY:]]
    kind = steps[_REPOSITORY] if len(steps) > _REPOSITORY else ""
    if kind in {"pull", "pulls", "issues", "discussions"}:  # the parts of a pull request are one document
        steps = [*steps[:_REPOSITORY], "discussions" if kind == "discussions" else "issues", *steps[3:4]]
    elif kind in {"blame", "edit", "raw"}:
        steps[_REPOSITORY] = "blob"
    if steps[_REPOSITORY + 1 : _REPOSITORY + 3] == ["refs", "heads"]:
        del steps[_REPOSITORY + 1 : _REPOSITORY + 3]
    return "".join(f"/{step}" for step in steps)


def host_of(url: str) -> str:
    """The host without www. and without a dot at its end; where a site has several, the usual one."""
    host = (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    return _SAME_HOST.get(host, host)


def is_below(url: str, address: str) -> bool:
    """Is the first address the second, or below it? Hosts are compared whole, and paths by whole steps."""
    inner, outer = canonical(url).rstrip("?"), canonical(address).rstrip("?")
    return inner == outer or (
        inner.startswith((f"{outer}/", f"{outer}?", f"{outer}#")) and ".." not in inner.split("/")
    )


def holds_strangers(address: str) -> bool:
    """Has the address places below it at which anybody can write, so that it is nobody's own?

    A host of many accounts; of a repository all but one branch, one commit or one thread. GitHub shows what was
    committed to a fork below the address of the repository, by the name of the commit or of the pull request:
    https://docs.github.com/en/repositories/working-with-files/using-files/getting-permanent-links-to-files
    """
    host, _, path = canonical(address).partition("/")
    steps = path.partition("#")[0].split("/") if path else []
    if host in _FORGES:
        unnamed = len(steps) <= _REPOSITORY + 1
        return unnamed or steps[_REPOSITORY + 1] in {"pull", "refs"}
    return host in _OF_MANY and not steps
