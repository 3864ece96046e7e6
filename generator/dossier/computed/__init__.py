"""Measurements that the build works out, one function a module; what a record of content/ names as `computed`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from generator.curated.measurements import Computation
from generator.dossier.computed.agent_errors import agent_errors
from generator.dossier.computed.base import Computed
from generator.dossier.computed.breaks_by_week import breaks_by_week
from generator.dossier.computed.cache_life import cache_life
from generator.dossier.computed.detectors_by_week import detectors_by_week
from generator.dossier.computed.issues_by_month import issues_by_month
from generator.dossier.computed.same_tasks import same_tasks
from generator.dossier.computed.unread_last_write import unread_last_write

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.records.results import Pack

__all__ = ["COMPUTED", "Compute", "Computed"]

Compute = Callable[["Published", tuple["Pack", ...]], Computed]
"""From the record that names it, whose tables may hold its input, and the packs of real logs."""

COMPUTED: Mapping[Computation, Compute] = {
    Computation.UNREAD_LAST_WRITE: unread_last_write,
    Computation.CACHE_LIFE: cache_life,
    Computation.BREAKS_BY_WEEK: breaks_by_week,
    Computation.DETECTORS_BY_WEEK: detectors_by_week,
    Computation.SAME_TASKS: same_tasks,
    Computation.AGENT_ERRORS: agent_errors,
    Computation.ISSUES_BY_MONTH: issues_by_month,
}
