"""The base of every expected refusal: what was refused, by which rule, what to do next."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class DomainError(Exception):
    """An expected refusal, worded for the user who asked.

    `code` names the rule ("TRK-03.milestones_open"), `message` says what was refused and why,
    `remedy` what to do next. Doors translate it (problem+json, form error, exit text).
    """

    def __init__(
        self, code: str, message: object, remedy: object = "", params: Mapping[str, Any] | None = None
    ) -> None:
        self.code = code
        self._message = message
        self._remedy = remedy
        self.params = dict(params or {})
        super().__init__(code)

    @property
    def message(self) -> str:
        return str(self._message) % self.params if self.params else str(self._message)

    @property
    def remedy(self) -> str:
        return str(self._remedy) % self.params if self.params else str(self._remedy)

    def __str__(self) -> str:
        return _("%(message)s %(remedy)s [%(code)s]") % {
            "message": self.message,
            "remedy": self.remedy,
            "code": self.code,
        }


# code: (what was refused and why, what to do next)
ACCOUNT_WORDS = {
    "ACC-01.own_seat": (
        gettext_lazy("Nobody appoints themselves."),
        gettext_lazy("Ask another system administrator."),
    ),
    "ACC-02.name_taken": (
        gettext_lazy("There is already a user of that name."),
        gettext_lazy("Choose another user name."),
    ),
    "ACC-03.no_posts": (
        gettext_lazy("There is no administrator's post yet."),
        gettext_lazy("Load a plan with its organisations first: manage.py load_plan CODE."),
    ),
}
