"""The chart of cache reads by client version in the public logs, which a product and a measurement show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from generator.charts import Chart, read_share_chart
from generator.charts.read_share import Marked, VersionShare
from generator.detectors.known_bad_version import NAIVE_FIRST, NAIVE_LAST
from generator.dossier.computed.public import public_sets
from generator.ledger.subjects import version_key
from generator.records.rows import Surface
from generator.statistics.clusters import Cluster, cluster_share

if TYPE_CHECKING:
    from generator.dossier import Dossier
    from generator.records.results import Pack


def read_share_figure(dossier: Dossier) -> Chart | None:
    """Of Claude Code; None where no public set is there in full."""
    shares = version_shares(dossier.real_packs)
    if not shares:
        return None
    places = [
        place
        for place, one in enumerate(shares)
        if version_key(NAIVE_FIRST) <= version_key(one.version) <= version_key(NAIVE_LAST)
    ]
    says = f"{NAIVE_FIRST} to {NAIVE_LAST}, the versions that a public tool warns of"
    marked = Marked(places[0], places[-1], says) if places else None
    return read_share_chart(shares, marked, drawn=dossier.draw)


def version_shares(packs: Iterable[Pack]) -> tuple[VersionShare, ...]:
    """By version in order; calls without a version, of another surface or through somebody else's hands left out."""
    found: defaultdict[str, dict[tuple[str, str], list[int]]] = defaultdict(dict)
    for pack in public_sets(packs):
        for one in pack.requests:
            if one.version and one.surface is Surface.CLAUDE_CODE and not one.gateway:
                sums = found[one.version].setdefault((pack.id, one.session), [0, 0, 0])
                sums[0] += one.cache_read_tokens
                sums[1] += one.cache_read_tokens + one.cache_write_tokens
                sums[2] += 1
    return tuple(
        VersionShare(
            version=version,
            calls=sum(calls for _, _, calls in sessions.values()),
            sessions=len(sessions),
            sets=len({name for name, _ in sessions}),
            share=cluster_share(
                [Cluster(read, both) for read, both, _ in sessions.values()], "tokens", unit="percent", scale=100
            ),
        )
        for version, sessions in sorted(found.items(), key=lambda item: version_key(item[0]))
        if any(both for _, both, _ in sessions.values())
    )
