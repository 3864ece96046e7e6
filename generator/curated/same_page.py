"""Sites that show one document at several addresses, and the one address that stands for all of them.

Only what the sites themselves send to the same page, or show there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

SAME_HOST = {
    **dict.fromkeys(
        (f"{name}.reddit.com" for name in ("amp", "i", "m", "new", "np", "oauth", "old", "sh")), "reddit.com"
    ),
    **dict.fromkeys(("twitter.com", "mobile.twitter.com", "m.twitter.com", "mobile.x.com"), "x.com"),
    **dict.fromkeys(("m.youtube.com", "music.youtube.com", "youtube-nocookie.com"), "youtube.com"),
    **dict.fromkeys(("redirect.github.com", "m.github.com"), "github.com"),
    "m.facebook.com": "facebook.com",
    "raw.github.com": "raw.githubusercontent.com",
    "discordapp.com": "discord.com",
    "hf.co": "huggingface.co",
}
"""Other names of a host that serve the same pages."""
_LANGUAGE = re.compile(r"^[a-z]{2}\.(?=(?:linkedin|reddit)\.com$)")

GITHUB = frozenset({"api.github.com", "github.com", "raw.githubusercontent.com"})
_REPOSITORY = 2  # steps of the path that name one: owner and name
_COMMENT = re.compile(r"(?:(?:issuecomment|discussioncomment|pullrequestreview)-|discussion_r)[0-9]+")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_FILES = frozenset({"bitbucket.org", "codeberg.org", "gitlab.com", "huggingface.co"}) | GITHUB
"""Hosts at which a step of the path is the name of a file that somebody wrote."""

_POSTS = tuple(
    (host, re.compile(pattern, re.IGNORECASE), address)
    for host, pattern, address in (
        # https://docs.x.com/x-api/fundamentals/x-ids: the number alone names a post; the account may be any
        ("x.com", r"/(?:i/web/|[^/]+/)?status(?:es)?/(?P<id>[0-9]+)(?:/.*)?", "x.com/i/status/{id}"),
        (
            "reddit.com",
            r"(?:/(?:r|u|user)/[^/]+)?/(?:comments|gallery|tb)/(?P<id>[a-z0-9]+)(?:\.\w+)?"
            r"(?:/[^/]*(?:/(?P<part>[a-z0-9]+)(?:[./].*)?)?)?/*",
            "reddit.com/comments/{id}",
        ),
        ("redd.it", r"/(?P<id>[a-z0-9]+)/*", "reddit.com/comments/{id}"),
        ("youtu.be", r"/(?P<kept>[\w-]+)/*", "youtube.com/watch?v={kept}"),
        ("youtube.com", r"/(?:shorts|embed|live|v|e|watch)/(?P<kept>[\w-]+)(?:/.*)?", "youtube.com/watch?v={kept}"),
        ("gist.github.com", r"(?:/[^/]+)?/(?P<id>[0-9a-f]{20,})(?:/.*)?", "gist.github.com/{id}"),
        ("gist.githubusercontent.com", r"/[^/]+/(?P<id>[0-9a-f]{20,})(?:/.*)?", "gist.github.com/{id}"),
        ("linkedin.com", r"/.*\b(?:activity|share|ugcpost)[:-](?P<id>[0-9]{10,})\b.*", "linkedin.com/feed/{id}"),
        ("medium.com", r"/(?:p/|(?:[^/]+/)?[^/]*-)(?P<id>[0-9a-f]{10,12})/*", "medium.com/p/{id}"),
        ("arxiv.org", r"/(?:abs|pdf|html)/(?P<id>[0-9]{4}\.[0-9]{4,5})(?:v[0-9]+)?(?:\.pdf)?/*", "arxiv.org/abs/{id}"),
        ("stackoverflow.com", r"/(?:q|questions)/(?P<id>[0-9]+)(?:/[^/]*)?/*", "stackoverflow.com/q/{id}"),
        (
            "docs.google.com",
            r"(?:/a/[^/]+)?/\w+(?:/u/[0-9]+)?/d/(?:e/)?(?P<kept>[\w-]+)(?:/.*)?",
            "docs.google.com/d/{kept}",
        ),
        (
            "gitlab.com",
            r"/(?P<id>.+?)(?:/-)?/(?:issues|work_items)/(?P<part>[0-9]+)(?:/.*)?",
            "gitlab.com/{id}/-/issues",
        ),
        (
            "gitlab.com",
            r"/(?P<id>.+?)(?:/-)?/merge_requests/(?P<part>[0-9]+)(?:/.*)?",
            "gitlab.com/{id}/-/merge_requests",
        ),
    )
)
"""Host, path and the one address of a post; `id` is without case, `kept` is with it; `part` is a comment in it."""
_IN_QUERY: Mapping[str, tuple[str, ...]] = {
    "news.ycombinator.com": ("id",),
    "youtube.com": ("v", "list"),
    "facebook.com": ("v", "fbid", "story_fbid"),
}
"""Hosts at which one field of the query names the document; the first that is there."""


def usual_host(host: str) -> str:
    """The usual name of the host; a site in a language is the site."""
    host = _LANGUAGE.sub("", host)
    return SAME_HOST.get(host, host)


def on_site(host: str, path: str, query: str) -> str:
    """Host, path and query of the page, as it is written there: in small letters; a query only where it names one."""
    named = dict(parse_qsl(query))
    field = next((name for name in _IN_QUERY.get(host, ()) if named.get(name)), None)
    if host not in _FILES:
        path = _INDEX.sub("", path)
    path = re.sub("/{2,}", "/", path).casefold().rstrip("/")
    if field:
        kept = named[field]
        return f"{host}/watch?v={kept}" if (host, field) == ("youtube.com", "v") else f"{host}{path}?{kept}"
    return f"{host}{path}{'?' + query if query and not path else ''}"


def post_at(host: str, path: str) -> str | None:
    """The one address of the post at this path; None where the path alone says which document it is."""
    for of, pattern, address in _POSTS:
        if host == of and (found := pattern.fullmatch(path)):
            names = {name: value if name == "kept" else value.casefold() for name, value in found.groupdict("").items()}
            part = names.get("part", "")
            return address.format_map(names) + (f"/{part}" if part else "")
    return None


def on_github(host: str, path: str, mark: str) -> tuple[str, str]:
    """Path of the page of github.com that shows the same, and the mark of a comment in it, which may be another's.

    A file is one wherever it is served, and a thread is one whatever part of it was named.
    """
    steps = [step for step in path.casefold().split("/") if step]
    if host == "api.github.com" and steps[:1] == ["repos"]:
        steps = steps[1:]
    elif host == "raw.githubusercontent.com" and len(steps) > _REPOSITORY:
        steps = [*steps[:_REPOSITORY], "blob", *steps[_REPOSITORY:]]
    if len(steps) >= _REPOSITORY:
        steps[1] = steps[1].removesuffix(".git")
    kind = steps[_REPOSITORY] if len(steps) > _REPOSITORY else ""
    change = _THREADS.get(kind)
    if change:
        steps = change(steps)
    if steps[_REPOSITORY + 1 : _REPOSITORY + 3] == ["refs", "heads"]:
        del steps[_REPOSITORY + 1 : _REPOSITORY + 3]
    mark = mark.casefold()
    return "".join(f"/{step}" for step in steps), f"#{mark}" if _COMMENT.fullmatch(mark) else ""


def comment_at(path: str, mark: str) -> str | None:
    """The path of a comment of GitHub as its programs name it, with the number alone; None where there is no mark."""
    kind, _, number = mark.removeprefix("#").replace("discussion_r", "discussion_r-").rpartition("-")
    folder = _FOLDERS.get(kind)
    owner_and_name = path.split("/")[1 : _REPOSITORY + 1]
    return f"/{'/'.join(owner_and_name)}/{folder}/{number}" if folder and len(owner_and_name) == _REPOSITORY else None


_FOLDERS = {
    "issuecomment": "issues/comments",
    "discussion_r": "pulls/comments",
    "pullrequestreview": "pulls/reviews",
    "discussioncomment": "discussions/comments",
}


def _thread(steps: list[str]) -> list[str]:
    kind, rest = steps[_REPOSITORY], steps[_REPOSITORY + 1 :]
    if rest[:1] == ["comments"] and len(rest) > 1:  # the number of the comment alone; which thread, it does not say
        return [*steps[:_REPOSITORY], kind, *rest[:2]]
    if kind == "pulls" and rest[1:2] == ["reviews"] and len(rest) > 2:  # noqa: PLR2004  number, "reviews", number
        return [*steps[:_REPOSITORY], "pulls", "reviews", rest[2]]
    number = [re.sub(r"\.(?:diff|patch)$", "", step) for step in rest[:1]]
    return [*steps[:_REPOSITORY], "discussions" if kind == "discussions" else "issues", *number]


def _file(steps: list[str]) -> list[str]:
    return [*steps[:_REPOSITORY], "blob", *steps[_REPOSITORY + 1 :]]


_THREADS: Mapping[str, Callable[[list[str]], list[str]]] = {
    **dict.fromkeys(("pull", "pulls", "issues", "discussions"), _thread),
    **dict.fromkeys(("blame", "edit", "raw"), _file),
}
