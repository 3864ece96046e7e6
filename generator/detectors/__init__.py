"""The detectors, in the order of the site."""

from generator.detectors.block_jump import BLOCK_JUMP
from generator.detectors.cache_break import CACHE_BREAK
from generator.detectors.compaction_storm import COMPACTION_STORM
from generator.detectors.context_drift import CONTEXT_DRIFT
from generator.detectors.counter_reset import COUNTER_RESET
from generator.detectors.doubled_call import DOUBLED_CALL
from generator.detectors.expiry_cycling import EXPIRY_CYCLING
from generator.detectors.gap_then_spike import GAP_THEN_SPIKE
from generator.detectors.idle_advance import IDLE_ADVANCE
from generator.detectors.known_bad_version import KNOWN_BAD_VERSION
from generator.detectors.log_integrity import LOG_INTEGRITY
from generator.detectors.long_context_premium import LONG_CONTEXT_PREMIUM
from generator.detectors.low_meter_refusal import LOW_METER_REFUSAL
from generator.detectors.meter_cost_gap import METER_COST_GAP
from generator.detectors.negative_delta import NEGATIVE_DELTA
from generator.detectors.prefix_pin import PREFIX_PIN
from generator.detectors.premature_expiry import PREMATURE_EXPIRY
from generator.detectors.recount_cluster import RECOUNT_CLUSTER
from generator.detectors.resume_miss import RESUME_MISS
from generator.detectors.retry_storm import RETRY_STORM
from generator.detectors.served_model import SERVED_MODEL
from generator.detectors.session_reset import SESSION_RESET
from generator.detectors.shared.base import Detector
from generator.detectors.shared.running import run
from generator.detectors.short_prompt_overbilled import SHORT_PROMPT_OVERBILLED
from generator.detectors.silent_trim import SILENT_TRIM
from generator.detectors.synthetic_refusal import SYNTHETIC_REFUSAL
from generator.detectors.thinking_stripped import THINKING_STRIPPED
from generator.detectors.tier_change import TIER_CHANGE
from generator.detectors.truncated_results import TRUNCATED_RESULTS
from generator.detectors.uncached_input import UNCACHED_INPUT
from generator.detectors.unread_last_write import UNREAD_LAST_WRITE

DETECTORS: tuple[Detector, ...] = (
    CACHE_BREAK,
    PREMATURE_EXPIRY,
    GAP_THEN_SPIKE,
    EXPIRY_CYCLING,
    PREFIX_PIN,
    UNREAD_LAST_WRITE,
    RESUME_MISS,
    THINKING_STRIPPED,
    SHORT_PROMPT_OVERBILLED,
    UNCACHED_INPUT,
    DOUBLED_CALL,
    COMPACTION_STORM,
    SESSION_RESET,
    SILENT_TRIM,
    TRUNCATED_RESULTS,
    CONTEXT_DRIFT,
    COUNTER_RESET,
    RETRY_STORM,
    SYNTHETIC_REFUSAL,
    IDLE_ADVANCE,
    BLOCK_JUMP,
    NEGATIVE_DELTA,
    RECOUNT_CLUSTER,
    LOW_METER_REFUSAL,
    METER_COST_GAP,
    TIER_CHANGE,
    SERVED_MODEL,
    KNOWN_BAD_VERSION,
    LONG_CONTEXT_PREMIUM,
    LOG_INTEGRITY,
)

__all__ = ["DETECTORS", "Detector", "run"]
