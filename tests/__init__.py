"""The tests; the tree mirrors the code, with flows, races, faults, browser and architecture beside it."""
