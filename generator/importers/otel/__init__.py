"""OpenTelemetry: shared modules beside the formats."""
