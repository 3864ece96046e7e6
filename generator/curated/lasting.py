"""Rows of the table of kinds that keep addresses: every public id, addresses that moved, and what was said on a day."""

from __future__ import annotations

from typing import Annotated

from generator.curated.entries import Kind
from generator.curated.locked import FILE, TIMES, Locked, Moved, moves_end, tombstones_lead_to_records
from generator.curated.models import Model
from generator.curated.snapshots import Snapshot, numbers_are_days


class Lasting(Model):
    """The part of the library that grows and never shrinks."""

    locked: Annotated[
        tuple[Locked, ...],
        Kind(
            word="locked id",
            files=FILE,
            listed=True,
            names=(),
            unique=(("id", "kind"),),
            spans=(("first", "gone.day"),),
            order=("kind", "id"),
            by_hand=False,
            times=TIMES,
            also=(tombstones_lead_to_records,),
        ),
    ] = ()
    moved: Annotated[
        tuple[Moved, ...],
        Kind(
            word="moved address",
            files="redirects.yml",
            listed=True,
            names=(),
            unique=(("old",),),
            also=(moves_end,),
        ),
    ] = ()
    snapshots: Annotated[
        tuple[Snapshot, ...],
        Kind(
            word="snapshot",
            files="snapshots/{id}.json",
            order=("day", "number"),
            by_hand=False,
            whole=True,
            also=(numbers_are_days,),
        ),
    ] = ()
