"""PAPER: what queries return, as Excel, Word and PDF."""
