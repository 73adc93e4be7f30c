"""Commands: each reads the clock once and calls use cases."""
