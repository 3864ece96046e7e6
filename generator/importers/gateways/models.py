"""Which Claude model a gateway's name of it means; other makers' models are none of this program's business there."""

from __future__ import annotations

from generator.records.models import is_other_makers, public_model
from generator.records.rows import ModelId


def gateway_model(raw: str) -> ModelId | None:
    """Public id of the Claude model; "other" for a name that hides it; None for a model of another maker."""
    model = public_model(raw)
    return None if is_other_makers(model) else model
