"""Which web addresses a record may carry (those of public hosts), and when two of them are one document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from pydantic import AnyUrl
from pydantic_core import PydanticCustomError

from generator.curated.same_page import GITHUB, comment_at, on_github, on_site, post_at, usual_host
from generator.curated.web_archives import COPIES, Parts, page_in, parts_of, unwrapped

# Names that are never public: RFC 6761, RFC 6762, RFC 7686, RFC 8375, and what routers hand out.
PRIVATE_ENDINGS = ("arpa", "corp", "home", "internal", "invalid", "lan", "local", "localhost", "onion", "test")

_MAIL = re.compile(r"mailto:[A-Za-z0-9._%+-]{1,64}@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})")
_CODED = re.compile(r"%(?:25)*(?:2[ef]|5c)", re.IGNORECASE)  # a dot, a slash or a backslash, coded once or more
_INSIDE = re.compile(r"/https?://?(?=[^/])", re.IGNORECASE)
_KNOWN = 16_384  # addresses whose one form is kept: each is compared with many others
_REPOSITORY = 2  # steps of the path that name one: owner and name
_FORGES = frozenset({"bitbucket.org", "codeberg.org", "github.com", "gitlab.com", "huggingface.co"})
_UNNAMED = frozenset({"branch", "comments", "commit", "reviews", "tag"})  # folders of what has a name of its own
_OF_FORKS = frozenset({"compare", "contents", "git"})  # show what is in a fork, and say so only by the query or a mark
_PARTS = frozenset({"blame", "blob", "commit", "commits", "issues", "merge_requests", "raw", "tree", "work_items"})
_NEVER = 99
_OF_MANY: Mapping[str, Mapping[str, int]] = {
    **{
        host: {}
        for host in (
            *("bit.ly", "dev.to", "discord.gg", "drive.google.com", "instagram.com", "lobste.rs", "mastodon.social"),
            *("pastebin.com", "redd.it", "t.co", "t.me", "threads.com", "threads.net", "tiktok.com", "tinyurl.com"),
            *("tumblr.com", "wordpress.com", "youtu.be"),
        )
    },
    "bsky.app": {"": _NEVER, "profile": 2},
    "discord.com": {"channels": 4, "invite": _NEVER},
    "docs.google.com": {"": _NEVER, "d": 2, "document": 3, "forms": 3, "presentation": 3, "spreadsheets": 3},
    "facebook.com": {
        "groups": _NEVER,
        "hashtag": _NEVER,
        "people": 3,
        "photo": _NEVER,
        "search": _NEVER,
        "watch": _NEVER,
    },
    "gist.github.com": {"discover": _NEVER, "forked": _NEVER, "search": _NEVER, "starred": _NEVER},
    "gist.githubusercontent.com": {},
    "linkedin.com": {"": _NEVER, "company": 2, "feed": 3, "in": 2, "posts": 2, "pulse": 2, "school": 2},
    "medium.com": {"m": _NEVER, "p": 2, "search": _NEVER, "tag": _NEVER, "tagged": _NEVER, "topic": _NEVER},
    "news.ycombinator.com": {"": _NEVER},
    "open.substack.com": {"": _NEVER, "pub": 2},
    "reddit.com": {"": _NEVER, "u": 2, "user": 2},
    "stackoverflow.com": {"": _NEVER, "a": 2, "users": 2},
    "substack.com": {"browse": _NEVER, "home": _NEVER, "inbox": _NEVER, "note": _NEVER, "profile": 2, "search": _NEVER},
    "wikipedia.org": {"": _NEVER},
    "x.com": dict.fromkeys(("hashtag", "home", "i", "intent", "search", "share", "status", "statuses"), _NEVER),
    "youtube.com": {
        **dict.fromkeys(("feed", "hashtag", "playlist", "results", "watch"), _NEVER),
        **dict.fromkeys(("c", "channel", "user"), 2),
        **dict.fromkeys(("e", "embed", "live", "post", "shorts", "v"), 2),
    },
}
"""Hosts at which each account writes for itself: how many steps of a path name one, by the first step ("": any other,
of which one is enough where nothing is said). A post that is known by its number, or by a query, is always one.
"""
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
    if page_in(unwrapped(str(url))) is not None:
        message = "is a copy of a copy, again and again: nobody can tell of which page"
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


@lru_cache(_KNOWN)
def canonical(url: str) -> str:
    """One address for each document: without what does not change it, and of posts and comments by their number.

    Without www., case, a query, an end of a path, a mark on the page. An archived copy is the page that it copies. What
    is no address that can be taken apart stays as it is.
    """
    parts = parts_of(unwrapped(url))
    if parts is None:
        return url
    host = _usual(parts)
    if host in GITHUB:
        path, mark = on_github(host, unquote(parts.split.path), parts.split.fragment)
        return f"github.com{comment_at(path, mark) or path + mark}"
    return post_at(host, unquote(parts.split.path)) or written(url)


@lru_cache(_KNOWN)
def written(url: str) -> str:
    """The same, with the account that the address of a post names: whose post it is, only that says."""
    parts = parts_of(unwrapped(url))
    if parts is None:
        return url
    host, path = _usual(parts), unquote(parts.split.path)
    if host in GITHUB:
        return f"github.com{''.join(on_github(host, path, parts.split.fragment))}"
    return on_site(host, path, parts.split.query)


def _usual(parts: Parts) -> str:
    """The host by its usual name, with a port that is not the usual one."""
    return usual_host(parts.host) + (f":{parts.port}" if parts.port is not None else "")


def host_of(url: str) -> str:
    """The host without www. and without a dot at its end; where a site has several, the usual one. "" = no address."""
    parts = parts_of(url)
    return usual_host(parts.host) if parts else ""


def is_below(url: str, address: str) -> bool:
    """Is the first address the second, or below it? Hosts are compared whole, and paths by whole steps.

    A post is below the account that its address names. What is no address is below none.
    """
    if parts_of(url) is None or parts_of(address) is None:
        return False
    return _holds(written(address), written(url)) or _holds(canonical(address), canonical(url))


def _holds(outer: str, inner: str) -> bool:
    inner, outer = inner.rstrip("?"), outer.rstrip("?")
    return inner == outer or (
        inner.startswith((f"{outer}/", f"{outer}?", f"{outer}#")) and ".." not in inner.split("/")
    )


def holds_strangers(address: str) -> bool:
    """Has the address places below it at which anybody can write, so that it is nobody's own?

    A host of many accounts; of a repository all but one branch, one commit or one thread; an archive, which keeps pages
    of everybody. GitHub shows what was committed to a fork below the address of the repository, by the name of the
    commit or of the pull request:
    https://docs.github.com/en/repositories/working-with-files/using-files/getting-permanent-links-to-files
    """
    parts = parts_of(unwrapped(address))
    if parts is None:
        return True
    full = written(address)
    host = usual_host(parts.host)
    host = "github.com" if host in GITHUB else host
    place = re.split("[?#]", full, maxsplit=1)[0]
    steps = [step for step in place.split("/")[1:] if step not in {"", "@"}]
    if host in COPIES:
        return True
    if host in _FORGES:
        return _open_in_forge(host, steps)
    many = _OF_MANY.get("wikipedia.org" if host.endswith(".wikipedia.org") else host)
    if many is None or post_at(host, unquote(parts.split.path)):
        return False
    by_query = bool(steps) and "?" in full
    return not by_query and len(steps) < max(1, many.get(steps[0] if steps else "", many.get("", 1)))


def _open_in_forge(host: str, steps: list[str]) -> bool:
    """Is this part of a host of repositories more than one branch, one commit or one thread?"""
    at = _REPOSITORY
    if host == "gitlab.com":  # groups may be in groups, so that the part begins at a word
        at = next((number for number, step in enumerate(steps) if number >= at and step in _PARTS), len(steps))
    elif host == "huggingface.co" and steps[:1] in (["datasets"], ["spaces"]):
        steps = steps[1:]
    named = steps[at + 1 :]
    if not named or steps[at] in _OF_FORKS or named[0] in {"pull", "refs"}:
        return True
    return len(named) == 1 and named[0] in _UNNAMED
