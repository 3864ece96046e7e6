"""Usage meters: shared modules beside the formats."""
