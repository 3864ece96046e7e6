"""Usage and cost reports: shared modules beside the formats."""
