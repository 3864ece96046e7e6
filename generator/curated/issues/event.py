"""The event of the tracker, and whether a record may be made of its issue.

The event is a snapshot of the issue at the moment of the label: what is written into the issue afterwards is not in it
(https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues). Who may label is not who may accept: triage
is enough for a label, so the sender's permission is asked of the tracker and handed in as its answer
(https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from generator.base.problems import ContentError, Problem
from generator.curated.issues.forms import ACCEPTED
from generator.curated.yamlfile import read_bytes

T = TypeVar("T", bound=msgspec.Struct)

MAX_EVENT = 4 * 1024 * 1024  # bytes; an event holds the issue, the repository and three accounts
MAX_BODY = 65_536  # characters that the tracker takes
MAINTAIN = frozenset({"admin", "maintain", "write"})
"""Permissions and roles of those who may merge."""
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_MOST_NUMBER = 10**9


class _Account(msgspec.Struct, frozen=True):
    login: str
    type: str = ""


class _Label(msgspec.Struct, frozen=True):
    name: str


class _Issue(msgspec.Struct, frozen=True):
    number: int
    user: _Account
    body: str | None = None
    state: str = ""
    pull_request: object = None


class _Event(msgspec.Struct, frozen=True):
    action: str
    issue: _Issue
    sender: _Account
    label: _Label | None = None


class _Permission(msgspec.Struct, frozen=True):
    permission: str
    user: _Account
    role_name: str = ""


@dataclass(frozen=True)
class Issue:
    """An issue that a maintainer accepted."""

    number: int
    author: str  # account of who wrote it
    body: str  # lines end in \n


def accepted(event: Path, permission: Path) -> Issue:
    """The issue of the event, accepted by somebody with this permission. Raises ContentError with the reason if not."""
    found = _read(event, _Event)
    asked = _read(permission, _Permission)
    if reason := _refused(found, asked):
        raise ContentError(Problem(event.name, 0, 0, "W-accepted", reason, "nothing was written"))
    body = (found.issue.body or "").replace("\r\n", "\n")
    if len(body) > MAX_BODY:
        raise ContentError(Problem(f"issue {found.issue.number}", 0, 0, "W-size", f"more than {MAX_BODY:,} characters"))
    return Issue(found.issue.number, found.issue.user.login, body)


def _refused(event: _Event, asked: _Permission) -> str:
    """Why no record may be made; "" if it may."""
    if event.action != "labeled" or event.label is None or event.label.name != ACCEPTED:
        return f'the event is not the label "{ACCEPTED}"'
    if event.issue.pull_request is not None or event.issue.state != "open":
        return "it is not an open issue"
    if not 0 < event.issue.number < _MOST_NUMBER or not _LOGIN.fullmatch(event.issue.user.login):
        return "its number or its author cannot be"
    if event.sender.type != "User" or asked.user.login != event.sender.login:
        return "the permission on hand is not that of the person who set the label"
    if not {asked.permission, asked.role_name} & MAINTAIN:
        return "who set the label is no maintainer"
    return ""


def _read(path: Path, model: type[T]) -> T:
    data = read_bytes(path, path.name, MAX_EVENT)
    if len(data) > MAX_EVENT:
        raise ContentError(Problem(path.name, 0, 0, "W-size", f"more than {MAX_EVENT:,} bytes"))
    try:
        return msgspec.json.decode(data, type=model)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        words = "is not such an answer of the tracker"
        raise ContentError(Problem(path.name, 1, 1, "W-event", words, "give the file of the event as it is")) from None
