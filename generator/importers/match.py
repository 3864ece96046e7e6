"""One call in several formats is one call: copies of transcripts, telemetry, proxies and exports are joined.

A call is recognised by the API's message id, else by the `request-id` header, else by a weaker key that is stated and
counted: same model, same input, read and write counts, at most two minutes apart, and nothing that contradicts.
Joining happens after all files are folded, over sorted copies, so neither the order of files nor the number of
processes changes the result.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from generator.importers.fold import MarkCopy, RequestCopy, finality
from generator.records.models import same_name
from generator.records.rows import Difference, FormatTotals, MarkKind, MatchKey, MeterReading, Pseudonym, Request

NEAR = timedelta(minutes=2)  # clocks of a proxy and a client, and a transcript's write time, differ by seconds
SAME_MARK = timedelta(seconds=10)
LEAST = 50  # authority of a format that states none
FILLED = (
    "stop_reason", "service_tier", "speed", "region", "effort", "requested_model", "entrypoint",
    "miss_reason", "missed_tokens", "first_output_tokens", "result_bytes", "prompt_words", "file_reads", "file_edits",
    "opening_read_tokens", "opening_prompt_tokens", "left_tokens", "context_tokens", "web_searches", "role", "thought",
)  # fmt: skip
"""Fields that another format may state where the owner does not."""


class _Call:
    """Copies of one call, one a format, surest format first."""

    def __init__(self, copy: RequestCopy) -> None:
        self.copies = [copy]
        self.keys: list[MatchKey] = []  # how each copy after the first was recognised

    def takes(self, copy: RequestCopy) -> bool:
        """Is there no copy of this format yet?"""
        return all(known.format != copy.format for known in self.copies)

    def add(self, copy: RequestCopy, key: MatchKey) -> None:
        self.copies.append(copy)
        self.keys.append(key)

    def agrees(self, copy: RequestCopy) -> bool:
        """Does no copy contradict this one: another request id or session, another final output, another hour?"""
        return self.takes(copy) and all(
            not _differ(known.request_id, copy.request_id)
            and not _differ(known.request.session, copy.request.session)
            and not (
                known.request.output_reliable
                and copy.request.output_reliable
                and known.request.output_tokens != copy.request.output_tokens
            )
            and _apart(known.request, copy.request) <= NEAR
            for known in self.copies
        )


class Joined(NamedTuple):
    """Each call once, in no order, what every format said of the calls, and rounds that the counts of calls lack."""

    requests: tuple[Request, ...]
    formats: tuple[FormatTotals, ...]
    rounds: tuple[Request, ...]


def joined(copies: Iterable[RequestCopy], authority: Mapping[str, int]) -> Joined:
    """All copies as calls. `authority` orders formats by id."""
    copies = list(copies)
    if len({copy.format for copy in copies}) <= 1:
        return _alone(copies)
    ordered = sorted(
        copies, key=lambda copy: (authority.get(copy.format, LEAST), copy.format, copy.rank, copy.request.id)
    )
    calls = _grouped(ordered)
    kept = tuple(_one(call) for call in calls)
    apart = tuple(_rounds(call, request) for call, request in zip(calls, kept, strict=True))
    return Joined(kept, _accounts(calls, kept), tuple(one for rounds in apart for one in rounds))


def _alone(copies: Sequence[RequestCopy]) -> Joined:
    """Calls of one format, which nothing has to be joined to."""
    requests = tuple(_threaded(copy.request) for copy in copies)
    if not requests:
        return Joined((), (), ())
    account = FormatTotals(
        importer=copies[0].format,
        calls=len(requests),
        only_here=len(requests),
        input_tokens=sum(request.input_tokens for request in requests),
        cache_write_tokens=sum(request.cache_write_tokens for request in requests),
        cache_read_tokens=sum(request.cache_read_tokens for request in requests),
        output_tokens=sum(request.output_tokens for request in requests),
    )
    return Joined(requests, (account,), tuple(_threaded(one) for copy in copies for one in copy.rounds))


def _rounds(call: _Call, kept: Request) -> tuple[Request, ...]:
    """Rounds of the call as the surest format that has any tells them."""
    told = next((copy.rounds for copy in call.copies if copy.rounds), ())
    return tuple(msgspec.structs.replace(one, follows=kept.id, session=kept.session, agent=kept.agent) for one in told)


class _Known:
    """Calls found so far, by everything they can be recognised by."""

    def __init__(self) -> None:
        self.calls: list[_Call] = []
        self.by_message: dict[str, _Call] = {}
        self.by_alias: defaultdict[str, list[_Call]] = defaultdict(list)
        self.by_request: dict[str, _Call] = {}
        self.by_counts: defaultdict[tuple[str, int, int, int], list[_Call]] = defaultdict(list)

    def take(self, copy: RequestCopy) -> None:
        """Give the copy to the call that it is of, or open one."""
        call, key = self._recognised(copy)
        if call is None:
            call = _Call(copy)
            self.calls.append(call)
            self.by_counts[_counts(copy.request)].append(call)
        else:
            call.add(copy, key)
        if copy.message:
            self.by_message.setdefault(copy.request.id, call)
        if copy.alias:
            self.by_alias[copy.alias].append(call)
        if copy.request_id:
            self.by_request.setdefault(copy.request_id, call)

    def _recognised(self, copy: RequestCopy) -> tuple[_Call | None, MatchKey]:
        named = self.by_message.get(copy.request.id) if copy.message else None
        if named is not None and named.takes(copy):
            return named, MatchKey.MESSAGE_ID
        relayed = self._relayed(copy) if copy.message else None
        if relayed is not None:
            return relayed, MatchKey.MESSAGE_ID
        asked = self.by_request.get(copy.request_id) if copy.request_id and not copy.message else None
        if asked is not None and asked.takes(copy):
            return asked, MatchKey.REQUEST_ID
        counts = _counts(copy.request)
        alike = [] if copy.message or not any(counts[1:]) else self.by_counts.get(counts, [])
        near = [call for call in alike if call.agrees(copy)]
        # First to first: copies come in the order of time, so no complete pairing is missed (nearest to nearest can).
        first = min(near, key=lambda call: call.copies[0].request.ended, default=None)
        return first, MatchKey.COUNTS_AND_TIME

    def _relayed(self, copy: RequestCopy) -> _Call | None:
        """The call of a relay's message id, where formats name it by more than that; of several, the one alike."""
        plain = copy.alias or copy.request.id
        named = [self.by_message[plain]] if copy.alias and plain in self.by_message else []
        known = (*named, *self.by_alias.get(plain, ()))
        open_ = [call for call in known if call.takes(copy) and _apart(call.copies[0].request, copy.request) <= NEAR]
        if len(open_) > 1:
            open_ = [call for call in open_ if _counts(call.copies[0].request) == _counts(copy.request)]
        return open_[0] if open_ else None


def _grouped(ordered: Sequence[RequestCopy]) -> list[_Call]:
    known = _Known()
    # Stable: calls with a message id first, then those with a request id, so that no weaker copy takes their place.
    for copy in sorted(ordered, key=lambda copy: (not copy.message, not copy.request_id)):
        known.take(copy)
    return known.calls


def _counts(request: Request) -> tuple[str, int, int, int]:
    model = same_name(request.model)  # some formats state the alias, others the dated snapshot
    return (model, request.input_tokens, request.cache_read_tokens, request.cache_write_tokens)


def _differ(one: str, two: str) -> bool:
    """Are both stated, and not the same?"""
    return bool(one and two) and one != two


def _apart(one: Request, two: Request) -> timedelta:
    """Distance between two answers; none where their spans touch."""
    return max(one.first_seen - two.ended, two.first_seen - one.ended, timedelta())


def _one(call: _Call) -> Request:
    """All copies as one request: place, thread and prompt from the surest format, output from the most final answer.

    Counts of the prompt are the same in every honest copy; where a gateway mixed cached tokens into the input, the
    surer format is right.
    """
    owner = call.copies[0].request
    if len(call.copies) == 1:
        return _threaded(owner)
    requests = [copy.request for copy in call.copies]
    final = max(requests, key=finality)
    prompt = next((one for one in requests if one.total_tokens), owner)
    split = next(
        (
            one
            for one in (prompt, *requests)
            if one.cache_write_1h_tokens is not None and one.cache_write_tokens == prompt.cache_write_tokens
        ),
        prompt,
    )
    threaded = next((one for one in requests if one.session), _threaded(owner))
    filled: dict[str, Any] = {
        name: next((value for one in requests if (value := getattr(one, name)) is not None), None) for name in FILLED
    }
    return msgspec.structs.replace(
        owner,
        **filled,
        started=next((one.started for one in requests if one.started and one.started <= owner.first_seen), None),
        session=threaded.session,
        agent=threaded.agent,
        parent=threaded.parent,
        follows=threaded.follows,
        compacted=any(one.compacted for one in requests),
        model=next((one.model for one in requests if one.model != "other"), owner.model),
        version=next((one.version for one in requests if one.version), ""),
        input_tokens=prompt.input_tokens,
        cache_read_tokens=prompt.cache_read_tokens,
        cache_write_tokens=prompt.cache_write_tokens,
        cache_write_5m_tokens=split.cache_write_5m_tokens,
        cache_write_1h_tokens=split.cache_write_1h_tokens,
        output_tokens=final.output_tokens,
        output_reliable=final.output_reliable,
        nested=all(one.nested for one in requests),
    )


def _threaded(request: Request) -> Request:
    """A call of no known session is a thread of its own: strangers' calls must not be compared with each other."""
    return request if request.session else msgspec.structs.replace(request, session=request.id)


def _accounts(calls: Sequence[_Call], kept: Sequence[Request]) -> tuple[FormatTotals, ...]:
    accounts: dict[str, _Account] = {}
    for call, request in zip(calls, kept, strict=True):
        for copy, key in zip(call.copies, (None, *call.keys), strict=True):
            account = accounts.setdefault(copy.format, _Account())
            account.add(copy.request, request, key, alone=len(call.copies) == 1)
    for call, request in zip(calls, kept, strict=True):
        told = {copy.format for copy in call.copies}
        for name, account in accounts.items():
            account.lacking += name not in told and account.spans(request)
    return tuple(account.closed(name) for name, account in sorted(accounts.items()))


class _Account:
    """Running account of one format."""

    def __init__(self) -> None:
        self.calls = self.alone = self.lacking = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.differences: Counter[Difference] = Counter()
        self.tokens = [0, 0, 0, 0]
        self.matched: Counter[MatchKey] = Counter()

    def add(self, told: Request, kept: Request, key: MatchKey | None, *, alone: bool) -> None:
        """One call as this format tells it, and as it is kept."""
        self.calls += 1
        self.alone += alone
        if key is not None:
            self.matched[key] += 1
        self.first = told.ended if self.first is None else min(self.first, told.ended)
        self.last = told.ended if self.last is None else max(self.last, told.ended)
        counts = _four(told)
        difference = _difference(told, kept)
        if difference is not None:
            self.differences[difference] += 1
        self.tokens = [total + count for total, count in zip(self.tokens, counts, strict=True)]

    def spans(self, request: Request) -> bool:
        """Did the call end between this format's first and last?"""
        return self.first is not None and self.last is not None and self.first <= request.ended <= self.last

    def closed(self, importer: str) -> FormatTotals:
        """The account as a record."""
        uncached, written, read, output = self.tokens
        return FormatTotals(
            importer=importer,
            calls=self.calls,
            only_here=self.alone,
            matched=dict(sorted(self.matched.items())),
            lacking=self.lacking,
            differences=dict(sorted(self.differences.items())),
            input_tokens=uncached,
            cache_write_tokens=written,
            cache_read_tokens=read,
            output_tokens=output,
        )


def _four(request: Request) -> tuple[int, int, int, int]:
    return (request.input_tokens, request.cache_write_tokens, request.cache_read_tokens, request.output_tokens)


def _difference(told: Request, kept: Request) -> Difference | None:
    (*prompt, output), (*kept_prompt, kept_output) = _four(told), _four(kept)
    if prompt == kept_prompt:
        if output == kept_output:
            return None
        return Difference.FINAL_OUTPUT if told.output_reliable else Difference.PLACEHOLDER_OUTPUT
    return Difference.CACHE_AS_INPUT if sum(prompt) == sum(kept_prompt) else Difference.PROMPT


def marks_once(marks: Iterable[MarkCopy], authority: Mapping[str, int]) -> tuple[list[MarkCopy], dict[MarkKind, int]]:
    """Marks without those that a surer format tells of the same session within ten seconds, and how many went."""
    ordered = sorted(marks, key=lambda copy: (authority.get(copy.format, LEAST), copy.format, copy.rank))
    if len({copy.format for copy in ordered}) <= 1:
        return ordered, {}
    kept: list[MarkCopy] = []
    dropped: Counter[MarkKind] = Counter()
    told: defaultdict[tuple[str, MarkKind], list[tuple[datetime, set[str]]]] = defaultdict(list)
    for copy in ordered:
        same = told[copy.mark.session, copy.mark.kind]
        twin = next(
            (
                formats
                for at, formats in same
                if abs(at - copy.mark.at) <= SAME_MARK and copy.format not in formats and copy.mark.session
            ),
            None,
        )
        if twin is None:
            same.append((copy.mark.at, {copy.format}))
            kept.append(copy)
        else:
            twin.add(copy.format)
            dropped[copy.mark.kind] += 1
    return kept, dict(dropped)


def one_account(meters: Iterable[MeterReading], unnamed: Pseudonym) -> list[MeterReading]:
    """Readings of the `unnamed` account become the named one's, where exactly one is named.

    A statusline does not say whose meter it shows, while a captured answer names its organisation.
    """
    meters = list(meters)
    named = {reading.account for reading in meters} - {unnamed}
    if len(named) != 1:
        return meters
    (owner,) = named
    once: dict[tuple[object, ...], MeterReading] = {}
    for reading in meters:
        once.setdefault((reading.window, reading.at, reading.used), msgspec.structs.replace(reading, account=owner))
    return list(once.values())
