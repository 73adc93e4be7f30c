"""Whole stretches of time, lived through day by day."""
