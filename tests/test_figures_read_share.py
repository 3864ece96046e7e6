"""Cache reads by client version: shares of tokens, intervals by session, no interval of too few; the page has its table."""

from __future__ import annotations

import re

import pytest
import real_case
from public_library import dossier

from generator.charts import base, read_share_chart
from generator.charts.read_share import Marked, VersionShare
from generator.dossier.computed.public import public_sets
from generator.ledger.subjects import version_key
from generator.pages import measurements, surfaces
from generator.pages.parts.read_share_figure import read_share_figure, version_shares
from generator.statistics.clusters import Cluster, cluster_share


def version(name, calls, sessions, share=90):
    clusters = [Cluster(share * 100 + place, 10_000) for place in range(sessions)]
    return VersionShare(name, calls, sessions, 1, cluster_share(clusters, "tokens", unit="percent", scale=100))


SHARES = (version("2.1.9", 500, 6, 95), version("2.1.72", 120, 5, 93), version("2.1.89", 900, 2, 40))


def caught(*args):
    seen = []

    def draw(spec, data):
        seen.append((spec, data))
        return ("<svg/>", 1, 1)

    return read_share_chart(*args, drawn=draw), seen


def test_points_are_the_table_and_too_few_sessions_have_no_interval():
    chart, seen = caught(SHARES)
    for spec, data in seen:
        assert [round(row["percent"], 1) for row in data["rows"]] == [row[1] for row in chart.rows]
        assert [row["calls"] for row in data["rows"]] == [row[4] for row in chart.rows] == [500, 120, 900]
        assert [row["low"] is None for row in data["rows"]] == [False, False, True]
        domains = [
            layer["encoding"]["y"]["scale"]["domain"] for layer in spec["layer"] if "scale" in layer["encoding"]["y"]
        ]
        assert domains == [[0, 100]]
    assert chart.rows[2][2:4] == (None, None)


def test_sentence_speaks_only_of_versions_with_enough_calls_and_sessions():
    chart, _ = caught(SHARES)
    assert chart.sentence.startswith("3 client versions in 1,520 calls of public logs. Of the 2 with 100 calls")
    for row in chart.rows[:2]:
        assert f"{row[0]} read {row[1]:.1f} % of its prompt" in chart.sentence
        assert f"95 % interval {row[2]:.1f} to {row[3]:.1f}; {row[4]} calls" in chart.sentence
    assert "2.1.89" not in chart.sentence
    assert "none has 100 calls" in caught(SHARES[2:])[0].sentence
    assert "One has 100 calls" in caught(SHARES[1:])[0].sentence


def test_shaded_versions_are_named_and_a_shade_of_none_is_not_drawn():
    chart, seen = caught(SHARES, Marked(1, 2, "those"))
    assert seen[0][1]["band"] == [{"from": 0.5, "to": 2.5}]
    assert "Shaded: those." in chart.note
    for marked in (None, Marked(3, 3, "those"), Marked(2, 1, "those")):
        chart, seen = caught(SHARES, marked)
        assert seen[0][1]["band"] == []
        assert "Shaded" not in chart.note


def test_no_version_no_picture():
    with pytest.raises(ValueError, match="no version"):
        read_share_chart(())
    assert read_share_figure(dossier()) is None
    for page in surfaces.pages(dossier()):
        assert getattr(page.context, "figure", None) is None


@pytest.mark.parametrize("shares", [SHARES, SHARES[:1], SHARES[2:]])
def test_few_versions_can_be_drawn_in_the_colours_of_the_site(shares):
    chart = read_share_chart(shares, Marked(0, 0, "one"))
    assert chart.narrow.width <= base.NARROW + 12
    assert set(re.findall(r"#[0-9a-f]{6}\b", chart.svg)) <= set(base._DARK)


@pytest.mark.slow
def test_real_shares_are_those_of_the_calls_and_both_pages_show_them():
    real = real_case.dossier()
    shares = version_shares(real.real_packs)
    assert [one.version for one in shares] == sorted((one.version for one in shares), key=version_key)
    calls = [one for pack in public_sets(real.real_packs) for one in pack.requests if one.version == "2.1.39"]
    own = next(one for one in shares if one.version == "2.1.39")
    read, written = (sum(getattr(one, f"cache_{kind}_tokens") for one in calls) for kind in ("read", "write"))
    assert own.calls == len(calls)
    assert own.share.value == pytest.approx(100 * read / (read + written))
    product = next(page for page in surfaces.pages(real) if page.path.endswith("surface/claude-code/"))
    other = next(page for page in surfaces.pages(real) if page.path.endswith("surface/api/"))
    measured = next(page for page in measurements.pages(real) if page.path.endswith("m/cache-read-by-version/"))
    assert other.context.figure is None
    assert product.context.figure.svg == measured.context.beside.svg
    for page in (product, measured):
        assert "read-share-by-version.csv" in {file.name for file in page.downloads}
    assert "read-share-by-version" in product.citation.figures
    assert "read-share-by-version" not in measured.citation.figures  # one address
