"""The prisons of England and Wales, from the project's own list (prisons.csv)."""

import csv
from pathlib import Path

from django.db import migrations


def load(apps, schema_editor):
    Prison = apps.get_model("omic", "Prison")
    with (Path(__file__).parents[1] / "prisons.csv").open(encoding="utf-8", newline="") as lines:
        Prison.objects.bulk_create(Prison(**row) for row in csv.DictReader(lines))


class Migration(migrations.Migration):
    dependencies = [("omic", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
