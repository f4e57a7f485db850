"""The rules of voting, in the database: see the SQL files beside this one."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("voting", "0001_initial"), ("rounds", "0002_rules"), ("house", "0002_history_stays")]

    # Going back would mean ballots without rules: restore a backup instead.
    operations = [
        migrations.RunSQL((HERE / name).read_text(encoding="utf-8")) for name in ("voting_rules.sql", "paper_rules.sql")
    ]
