"""Verdicts about people and posts: pure functions over frozen facts."""
