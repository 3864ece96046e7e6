"""Charts of the site: Vega-Lite specifications made with Altair, drawn to SVG without a browser."""

from __future__ import annotations

from generator.charts.base import Chart
from generator.charts.grades import agreement_chart, grades_chart
from generator.charts.logs import breaks_chart, days_chart, thread_chart
from generator.charts.meters import meter_chart
from generator.charts.minutes import minutes_chart
from generator.charts.naive import naive_chart
from generator.charts.public import incidents_chart, reports_chart
from generator.charts.published import published_chart
from generator.charts.read_share import read_share_chart
from generator.charts.shares import shares_chart
from generator.charts.strip import timeline_chart
from generator.charts.usage_overview import account_chart

__all__ = [
    "Chart",
    "account_chart",
    "agreement_chart",
    "breaks_chart",
    "days_chart",
    "grades_chart",
    "incidents_chart",
    "meter_chart",
    "minutes_chart",
    "naive_chart",
    "published_chart",
    "read_share_chart",
    "reports_chart",
    "shares_chart",
    "thread_chart",
    "timeline_chart",
]
