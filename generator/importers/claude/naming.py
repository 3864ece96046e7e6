"""Names of calls. The vendor's message ids name one answer each; a relay may give many answers one id.

Reports: https://github.com/ccusage/ccusage/issues/1635. A name of more parts than the message id holds SEPARATOR.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from generator.importers.claude.lines import Usage
from generator.records.pseudonyms import SEPARATOR

_MESSAGE_ID = re.compile(r"msg_(?:01|bdrk_|vrtx_)[0-9A-Za-z]")
_REQUEST_ID = re.compile(r"req_(?:01|bdrk_|vrtx_)[0-9A-Za-z]")


class Known(Protocol):
    """What a call that was read before says of itself."""

    usage: Usage
    request_id: str


def is_resold(message_id: str, request_id: str) -> bool:
    """Is neither id of the shape that the vendor gives, on its own or on a cloud's endpoint?

    All of 16,403 calls of public logs on its own endpoint have both; of 12,621 calls of one behind a gateway none has
    one.
    """
    return not is_vendors(message_id) and not _REQUEST_ID.match(request_id)


def is_vendors(message_id: str) -> bool:
    """Is the message id of the vendor's shape?"""
    return _MESSAGE_ID.match(message_id) is not None


def with_request(message_id: str, request_id: str) -> str:
    """Name of a call by both ids, where the message id alone may be that of many."""
    return f"{message_id}{SEPARATOR}{request_id}"


def message_of(name: str) -> str:
    """The message id alone, where the name is made of more; else ""."""
    message_id, more, _ = name.partition(SEPARATOR)
    return message_id if more else ""


class Names:
    """Names of the calls of one file, whose calls so far are `calls`."""

    def __init__(self, calls: Mapping[str, Known]) -> None:
        self.calls = calls
        self.last: dict[str, str] = {}  # by message id that is none of the vendor's: the call it last named

    def of(self, message_id: str, request_id: str, prompt: int, *, goes_on: bool, prompted: bool, line: str) -> str:
        """Name of the call that a line is of.

        `prompt`: its size in tokens. `goes_on`: the line hangs under one of an answer; `prompted`: under a prompt.
        `line` names it where nothing else does.
        """
        if is_vendors(message_id):
            known, apart = self.calls.get(message_id), with_request(message_id, request_id)
            if request_id and apart in self.calls:
                return apart
            other = known is not None and known.request_id and request_id not in {"", known.request_id}
            return apart if other and known is not None and not goes_on and known.usage.prompt != prompt else message_id
        if request_id:
            return with_request(message_id, request_id)
        name = self.last.get(message_id, "")
        known = self.calls.get(name)
        if known is None or not (goes_on or (not prompted and known.usage.prompt == prompt)):
            name = self.last[message_id] = with_request(message_id, line)
        return name
