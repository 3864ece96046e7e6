"""The detectors, in the order of the site."""

from generator.detectors.base import Detector, run
from generator.detectors.cache_break import CACHE_BREAK
from generator.detectors.compaction_storm import COMPACTION_STORM
from generator.detectors.doubled_call import DOUBLED_CALL
from generator.detectors.premature_expiry import PREMATURE_EXPIRY
from generator.detectors.served_model import SERVED_MODEL
from generator.detectors.short_prompt_overbilled import SHORT_PROMPT_OVERBILLED
from generator.detectors.tier_change import TIER_CHANGE

DETECTORS: tuple[Detector, ...] = (
    CACHE_BREAK,
    PREMATURE_EXPIRY,
    SHORT_PROMPT_OVERBILLED,
    DOUBLED_CALL,
    COMPACTION_STORM,
    TIER_CHANGE,
    SERVED_MODEL,
)

__all__ = ["DETECTORS", "Detector", "run"]
