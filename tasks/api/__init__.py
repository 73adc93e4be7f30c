"""DOOR for programs: the REST interface; shapes answers and calls use cases, decides nothing."""
