"""Claude Code, Cowork and the data export: shared modules beside the formats."""
