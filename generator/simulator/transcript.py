"""Lines of one simulated transcript in the real format. Every line says that it is simulated."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from generator.records.pseudonyms import SEPARATOR

PROJECT = "/simulated/project-1"
FILLER = "simulated "
FINAL_OUTPUTS_SINCE = (2, 1, 97)  # earlier clients write placeholders on all lines but the last (changelog 2.1.97)
SPEED_SINCE = (2, 1, 41)  # log-formats 1.4
TOOLS = ("Bash", "Bash", "Bash", "Read", "Read", "Grep", "Edit")
CLEARED = "[Old tool result content cleared]"

_encode = msgspec.json.encode
ADVISOR = "claude-opus-4-6"


class Usage(NamedTuple):
    """Token counts of one call."""

    read: int
    written: int
    uncached: int
    output: int
    lifetime: str  # "5m" or "1h"

    @property
    def whole(self) -> int:
        """Size of the prompt."""
        return self.read + self.written + self.uncached


class Form(NamedTuple):
    """What is unusual about the lines of an answer, and of the prompt before it."""

    rounds: tuple[Usage, ...] = ()  # the counts of the call are their sum
    listed: bool = True  # are the rounds there as `iterations`?
    advised: Usage | None = None  # a round of another model, listed and billed apart
    searches: int = 0  # web searches that the service ran
    thinks: bool | None = None  # None: now and then
    split: bool = True  # is the lifetime of what is written stated?
    relayed: bool = False  # a gateway names the answer


PLAIN = Form()


class Sent(NamedTuple):
    """A call as it stands in the transcript. `message` as readers name it."""

    message: str
    began: datetime  # time of the line that it answers
    first: datetime
    lines: int


@dataclass
class Transcript:
    """A file being written: each line hangs under the one before."""

    rng: random.Random
    session: str
    version: str
    clock: datetime
    agent: str | None = None
    bulk: bool = False
    lines: list[bytes] = field(default_factory=list)
    parent: str | None = None
    asked: datetime | None = None  # time of the line under which the next one hangs
    entrypoint: str = ""
    treeless: bool = False  # user lines hang under nothing, as in formats without a tree of lines

    def since(self, version: tuple[int, int, int]) -> bool:
        """Is the client at least of this version?"""
        return tuple(map(int, self.version.split("."))) >= version

    def mirror(self, child: Transcript) -> None:
        """Repeat a sub-agent's answers as progress lines, as clients 2.1.12 to 2.1.4x did."""
        for line in child.lines:
            inner = msgspec.json.decode(line)
            if inner["type"] == "assistant":
                names = ("type", "message", "uuid", "timestamp", "requestId")  # as in all 349 such lines of real logs
                message = {name: inner[name] for name in names if name in inner}
                self.aside("progress", data={"type": "agent_progress", "agentId": child.agent, "message": message})

    def wait(self, seconds: float) -> None:
        """Let time pass, in the milliseconds that the log tells."""
        self.clock += timedelta(milliseconds=round(1000 * seconds))

    def text(self, words: int) -> str:
        """Filler of a number of words."""
        return (FILLER * words).strip()

    def _bulk_text(self, low: int, high: int, *, small: int = 1) -> str:
        return self.text(self.rng.randint(low, high) if self.bulk else small)

    def uuid(self) -> str:
        """A random UUID, version 4."""
        digits = f"{self.rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def line(self, kind: str, *, chained: bool = True, **fields: Any) -> str:
        """Append a line; returns its uuid."""
        own = self.uuid()
        hangs = chained and self.parent and not (self.treeless and kind == "user")
        parent = f'"{self.parent}"' if hangs else "null"
        side = "false" if self.agent is None else "true"
        entry = f'"entrypoint":"{self.entrypoint}",' if self.entrypoint else ""
        head = (
            f'{{"parentUuid":{parent},"isSidechain":{side},"userType":"external",{entry}"cwd":"{PROJECT}",'
            f'"sessionId":"{self.session}","version":"{self.version}","gitBranch":"simulated","type":"{kind}",'
            f'"uuid":"{own}","timestamp":"{self.stamp()}",'
        )
        tail = "}" if self.agent is None else f',"agentId":"{self.agent}"}}'
        self.lines.append(head.encode() + _encode(fields)[1:-1] + tail.encode())
        self.parent, self.asked = own, self.clock
        return own

    def aside(self, kind: str, **fields: Any) -> None:
        """A line that nothing hangs under."""
        parent, asked = self.parent, self.asked
        self.line(kind, **fields)
        self.parent, self.asked = parent, asked

    def stamp(self) -> str:
        """The clock as the client writes it."""
        return self.clock.isoformat(timespec="milliseconds")[:23] + "Z"

    def prompt(self, words: int, *, thinks: bool = False) -> None:
        """A person types. `thinks`: the client writes beside it that thinking is on."""
        stated: dict[str, Any] = {"thinkingMetadata": {"maxThinkingTokens": 31999}} if thinks else {}
        self.line("user", message={"role": "user", "content": self.text(words)}, **stated)

    def bare(self, kind: str, **fields: Any) -> None:
        """A line without id that is no part of the conversation."""
        self.lines.append(_encode({"type": kind, "sessionId": self.session, "timestamp": self.stamp(), **fields}))

    def user_text(self, text: str, **fields: Any) -> None:
        """A user line that no person typed: a command, a marker."""
        self.line("user", message={"role": "user", "content": text}, **fields)

    def blocks(self, *blocks: dict[str, Any], **fields: Any) -> None:
        """A user line of content blocks."""
        self.line("user", message={"role": "user", "content": list(blocks)}, **fields)

    def tool_result(self, content: str | None = None) -> None:
        """The answer of a tool, and now and then the progress line of a hook before it."""
        if self.bulk and self.rng.random() < 0.5:  # noqa: PLR2004
            self.hook("PreToolUse:Bash", "PreToolUse")
        shown = self._bulk_text(150, 700, small=7) if content is None else content
        result = {"type": "tool_result", "tool_use_id": self.api_id("toolu_01"), "content": shown}
        if self.bulk:
            self.blocks(result, toolUseResult={"stdout": shown, "stderr": "", "interrupted": False})
        else:
            self.blocks(result)

    def hook(self, name: str, event: str) -> None:
        """A hook ran."""
        data = {"type": "hook_progress", "hookEvent": event, "hookName": name, "command": "simulated"}
        self.aside("progress", data=data, toolUseID=self.uuid())

    def system(self, subtype: str, **fields: Any) -> None:
        """A system line."""
        self.line("system", subtype=subtype, level="info", **fields)

    def attachment(self, kind: str) -> None:
        """What later clients attach between prompt and answer."""
        self.line("attachment", attachment={"type": kind})

    def api_id(self, prefix: str) -> str:
        """An id in the form of the service's."""
        return f"{prefix}{self.rng.getrandbits(88):022x}"

    def call(
        self,
        model: str,
        usage: Usage,
        *,
        tool: str = "",
        effort: str | None = None,
        miss: str | None = None,
        speed: str = "standard",
        tier: str = "standard",
        during: Callable[[], None] | None = None,
        form: Form = PLAIN,
    ) -> Sent:
        """One call on one to three lines; the clock ends at the last line. `during` happens before that last line."""
        began = self.asked or self.clock
        message = self.api_id("chatcmpl-" if form.relayed else "msg_01")
        kinds = self._kinds(tool, form, several=during is not None)
        final = self.since(FINAL_OUTPUTS_SINCE)
        counts: dict[str, Any] = {
            "input_tokens": usage.uncached,
            "cache_creation_input_tokens": usage.written,
            "cache_read_input_tokens": usage.read,
            "cache_creation": _split(usage),
            "output_tokens": usage.output,
            "service_tier": tier,
        } | ({"speed": speed} if self.since(SPEED_SINCE) else {})
        if not form.split:
            del counts["cache_creation"]
        if form.searches:
            counts["server_tool_use"] = {"web_search_requests": form.searches, "web_fetch_requests": 0}
        if form.rounds and form.listed:
            counts["iterations"] = _rounds(form, model)
        stop = kinds[-1].replace("text", "end_turn") if final else None
        fields: dict[str, Any] = {} if self.rng.random() < 0.01 else {"requestId": self.api_id("req_011")}  # noqa: PLR2004
        if form.relayed:
            fields = {"requestId": self.api_id("relay-")}
        if effort:
            fields["effort"] = effort
        diagnosis = {"diagnostics": {"cache_miss_reason": {"type": miss}}} if miss else {}
        self.wait(self.rng.uniform(0.8, 3))
        first = self.clock
        for number, kind in enumerate(kinds):
            done = number == len(kinds) - 1
            if done and during:
                during()
            counts["output_tokens"] = usage.output if done or final else 1
            body = {
                "id": message, "type": "message", "role": "assistant", "model": model,
                "content": [self._block(kind, tool)], "stop_reason": stop, "usage": counts,
            }  # fmt: skip
            self.line("assistant", message=body | diagnosis, **fields)
            if not done:
                self.wait(self.rng.uniform(0.3, 4))
        return Sent(f"{message}{SEPARATOR}{fields['requestId']}" if form.relayed else message, began, first, len(kinds))

    def _kinds(self, tool: str, form: Form, *, several: bool) -> list[str]:
        """Kinds of the answer's blocks, each on a line of its own."""
        last = "tool_use" if tool else "text"
        kinds = [*self.rng.choice(([], [], ["thinking"], ["thinking", "text"] if tool else ["thinking"])), last]
        if form.thinks is not None:
            kinds = ["thinking", last] if form.thinks else [last]
        if several and len(kinds) == 1:
            kinds.insert(0, "thinking")
        return kinds

    def _block(self, kind: str, tool: str) -> dict[str, Any]:
        if kind == "tool_use":
            body = {"command": self._bulk_text(20, 120)}
            return {"type": "tool_use", "id": self.api_id("toolu_01"), "name": tool, "input": body}
        return {"type": kind, kind: self._bulk_text(40, 300)}

    def synthetic(self, text: str, *, error: bool) -> None:
        """A line that the client wrote itself; no call was made."""
        body = {
            "id": self.uuid(),
            "role": "assistant",
            "model": "<synthetic>",
            "content": [{"type": "text", "text": text}],
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }
        self.line("assistant", message=body, isApiErrorMessage=error)

    def data(self, *, unended: bool = False) -> bytes:
        """The file; `unended` leaves half a line at its end, as in a log that is being written."""
        tail = self.lines[-1][: len(self.lines[-1]) // 2] if unended else b""
        return b"".join(line + b"\n" for line in self.lines) + tail


def _split(usage: Usage) -> dict[str, int]:
    return {
        "ephemeral_5m_input_tokens": usage.written if usage.lifetime == "5m" else 0,
        "ephemeral_1h_input_tokens": usage.written if usage.lifetime == "1h" else 0,
    }


def _rounds(form: Form, model: str) -> list[dict[str, Any]]:
    """The rounds as the API lists them; one of an advisor comes before the last."""
    listed = [("message", model, usage) for usage in form.rounds]
    if form.advised is not None:
        listed.insert(len(listed) - 1, ("advisor_message", ADVISOR, form.advised))
    return [
        {
            "type": kind, "model": name, "input_tokens": usage.uncached, "output_tokens": usage.output,
            "cache_creation_input_tokens": usage.written, "cache_read_input_tokens": usage.read,
            "cache_creation": _split(usage),
        }
        for kind, name, usage in listed
    ]  # fmt: skip
