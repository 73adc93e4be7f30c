"""DOOR, the operator."""
