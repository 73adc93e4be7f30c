"""DOOR, the system administrator: units, posts, appointments and people in the Django admin."""
