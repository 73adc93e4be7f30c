"""The door of the clock: Celery tasks, each of which reads the clock once and calls use cases."""
