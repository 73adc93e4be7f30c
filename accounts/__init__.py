"""WHO: organisations, people, the posts they hold, and the audit trail of what they did."""
