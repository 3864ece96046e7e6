"""How long written tokens live, by week, set and kind of thread, and what either lifetime costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from generator.dossier.computed.base import Computed
from generator.dossier.computed.life_agents import SubAgent, beside_main, sub_agents
from generator.dossier.computed.life_prices import Price, priced, prices
from generator.dossier.computed.life_tables import by_day, by_week, runs, within
from generator.dossier.computed.life_writes import CHANGED_MAIN, FEBRUARY, LAST_HOUR, Write, writes_of
from generator.dossier.computed.public import FIRST, LAST, nothing, public_sets, threads_by_set
from generator.statistics.clusters import Cluster, cluster_share, exact_share
from generator.statistics.estimate import Estimate

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.records.results import Pack

FUNCTION = "generator.dossier.computed.cache_life:cache_life"
Named = tuple[str, Estimate]
CAUTIONS = (
    "Only cc-backend has sub-agents on both sides; the other sets say what was so before, or after.",
    "A sub-agent that began while its main thread wrote for an hour is compared with it; plans and limits of the "
    "accounts are not in the logs.",
)


def cache_life(_: Published, packs: tuple[Pack, ...]) -> Computed:
    """Shares with intervals by sub-agent; days of the change by set; list prices of both lifetimes."""
    writes = writes_of(public_sets(packs))
    agents = sub_agents(writes)
    early = [agent for agent in agents if agent.day <= LAST_HOUR and agent.main_for_an_hour]
    late = [agent for agent in agents if agent.day > LAST_HOUR]
    late_beside = [agent for agent in late if agent.main_for_an_hour]
    if not early or not late_beside:
        return nothing(FUNCTION)
    paid = priced(threads_by_set(packs))
    hours = sum(agent.only_hour for agent in early)
    kept = sum(agent.only_hour for agent in late_beside)
    calls = sum(agent.calls for agent in late)  # that wrote
    cheaper = ", for which five minutes were the cheaper way" if _after(paid).five_is_cheaper else ""
    answer = (
        f"Until 4 March 2026, {hours} of {len(early)} sub-agents whose main thread wrote to the cache for an hour did "
        f"so too; from 11 March {kept} of {len(late_beside)}, while main threads mostly kept the hour ({calls} "
        f"calls of sub-agents{cheaper})."
    )
    return Computed(
        FUNCTION,
        answer,
        tuple(_estimates(writes, agents, (hours, len(early)), (kept, len(late_beside)), paid)),
        (by_day(writes), beside_main(agents), runs(writes), by_week(writes), prices(paid)),
        CAUTIONS,
    )


def _estimates(
    writes: Sequence[Write],
    agents: Sequence[SubAgent],
    early: tuple[int, int],
    late: tuple[int, int],
    paid: Sequence[Price],
) -> list[Named]:
    one_hour = "writing for an hour beside a main thread that does"
    found: list[Named] = [
        (f"Sub-agents {one_hour}, until 4 March", exact_share(*early, "sub-agents", unit="percent", scale=100)),
        ("The same, from 11 March", exact_share(*late, "sub-agents", unit="percent", scale=100)),
        ("Tokens of sub-agents that live an hour, 1 February to 4 March", _tokens(agents, late=False)),
        ("The same, from 11 March", _tokens(agents, late=True)),
        *_of_main_threads(writes),
    ]
    after = _after(paid)
    method = f"list price, {after.calls:,} calls; a count, no interval"
    found.append(
        ("What these sub-agents' writes cost for five minutes", _usd(after.five_usd, after.calls, method)),
    )
    found.append(("The same writes for an hour", _usd(after.hour_usd, after.calls, method)))
    return found


def _after(paid: Sequence[Price]) -> Price:
    """Sub-agents since the change."""
    return next(one for one in paid if one.is_late and one.agents)


def _usd(usd: float, calls: int, method: str) -> Estimate:
    return Estimate(usd, None, None, calls, "calls", "USD", method)


def _tokens(agents: Sequence[SubAgent], *, late: bool) -> Estimate:
    """Share of tokens, with the interval by sub-agent; where all or none live an hour, exact by sub-agent."""
    chosen = [one for one in agents if (one.day > LAST_HOUR if late else FEBRUARY <= one.day <= LAST_HOUR)]
    hour = sum(one.hour for one in chosen)
    if hour in (0, sum(one.tokens for one in chosen)):
        with_hour = sum(one.hour > 0 for one in chosen)
        return exact_share(with_hour, len(chosen), "sub-agents", unit="percent", scale=100)
    clusters = [Cluster(one.hour, one.tokens) for one in chosen]
    return cluster_share(clusters, "tokens", unit="percent", scale=100)


def _of_main_threads(writes: Sequence[Write]) -> Iterator[Named]:
    """March apart from the whole time: most of the tokens since are of later months."""
    what = "Tokens of main threads that live an hour"
    main = [one for one in writes if not one.agent and one.day > LAST_HOUR]
    for words, days in (
        ("from 5 March to July", (date.min, date.max)),
        ("5 to 31 March", (date(2026, 3, 5), date(2026, 3, 31))),
        ("11 to 13 March", CHANGED_MAIN),
        ("17 to 23 March, the days of the article", (FIRST, LAST)),
    ):
        if some := within(main, days):
            yield f"{what}, {words}", _of_sessions(some)


def _of_sessions(writes: Sequence[Write]) -> Estimate:
    """Share of tokens, with the interval by session; where all or none live an hour, exact by session."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in writes:
        sums = found.setdefault((one.set, one.session), [0, 0])
        sums[0] += one.hour
        sums[1] += one.tokens
    sessions = [Cluster(*sums) for sums in found.values()]
    if sum(one.hits for one in sessions) in (0, sum(one.trials for one in sessions)):
        kept = sum(one.hits > 0 for one in sessions)
        return exact_share(kept, len(sessions), "sessions", unit="percent", scale=100)
    return cluster_share(sessions, "tokens", unit="percent", scale=100)
