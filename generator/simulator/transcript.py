"""Lines of one simulated transcript in the real format. Every line says that it is simulated."""

from __future__ import annotations

import json
import random
import string
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

PROJECT = "/simulated/project-1"
FILLER = "simulated "
ALPHABET = string.ascii_letters + string.digits
FINAL_OUTPUTS_SINCE = (2, 1, 97)  # earlier clients write placeholders on all lines but the last (changelog 2.1.97)


@dataclass(frozen=True)
class Usage:
    """Token counts of one call."""

    read: int
    written: int
    uncached: int
    output: int
    lifetime: str  # "5m" or "1h"


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

    def since(self, version: tuple[int, int, int]) -> bool:
        """Is the client at least of this version?"""
        return tuple(map(int, self.version.split("."))) >= version

    def mirror(self, child: Transcript) -> None:
        """Repeat a sub-agent's answers as progress lines, as clients 2.1.12 to 2.1.4x did."""
        for line in child.lines:
            inner = json.loads(line)
            if inner["type"] == "assistant":
                names = ("type", "message", "uuid", "timestamp", "requestId")  # as in all 349 such lines of real logs
                message = {name: inner[name] for name in names if name in inner}
                parent = self.parent
                self.line("progress", data={"type": "agent_progress", "agentId": child.agent, "message": message})
                self.parent = parent

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock += timedelta(seconds=seconds)

    def text(self, words: int) -> str:
        """Filler of a number of words."""
        return (FILLER * words).strip()

    def _bulk_text(self, low: int, high: int) -> str:
        return self.text(self.rng.randint(low, high) if self.bulk else 3)

    def line(self, kind: str, *, chained: bool = True, **fields: Any) -> str:
        """Append a line; returns its uuid."""
        own = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        record = {
            "parentUuid": self.parent if chained else None,
            "isSidechain": self.agent is not None,
            "userType": "external",
            "cwd": PROJECT,
            "sessionId": self.session,
            "version": self.version,
            "gitBranch": "simulated",
            "type": kind,
            "uuid": own,
            "timestamp": self.stamp(),
        } | fields
        if self.agent is not None:
            record["agentId"] = self.agent
        self.lines.append(json.dumps(record, separators=(",", ":")).encode())
        self.parent = own
        return own

    def stamp(self) -> str:
        """The clock as the client writes it."""
        return self.clock.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.clock.microsecond // 1000:03}Z"

    def prompt(self, words: int) -> None:
        """A person types."""
        self.line("user", message={"role": "user", "content": self.text(words)})

    def user_text(self, text: str, **fields: Any) -> None:
        """A user line that no person typed: a command, a marker."""
        self.line("user", message={"role": "user", "content": text}, **fields)

    def blocks(self, *blocks: dict[str, Any], **fields: Any) -> None:
        """A user line of content blocks."""
        self.line("user", message={"role": "user", "content": list(blocks)}, **fields)

    def tool_result(self) -> None:
        """The answer of a tool, and the progress line of a hook before it."""
        if self.rng.random() < 0.5:  # noqa: PLR2004
            self.hook("PreToolUse:Bash", "PreToolUse")
        content = self._bulk_text(150, 700)
        self.blocks(
            {"type": "tool_result", "tool_use_id": self.api_id("toolu_01"), "content": content},
            toolUseResult={"stdout": content, "stderr": "", "interrupted": False},
        )

    def hook(self, name: str, event: str) -> None:
        """A hook ran."""
        parent = self.parent
        self.line(
            "progress",
            data={"type": "hook_progress", "hookEvent": event, "hookName": name, "command": "simulated"},
            toolUseID=str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
        )
        self.parent = parent

    def system(self, subtype: str, **fields: Any) -> None:
        """A system line."""
        self.line("system", subtype=subtype, level="info", **fields)

    def attachment(self, kind: str) -> None:
        """What later clients attach between prompt and answer."""
        self.line("attachment", attachment={"type": kind})

    def api_id(self, prefix: str) -> str:
        """An id as the service makes them."""
        return prefix + "".join(self.rng.choices(ALPHABET, k=22))

    def call(self, model: str, usage: Usage, *, tool: bool, effort: str | None = None, miss: str | None = None) -> str:
        """One call on one to three lines; returns its message id. The clock ends at the last line."""
        message = self.api_id("msg_01")
        request = self.api_id("req_011")
        known = self.rng.random() > 0.01  # noqa: PLR2004  a few calls have no request id
        last = "tool_use" if tool else "text"
        kinds = [*self.rng.choice(([], [], ["thinking"], ["thinking", "text"] if tool else ["thinking"])), last]
        final = self.since(FINAL_OUTPUTS_SINCE)
        self.wait(self.rng.uniform(0.8, 3))
        for number, kind in enumerate(kinds):
            done = number == len(kinds) - 1
            body: dict[str, Any] = {
                "id": message,
                "type": "message",
                "role": "assistant",
                "model": model,
                "content": [self._block(kind)],
                "stop_reason": last.replace("text", "end_turn") if final else None,
                "usage": {
                    "input_tokens": usage.uncached,
                    "cache_creation_input_tokens": usage.written,
                    "cache_read_input_tokens": usage.read,
                    "cache_creation": {
                        "ephemeral_5m_input_tokens": usage.written if usage.lifetime == "5m" else 0,
                        "ephemeral_1h_input_tokens": usage.written if usage.lifetime == "1h" else 0,
                    },
                    "output_tokens": usage.output if done or final else 1,
                    "service_tier": "standard",
                },
            }
            if miss:
                body["diagnostics"] = {"cache_miss_reason": {"type": miss}}
            fields: dict[str, Any] = {"message": body} | ({"requestId": request} if known else {})
            if effort:
                fields["effort"] = effort
            self.line("assistant", **fields)
            if not done:
                self.wait(self.rng.uniform(0.3, 4))
        return message

    def _block(self, kind: str) -> dict[str, Any]:
        if kind == "tool_use":
            body = {"command": self._bulk_text(20, 120)}
            return {"type": "tool_use", "id": self.api_id("toolu_01"), "name": "Bash", "input": body}
        return {"type": kind, kind: self._bulk_text(40, 300)}

    def synthetic(self, text: str, *, error: bool) -> None:
        """A line that the client wrote itself; no call was made."""
        body = {
            "id": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
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
