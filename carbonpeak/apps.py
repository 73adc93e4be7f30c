"""Django's entry to the wiring: registers the checks; nothing else."""

from django.apps import AppConfig


class CarbonpeakConfig(AppConfig):
    name = "carbonpeak"

    def ready(self) -> None:
        from carbonpeak import checks  # noqa: F401  (importing registers them)
