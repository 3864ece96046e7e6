"""Readings of the meter as two kinds of file: what a poller of the usage endpoint kept, and what statuslines showed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from generator.simulator.meter_faults import Plan
from generator.simulator.meters import FULL, Shown, TrueMeter
from generator.simulator.sessions import Session

LIMITS_SINCE = (2, 1, 80)  # rate_limits in the statusline (changelog)
MILLISECOND = timedelta(milliseconds=1)
SUMS_BEFORE = (2, 1, 132)  # total_input_tokens was a running sum (statusline documentation)
USAGE_FILE = "meters/usage-simulated.jsonl"
STATUSLINE_FILE = "meters/statusline-simulated.jsonl"


def shown(meter: TrueMeter, made: Plan, at: datetime) -> Shown:
    """What the meter shows at this time: whole points, with planted glitches."""
    wrong = [one.value for one in made.glitches if one.value is not None and one.start <= at < one.end]
    return Shown(at, meter.span(at), wrong[0] if wrong else max(0, min(FULL, int(meter.used(at)))))


def usage_file(
    rng: random.Random, meter: TrueMeter, made: Plan, sessions: Sequence[Session]
) -> tuple[bytes, list[Shown]]:
    """A poller's file: some minutes apart while work goes on, longer otherwise; refused now and then."""
    lines, readings = [], []
    forced = set(made.polls)
    times = sorted({*forced, *_times(rng, sessions)})
    refused = 0
    for at in times:
        if at not in forced:
            refused = refused - 1 if refused > 0 else rng.randint(2, 6) if rng.random() < 0.01 else 0  # noqa: PLR2004
            if refused:
                lines += [_refused(at)] if rng.random() < 0.5 else []  # noqa: PLR2004
                continue
        reading = shown(meter, made, at)
        readings.append(reading)
        lines.append(_usage_line(rng, meter, reading))
    return "".join(lines).encode(), readings


def _times(rng: random.Random, sessions: Sequence[Session]) -> Iterator[datetime]:
    at = sessions[0].calls[0].began - timedelta(minutes=30)
    for session, after in zip(sessions, [*sessions[1:], None], strict=True):
        ready = session.calls[0].began - timedelta(minutes=5)
        done = session.log.clock + timedelta(minutes=15)
        end = after.calls[0].began - timedelta(minutes=5) if after else done + timedelta(hours=2)
        while at < end:
            yield at
            at += timedelta(seconds=rng.uniform(240, 600) if ready <= at < done else rng.uniform(1500, 3300))
            if at > ready and at - ready < timedelta(minutes=1):
                at = ready


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")[:23] + "Z"


def _refused(at: datetime) -> str:
    error = '"error":{"type":"rate_limit_error","message":"simulated"}'
    return f'{{"timestamp":"{_stamp(at)}","note":"simulated",{error}}}\n'


def _usage_line(rng: random.Random, meter: TrueMeter, reading: Shown) -> str:
    week, week_ends = meter.week(reading.at)
    five = _usage_window(rng, reading.points, reading.span.end if reading.span else None)
    seven = _usage_window(rng, min(FULL, int(week)), week_ends)
    rest = '"seven_day_oauth_apps":null,"seven_day_opus":null,"extra_usage":null'
    stamp = _stamp(reading.at)
    return f'{{"timestamp":"{stamp}","note":"simulated","five_hour":{five},"seven_day":{seven},{rest}}}\n'


def _usage_window(rng: random.Random, points: int, ends: datetime | None) -> str:
    """The endpoint states one reset up to a second apart at every poll."""
    jittered = f'"{(ends + timedelta(seconds=rng.uniform(-0.9, 0.1))).isoformat()}"' if ends else "null"
    return f'{{"utilization":{float(points)},"resets_at":{jittered}}}'


def statusline(
    rng: random.Random, meter: TrueMeter, made: Plan, session: Session
) -> tuple[list[str], list[Shown], list[tuple[datetime, datetime]]]:
    """Lines of one session's statusline, its readings, and the spans in which a counter was lost."""
    lines, readings, lost = [], [], []
    restarts, losses = list(session.restarts), list(session.counters_lost)
    began = session.calls[0].began
    tokens = output = 0
    usd = 0.0
    written: datetime | None = None
    for place, call in enumerate(session.calls):
        if restarts and call.began >= restarts[0]:
            began, tokens, output, usd = restarts.pop(0), 0, 0, 0.0
        fresh = bool(losses and call.began >= losses[0])
        if fresh:
            tokens = 0
            lost.append((losses.pop(0) - timedelta(minutes=5), call.ended + timedelta(minutes=5)))
        tokens, output, usd = (
            tokens + call.usage.written + call.usage.uncached,
            output + call.usage.output,
            usd + call.usd,
        )
        following = session.calls[place + 1].began if place + 1 < len(session.calls) else None
        last_before_loss = bool(losses and following and following >= losses[0])
        due = written is None or (call.ended - written).total_seconds() >= rng.uniform(90, 300)
        if not (due or fresh or last_before_loss):
            continue
        written = call.ended + timedelta(seconds=0.4)
        reading = shown(meter, made, written)
        limits = ""
        version = tuple(map(int, call.version.split(".")))
        if version >= LIMITS_SINCE:
            readings.append(reading)
            limits = _limits(meter, reading)
        sums = (tokens, output) if version < SUMS_BEFORE else (call.usage.whole, call.usage.output)
        lines.append(
            f'{{"timestamp":"{_stamp(written)}","session_id":"{call.session}","cwd":"/simulated/project-1",'
            f'"model":{{"id":"{call.model}","display_name":"simulated"}},"version":"{call.version}",'
            f'"cost":{{"total_cost_usd":{usd:.6f},"total_duration_ms":{(written - began) // MILLISECOND}}},'
            f'"context_window":{{"total_input_tokens":{sums[0]},"total_output_tokens":{sums[1]},'
            f'"context_window_size":1000000}}{limits}}}\n'
        )
    return lines, readings, lost


def _limits(meter: TrueMeter, reading: Shown) -> str:
    week, week_ends = meter.week(reading.at)
    five = _limit(reading.points, reading.span.end) + "," if reading.span else ""
    five = f'"five_hour":{five}' if five else ""
    return f',"rate_limits":{{{five}"seven_day":{_limit(min(FULL, int(week)), week_ends)}}}'


def _limit(points: int, ends: datetime) -> str:
    return f'{{"used_percentage":{points},"resets_at":{int(ends.timestamp())}}}'
