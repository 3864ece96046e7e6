"""Gateways and observability tools: shared modules beside the formats."""
