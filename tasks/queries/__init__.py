"""READS: which rows a person may see, and the facts each rule is asked about."""
