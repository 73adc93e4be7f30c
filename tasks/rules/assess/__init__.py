"""Annual assessment: exact points over frozen facts, every line with its formula; no storage, no clock."""
