"""From records to an evidence pack that is safe to commit, and back."""
