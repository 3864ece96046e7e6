"""What an earlier scan read and said, kept so that the next one reads only what is new. It holds no text of a log."""
