"""Importers turn logs into records. A new format is one module and one entry in `IMPORTERS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.importers.base import Importer, LogFile
from generator.importers.captures.api_responses import API_RESPONSES
from generator.importers.captures.claude_trace import CLAUDE_TRACE
from generator.importers.captures.har import HAR
from generator.importers.captures.proxy_ndjson import PROXY_NDJSON
from generator.importers.captures.rate_limit_headers import RATE_LIMIT_HEADERS
from generator.importers.captures.raw_bodies import RAW_BODIES
from generator.importers.captures.sse_capture import SSE_CAPTURE
from generator.importers.claude.claude_code import CLAUDE_CODE
from generator.importers.claude.claude_export import CLAUDE_EXPORT
from generator.importers.claude.cowork_audit import COWORK_AUDIT
from generator.importers.claude.history import HISTORY
from generator.importers.claude.stats_cache import STATS_CACHE
from generator.importers.claude.stream_json import STREAM_JSON
from generator.importers.discovery import Discovery, discover_with
from generator.importers.gateways.helicone import HELICONE
from generator.importers.gateways.langfuse import LANGFUSE
from generator.importers.gateways.litellm_daily import LITELLM_DAILY
from generator.importers.gateways.litellm_spend import LITELLM_SPEND
from generator.importers.meters.meter_log import METER_LOG
from generator.importers.meters.meter_snapshots import METER_SNAPSHOTS
from generator.importers.meters.statusline import STATUSLINE
from generator.importers.meters.usage_endpoint import USAGE_ENDPOINT
from generator.importers.otel.otel_events import OTEL_EVENTS
from generator.importers.otel.otel_metrics import OTEL_METRICS
from generator.importers.reading import read, read_in_memory
from generator.importers.reports.admin_cost import ADMIN_COST
from generator.importers.reports.admin_usage import ADMIN_USAGE
from generator.importers.reports.audit_log_csv import AUDIT_LOG_CSV
from generator.importers.reports.ccusage_json import CCUSAGE_JSON
from generator.importers.reports.claude_code_analytics import CLAUDE_CODE_ANALYTICS
from generator.importers.reports.console_cost_csv import CONSOLE_COST_CSV
from generator.importers.reports.console_usage_csv import CONSOLE_USAGE_CSV
from generator.importers.reports.enterprise_cost import ENTERPRISE_COST
from generator.importers.reports.enterprise_usage import ENTERPRISE_USAGE
from generator.importers.reports.spend_csv import SPEND_CSV
from generator.records.rows import LogData

__all__ = ["IMPORTERS", "Discovery", "Importer", "LogFile", "discover", "read", "read_bytes"]

IMPORTERS: tuple[Importer, ...] = (
    CLAUDE_CODE,
    STATUSLINE,
    USAGE_ENDPOINT,
    OTEL_EVENTS,
    OTEL_METRICS,
    RAW_BODIES,
    ADMIN_USAGE,
    ADMIN_COST,
    CONSOLE_USAGE_CSV,
    CONSOLE_COST_CSV,
    CLAUDE_CODE_ANALYTICS,
    ENTERPRISE_USAGE,
    ENTERPRISE_COST,
    SPEND_CSV,
    AUDIT_LOG_CSV,
    COWORK_AUDIT,
    HISTORY,
    STATS_CACHE,
    STREAM_JSON,
    CLAUDE_EXPORT,
    METER_SNAPSHOTS,
    LITELLM_SPEND,
    LITELLM_DAILY,
    LANGFUSE,
    HELICONE,
    CCUSAGE_JSON,
    HAR,
    CLAUDE_TRACE,
    SSE_CAPTURE,
    PROXY_NDJSON,
    API_RESPONSES,
    RATE_LIMIT_HEADERS,
    METER_LOG,
)
"""Asked in this order; the first whose `sniff` agrees claims the file."""


def discover(paths: Sequence[Path]) -> Discovery:
    """All logs below `paths` with the importer of each, and what the other files are."""
    return discover_with(IMPORTERS, paths)


def read_bytes(files: Mapping[str, bytes], *, key: bytes) -> LogData:
    """Everything in these files, given as bytes by their path."""
    return read_in_memory(IMPORTERS, files, key=key)
