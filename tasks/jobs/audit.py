"""The clock's sealing job: note every hour where the audit chains stand."""

from celery import shared_task
from celery.utils.log import get_task_logger
from django.conf import settings
from django.utils import timezone

from accounts.usecases.seal import file_seals, seal_chains

log = get_task_logger(__name__)


@shared_task(name="tasks.jobs.audit.seal")
def seal() -> None:
    """Seal what was added since the last seal, and bring the file outside the database up to date."""
    seal_chains(at=timezone.now())
    ahead = file_seals(settings.SEAL_FILE)
    if ahead:
        log.error("the seal file knows %s seals the database has lost; run manage.py verify_audit", ahead)
