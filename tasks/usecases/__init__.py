"""WRITES: one function per act, one transaction each: lock, ask the rule, save with history, write the audit entry."""
