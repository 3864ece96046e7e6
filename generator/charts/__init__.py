"""Charts of the site: Vega-Lite specifications made with Altair, drawn to SVG without a browser."""

from __future__ import annotations

from generator.charts.base import Chart
from generator.charts.logs import breaks_chart, chain_chart, days_chart

__all__ = ["Chart", "breaks_chart", "chain_chart", "days_chart"]
