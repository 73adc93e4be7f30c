"""The database has every constraint and index the tables declare; migrations can lose one without a word."""

import pytest
from django.apps import apps
from django.db import connection

MODELS = [model for app in ("accounts", "tasks") for model in apps.get_app_config(app).get_models()]


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_declared_constraints_and_indexes_exist(model):
    declared = {row.name for row in (*model._meta.constraints, *model._meta.indexes)}
    with connection.cursor() as cursor:
        kept = connection.introspection.get_constraints(cursor, model._meta.db_table)
    assert declared - kept.keys() == set()
