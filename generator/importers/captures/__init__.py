"""Captured traffic of the API: shared modules beside the formats."""
