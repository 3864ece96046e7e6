"""Statistics: pure functions of numbers. They know no record, no page and no file."""
