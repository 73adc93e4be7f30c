"""Reads about people and units."""
