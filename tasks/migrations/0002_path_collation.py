"""PostgreSQL compares paths byte by byte (collation "C"), so that a subtree is one index range, as on SQLite."""

from django.db import migrations


def collate_paths(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in ("tasks_task", "tasks_historicaltask"):
            schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN path TYPE varchar(60) COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_closed_loop")]

    operations = [migrations.RunPython(collate_paths, migrations.RunPython.noop, elidable=False)]
