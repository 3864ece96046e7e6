"""What every log becomes: rows, vocabulary, results, pseudonyms. Types only."""
