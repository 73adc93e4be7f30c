"""Writes of the accounts app: one function per act."""
