"""DOOR, leaders: the situation pages."""
