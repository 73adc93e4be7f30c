"""Decomposition: load base data, organisations and plans from files, all or nothing."""
