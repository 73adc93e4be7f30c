"""VERDICTS: pure functions over frozen facts; today and policy come in, an answer goes out."""
