"""Tables of the accounts app."""

from accounts.models.audit import AuditChain, AuditedModel, AuditedQuerySet, AuditEntry, AuditSeal
from accounts.models.organisation import Appointment, OrgUnit, Post
from accounts.models.user import User

__all__ = [
    "Appointment",
    "AuditChain",
    "AuditEntry",
    "AuditSeal",
    "AuditedModel",
    "AuditedQuerySet",
    "OrgUnit",
    "Post",
    "User",
]
