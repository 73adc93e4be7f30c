"""DOOR, programs: nothing of accounts is open to them yet."""
