"""DOOR, departments and the office: the Django admin; it shows and calls, rules and writes lie behind it."""
