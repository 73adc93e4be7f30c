"""The audit trail is append-only by triggers of the database, and sealed every hour."""

from django.db import migrations, models

from accounts.models.guards import install, remove


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_organisations_people_audit")]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveBigIntegerField(unique=True, verbose_name="number")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("heads", models.JSONField(verbose_name="last link of each chain")),
                ("previous_digest", models.CharField(max_length=64, verbose_name="previous digest")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
            ],
            options={"verbose_name": "audit seal", "verbose_name_plural": "audit seals"},
        ),
        migrations.RunPython(install, remove, elidable=False),
    ]
