"""A small site made of stub pages, to test and to look at rendering, theme and publishing without the pipeline."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from generator.pages.parts.base import Download, Page
from generator.site.publish import publish_site
from generator.site.render import RenderedFile, SiteContext, render
from generator.site.static_files import static_files
from generator.site.swap import Layout

REPOSITORY = Path(__file__).parent.parent
SITE = SiteContext(
    id="2026-03",
    title="The March 2026 instability",
    built=date(2026, 11, 24),
    version="0.1.0",
)
HOSTILE = """</div><script>window.hacked=1</script>[x](javascript:window.hacked=1){: onclick=window.hacked=1 } `'"& {{ 7*7 }} ![i](x)"""

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="640" height="220" viewBox="0 0 640 220"><g fill="{fill}">{bars}</g><path d="M40 190H630" stroke="{line}"/></svg>"""

FINDING = """{% extends "_base.md.j2" %}
{% import "_cite.md.j2" as citing with context %}
{% block crumbs %}{{ wm.breadcrumb(((site.id, ref("")), ("Findings", ref("findings/")), ("F-7K2QH3", none))) }}{% endblock %}
{% block head %}
{{ wm.header_block("312 of 4,096 steps (7.6 %; 95 % interval 6.8 to 8.5 %) on claude-code lost their cache within its lifetime, 17 to 23 March 2026 UTC.",
  grade="B", outcome="found", severity="high", simulated=true) }}
{{ wm.simulated_banner() }}
{% endblock %}
{% block side %}
{{ wm.facts(counts=((1204331, "tokens read again"), ("$18.06", "list price"), (3, "public reports"), (1, "against")),
  rows=(("Detector", wm.record_link("cache-rebuild", "d")), ("Session", "qm4z7tal"), ("From", "2026-03-17 14:05 UTC"), ("Ruled out", "expired lifetime, model switch, compaction")),
  actions=(("Cite", "#cite"), ("JSON", "index.json"), ("CSV", "data.csv"))) }}
{% endblock %}
{% block body %}
## Result { #result }

The client sent the same prefix again and the cache did not hold it. {{ hostile|txt }}

## Limits { #limits }

This does **not** show who is at fault. A prompt that changed early in the prefix looks the same from the log alone;
see the <a href="{{ ref('method/') }}">method</a>.

- The log has no server side.
- `cache_creation` is reported by the service, not measured.

## Figure { #figure }

{{ wm.figure(chart) }}

## Rows { #rows }

{{ wm.table(("Time, UTC", "Request", "Expected", "Read", "Lost", "Continuity", "Ruled out"), rows, "Rows of this finding") }}

## For and against { #evidence }

{{ wm.for_against((wm.source_link("https://github.com/anthropics/claude-code/issues/38335", "Limits used up at once"), wm.record_link("C-007")), ()) }}

## What somebody wrote { #report }

<blockquote class="wm-quote">
{{ hostile|untrusted }}
</blockquote>

## Reproduce { #reproduce }

```bash
witnessmark scan ~/.claude/projects --detector cache-rebuild
```

## Cite { #cite }

{{ citing.cite_box("Witnessmark (2026). Finding F-7K2QH3, snapshot 2026-11-24.", (("BibTeX", "data.csv"),)) }}
{% endblock %}
{% block foot %}{{ wm.prevnext(("F-2AAAAA", ref("f/F-7K2QH3/")), ("F-ZZZZZZ", ref("f/F-7K2QH3/")), ("findings", ref("findings/"))) }}{% endblock %}
"""

HUB = """{% extends "_base.md.j2" %}
{% block crumbs %}{{ wm.breadcrumb(((site.id, ref("")), (page.title, none))) }}{% endblock %}
{% block head %}<p class="wm-lead">One sentence that says what stands on this page and how far to trust it.</p>{% endblock %}
{% block body %}
<p id="ask">Where the footer of every page leads. <span id="who"></span></p>

{{ wm.stats(((113, "claims"), (449, "reports"), (219, "incidents"), (14, "detectors"))) }}

## What is established { #established }

{% call wm.cards() %}
{% for grade in grades %}
{{ wm.card("A finding with a title that is a little longer than one line " ~ loop.index, "312 of 4,096 steps lost their cache within its lifetime.", ref("f/F-7K2QH3/"), wm.grade_badge(grade), "claude-code, 17 March 2026") }}
{% endfor %}
{% endcall %}

## Badges { #badges }

<p>{% for grade in grades %}{{ wm.grade_badge(grade) }} {% endfor %}</p>
<p>{% for outcome in ("found", "quiet", "not-measurable", "failed") %}{{ wm.outcome_badge(outcome) }} {% endfor %}</p>
<p>{% for severity in ("info", "low", "medium", "high") %}{{ wm.severity_badge(severity) }} {% endfor %} {{ wm.tag("cache-rebuild", ref("findings/")) }} {{ wm.tag("claude-code") }}</p>

## Ledger { #ledger }

{% call wm.scroll("Claims") %}
<table class="wm-table"><thead><tr><th scope="col">Claim</th><th scope="col">Statement</th><th scope="col">Grade</th><th scope="col" class="wm-num">For</th><th scope="col" class="wm-num">Against</th></tr></thead><tbody>
{% for grade in grades %}
<tr><td>{{ wm.record_link("C-007") }}</td><td>A nine-word prompt was billed at about 79,000 tokens, and the next one too</td><td>{{ wm.grade_badge(grade) }}</td><td class="wm-num">{{ loop.index }}</td><td class="wm-num">0</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}

## Events { #events }

{{ wm.banner("Reading note.", "Being next to a release is not evidence for a cause.") }}

{% call wm.timeline("Events") %}
{% for kind in ("release", "report", "finding", "official", "outage") %}
{{ wm.event("E-00" ~ loop.index, day, kind, "Something happened on this day that somebody wrote down at length", ref("c/C-007/"), "hour unknown") }}
{% endfor %}
{% endcall %}
{% endblock %}
"""

PLAIN = """{% extends "_base.md.j2" %}
{% block body %}
## Text { #text }

{{ text }}
{% endblock %}
"""


@dataclass(frozen=True)
class Chart:
    id: str = "F-7K2QH3-continuity"
    title: str = "Continuity of the cache, hour by hour"
    sentence: str = "Continuity falls from 1.0 to 0.1 at 14:05 UTC and comes back after 96 minutes."
    svg_light: str = "chart-light.svg"
    svg_dark: str = "chart-dark.svg"
    width: int = 640
    height: int = 220
    columns: tuple[str, ...] = ("Hour, UTC", "Steps", "Continuity")
    rows: tuple[tuple[Any, ...], ...] = (("13:00", 1204, 1.0), ("14:00", 310, 0.125), ("15:00", None, None))
    csv: str = "data.csv"
    note: str = "Shaded: the lifetime of the cache."


def svg(fill: str, line: str) -> bytes:
    bars = "".join(
        f'<rect x="{40 + 24 * i}" y="{190 - 7 * (i * 5 % 23)}" width="16" height="{7 * (i * 5 % 23)}"/>'
        for i in range(24)
    )
    return SVG.format(fill=fill, line=line, bars=bars).encode()


def context(**fields: Any) -> Any:
    """A frozen dataclass with these fields, as a page kind would have one of its own."""
    from dataclasses import make_dataclass

    return make_dataclass("StubContext", fields, frozen=True)(**fields)


def nav_paths(config: str) -> list[str]:
    """Pages in the menu of mkdocs.yml, as paths of pages."""
    return [path.removesuffix("index.md") for path in re.findall(r"^ +- [\w ]+: (\S*index\.md)$", config, re.MULTILINE)]


def stub_pages(items: int = 0) -> list[Page]:
    """All hubs of the menu, a finding, a claim, and more items on demand."""
    grades = ("A", "B", "C", "D", "supported", "partly_supported", "unsupported", "contradicted", "not_checkable")
    hubs = [
        Page(
            path,
            "hub.md.j2",
            path.removesuffix("/").rpartition("/")[2].title() or "Cases",
            f"Hub {path}.",
            context(grades=grades, day=date(2026, 3, 17)),
        )
        for path in nav_paths((REPOSITORY / "mkdocs.yml").read_text("utf-8"))
    ]
    rows = tuple(
        (f"2026-03-17 14:{i:02}", "qm4z7tal", 90112, 11264 + i, 78848 - i, 0.125, "model switch, compaction")
        for i in range(6)
    )
    chart = (
        Download("chart-light.svg", svg("#1f6f78", "#444")),
        Download("chart-dark.svg", svg("#6cc5c1", "#bbb")),
        Download("data.csv", b"hour,steps\n"),
        Download("index.json", b"{}"),
    )
    finding = Page(
        "2026-03/f/F-7K2QH3/",
        "finding.md.j2",
        "The cache was rebuilt within its lifetime",
        "A finding.",
        context(chart=Chart(), rows=rows, hostile=HOSTILE),
        downloads=chart,
        tags=("cache-rebuild",),
    )
    claim = Page(
        "2026-03/c/C-007/",
        "plain.md.j2",
        f"Claim {HOSTILE}",
        f"Claim {HOSTILE}",
        context(text="Zanzibar is a word to search for."),
    )
    detector = Page(
        "2026-03/d/cache-rebuild/",
        "plain.md.j2",
        "Cache rebuild",
        "A detector.",
        context(text="Rule."),
        searchable=False,
    )
    more = [
        Page(
            f"2026-03/r/stub-{i:04}/",
            "finding.md.j2",
            f"Report {i}",
            "A report.",
            context(chart=Chart(), rows=rows * 3, hostile=HOSTILE),
            downloads=chart,
        )
        for i in range(items)
    ]
    return [*hubs, finding, claim, detector, *more]


def make_root(root: Path) -> Layout:
    """A repository's root with MkDocs file, templates and stub templates."""
    shutil.copyfile(REPOSITORY / "mkdocs.yml", root / "mkdocs.yml")
    shutil.copytree(REPOSITORY / "templates", root / "templates")
    for name, text in {"finding": FINDING, "hub": HUB, "plain": PLAIN}.items():
        (root / "templates" / f"{name}.md.j2").write_text(text, "utf-8")
    (root / "site").mkdir()
    (root / "site" / ".gitignore").write_text("*\n!.gitignore\n", "utf-8")
    return Layout(root)


def stub_files(layout: Layout, items: int = 0) -> tuple[RenderedFile, ...]:
    templates = layout.root / "templates"
    return (*render(stub_pages(items), templates=templates, site_context=SITE), *static_files(templates))


def no_gate(files: object) -> tuple[()]:
    return ()


def publish(layout: Layout, files: tuple[RenderedFile, ...]) -> Path:
    return publish_site(files, layout, built_on=SITE.built, gate=no_gate)


def published_in(folder: Path) -> None:
    """The stub pages, published in a folder that is empty."""
    layout = make_root(folder)
    publish(layout, stub_files(layout))


__all__ = [
    "HOSTILE",
    "SITE",
    "Chart",
    "SimpleNamespace",
    "make_root",
    "no_gate",
    "publish",
    "published_in",
    "stub_files",
    "stub_pages",
]

if __name__ == "__main__":
    import sys

    target = Path(sys.argv[1])
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    made = make_root(target)
    publish(made, stub_files(made, int(sys.argv[2]) if len(sys.argv) > 2 else 0))
