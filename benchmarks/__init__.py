"""Measures the product beside bare tools on the same rows, in databases of its own; nothing of the product needs it."""
