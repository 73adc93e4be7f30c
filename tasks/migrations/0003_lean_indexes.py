"""No index nobody asks by, and frozen mails stored as they are: base64 does not compress, and trying costs seconds."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def store_plainly(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE tasks_message ALTER COLUMN body SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_organisations_people_audit"),
        ("tasks", "0002_path_collation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Taking the index off the column would take this one with it on PostgreSQL, which keeps it as an index.
        migrations.RemoveConstraint(model_name="deadline", name="deadline_one_per_task"),
        migrations.AlterField(
            model_name="deadline",
            name="task",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deadlines",
                to="tasks.task",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "task")), fields=("task",), name="deadline_one_per_task"
            ),
        ),
        migrations.AlterField(
            model_name="deadline",
            name="campaign",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tasks.task"
            ),
        ),
        migrations.AlterField(
            model_name="deadline",
            name="ladder",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="tasks.ladder", verbose_name="ladder"
            ),
        ),
        migrations.AlterField(
            model_name="deadline",
            name="officer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="deadline",
            name="owner_unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.orgunit",
                verbose_name="responsible unit",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="deadline",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="tasks.deadline",
                verbose_name="deadline",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="recipient",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recipient",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="rung",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="tasks.rung", verbose_name="rung"
            ),
        ),
        migrations.RunPython(store_plainly, migrations.RunPython.noop, elidable=False),
    ]
