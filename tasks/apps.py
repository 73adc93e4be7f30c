"""Django's entry to the tasks app; nothing else."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = _("Carbon-peak tasks")
