"""The rules of voting, in the database: see the SQL file beside this one."""

from pathlib import Path

from django.db import migrations

RULES = (Path(__file__).parent / "voting_rules.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("voting", "0001_initial"), ("house", "0002_history_stays")]

    # Going back would mean ballots without rules: restore a backup instead.
    operations = [migrations.RunSQL(RULES)]
