"""The image and the composition: one image for all roles, every service watched, no knob that settings do not know."""

import re

import pytest
import yaml

from tests.architecture.tree import ROOT

ROLES = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


def test_every_role_runs_the_same_image(services):
    assert {services[role]["image"] for role in ROLES} == {"carbonpeak"}


def test_every_dependency_is_a_service_that_reports_its_health(services):
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] == "service_completed_successfully" or "healthcheck" in services[other], name


def test_every_knob_is_known(services):
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    known = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert set(services["web"]["environment"]) - known == set()


def test_secrets_come_from_outside(services):
    for secret in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        for line in (ROOT / "docker-compose.yml").read_text(encoding="utf-8").splitlines():
            assert f"{secret}:" not in line or f"${{{secret}:?" in line, line
    assert "SECRET_KEY=$(python" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
