"""Words of the gate: where an actor's unit may stand towards a task."""

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _


class Placement(IntegerChoices):
    """Where an actor's unit stands towards a task."""

    ANYWHERE = 0, _("any unit")
    LEAD = 1, _("the lead unit")
    RESPONSIBLE = 2, _("a responsible unit")
    PORTFOLIO = 3, _("the supervising leader's portfolio")
