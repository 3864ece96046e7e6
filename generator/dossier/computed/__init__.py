"""Measurements that the build works out, one function a module; what a record of content/ names as `computed`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from generator.curated.measurements import Computation
from generator.dossier.computed.agent_errors import agent_errors
from generator.dossier.computed.base import Computed
from generator.dossier.computed.same_tasks import same_tasks

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.records.results import Pack

__all__ = ["COMPUTED", "Compute", "Computed"]

Compute = Callable[["Published", tuple["Pack", ...]], Computed]
"""From the record that names it, whose tables may hold its input, and the packs of real logs."""

COMPUTED: Mapping[Computation, Compute] = {
    Computation.SAME_TASKS: same_tasks,
    Computation.AGENT_ERRORS: agent_errors,
}
