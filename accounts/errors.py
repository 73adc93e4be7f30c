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

# code: (what is wrong with the audit trail, what it means)
AUDIT_WORDS = {
    "AUD-02.gap": (
        gettext_lazy("Entries %(first)s to %(last)s are missing."),
        gettext_lazy("They were deleted from the middle of the chain."),
    ),
    "AUD-02.link": (
        gettext_lazy("It does not follow entry %(previous)s."),
        gettext_lazy("This entry or the one before was exchanged or edited."),
    ),
    "AUD-02.content": (
        gettext_lazy("Its content, about %(subject)s, is not what was sealed."),
        gettext_lazy("The entry was edited after it was written."),
    ),
    "AUD-02.order": (
        gettext_lazy("It stands after entry %(previous)s."),
        gettext_lazy("An entry was put in, moved or renumbered behind the product's back."),
    ),
    "AUD-02.cut": (
        gettext_lazy("Entries %(first)s to %(last)s are missing at the end."),
        gettext_lazy("The newest acts were deleted."),
    ),
    "AUD-02.beyond": (
        gettext_lazy("Entries %(first)s to %(last)s stand behind the end of the chain."),
        gettext_lazy("They were put in behind the product's back, or the chain was moved back."),
    ),
    "AUD-02.head": (
        gettext_lazy("The chain names another digest as its last."),
        gettext_lazy("The last entry was exchanged, or the chain's own row was edited."),
    ),
    "AUD-02.no_chain": (
        gettext_lazy("The entries up to this one belong to no chain."),
        gettext_lazy("The chain's own row was deleted."),
    ),
    "AUD-03.gap": (
        gettext_lazy("Seals %(first)s to %(last)s are missing."),
        gettext_lazy("They were deleted."),
    ),
    "AUD-03.link": (
        gettext_lazy("It does not follow seal %(previous)s."),
        gettext_lazy("This seal or the one before was exchanged or edited."),
    ),
    "AUD-03.content": (
        gettext_lazy("The seal does not say what was sealed."),
        gettext_lazy("It was edited after it was written."),
    ),
    "AUD-03.gone": (
        gettext_lazy("The entry is missing, and seal %(seal)s of %(at)s vouches for it."),
        gettext_lazy("Acts were deleted, or an older copy of the database was put in place."),
    ),
    "AUD-03.rewritten": (
        gettext_lazy("The entry is another one than seal %(seal)s of %(at)s vouches for."),
        gettext_lazy("The chain was written anew from this entry or an earlier one on."),
    ),
    "AUD-04.unreadable": (
        gettext_lazy("This line of the file is no seal."),
        gettext_lazy("The file was edited or damaged."),
    ),
    "AUD-04.differs": (
        gettext_lazy("From this line on, the file says something else than the database."),
        gettext_lazy("The file or the database was edited, or an older copy of the database was put in place."),
    ),
    "AUD-04.unfiled": (
        gettext_lazy("The file lacks the last %(count)s seals."),
        gettext_lazy("It was cut short, or it could not be written for hours."),
    ),
    "AUD-04.lost": (
        gettext_lazy("The database lacks the last %(count)s seals of the file."),
        gettext_lazy("An older copy of the database was put in place, or the seals were deleted."),
    ),
    "AUD-05.missing": (
        gettext_lazy("The trigger is missing."),
        gettext_lazy("Since it was dropped, the database has not refused changes to the audit trail."),
    ),
    "AUD-05.disabled": (
        gettext_lazy("The trigger is switched off."),
        gettext_lazy("Since then, the database has not refused changes to the audit trail."),
    ),
    "AUD-05.altered": (
        gettext_lazy("The trigger is not the one the product made."),
        gettext_lazy("Somebody exchanged it; it may let changes to the audit trail pass."),
    ),
    "AUD-05.foreign": (
        gettext_lazy("The product knows no such trigger."),
        gettext_lazy("Somebody added it; it may change what is written to the audit trail."),
    ),
    "AUD-06.moved": (
        gettext_lazy("It stands at “%(status)s”; its last recorded act left it at “%(due)s”."),
        gettext_lazy("The status was changed in the database, past the product and its checks."),
    ),
    "AUD-06.gone": (
        gettext_lazy("Acts are recorded about it, and it is not there."),
        gettext_lazy("It was deleted from the database."),
    ),
}
