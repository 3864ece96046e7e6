"""The detectors, in the order of the site."""

from generator.detectors.base import Detector, run
from generator.detectors.cache_break import CACHE_BREAK
from generator.detectors.compaction_storm import COMPACTION_STORM
from generator.detectors.doubled_call import DOUBLED_CALL
from generator.detectors.expiry_cycling import EXPIRY_CYCLING
from generator.detectors.gap_then_spike import GAP_THEN_SPIKE
from generator.detectors.known_bad_version import KNOWN_BAD_VERSION
from generator.detectors.long_context_premium import LONG_CONTEXT_PREMIUM
from generator.detectors.prefix_pin import PREFIX_PIN
from generator.detectors.premature_expiry import PREMATURE_EXPIRY
from generator.detectors.resume_miss import RESUME_MISS
from generator.detectors.served_model import SERVED_MODEL
from generator.detectors.short_prompt_overbilled import SHORT_PROMPT_OVERBILLED
from generator.detectors.thinking_stripped import THINKING_STRIPPED
from generator.detectors.tier_change import TIER_CHANGE

DETECTORS: tuple[Detector, ...] = (
    CACHE_BREAK,
    PREMATURE_EXPIRY,
    GAP_THEN_SPIKE,
    EXPIRY_CYCLING,
    PREFIX_PIN,
    RESUME_MISS,
    THINKING_STRIPPED,
    SHORT_PROMPT_OVERBILLED,
    DOUBLED_CALL,
    COMPACTION_STORM,
    TIER_CHANGE,
    SERVED_MODEL,
    KNOWN_BAD_VERSION,
    LONG_CONTEXT_PREMIUM,
)

__all__ = ["DETECTORS", "Detector", "run"]
