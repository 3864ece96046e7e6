"""Where a form is filled in, with answers that are known already.

A query of the address fills in a question by its id:
https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/creating-an-issue#creating-an-issue-from-a-url-query
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from generator.curated.issues.forms import Form

_REPOSITORY = re.compile(r"/(?P<owner>[A-Za-z0-9-]+)/(?P<name>[A-Za-z0-9._-]+?)(?:\.git)?/?")


def form_address(
    repository: str | None, issues: str | None, form: Form, answers: Mapping[str, str] | None = None, title: str = ""
) -> str:
    """The form of the repository, filled in; "" where it is on another host, or issues go elsewhere."""
    parts = urlsplit(repository or "")
    found = _REPOSITORY.fullmatch(parts.path)
    if parts.netloc != "github.com" or not found:
        return ""
    home = f"https://github.com/{found['owner']}/{found['name']}"
    tracker = urlsplit(issues or f"{home}/issues/new")
    if f"https://{tracker.netloc}{tracker.path.rstrip('/')}" not in {home, f"{home}/issues", f"{home}/issues/new"}:
        return ""
    if "template" in parse_qs(tracker.query):  # the case names a form of its own
        return ""
    fields = {"template": form.file, "title": title or form.title, **(answers or {})}
    return f"{home}/issues/new?{urlencode(fields, quote_via=quote)}"
