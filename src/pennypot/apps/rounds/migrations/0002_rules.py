"""What the database itself holds about rounds, proposals, review and ballots: see the SQL files beside this one."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent
FILES = ("round_rules.sql", "proposal_rules.sql", "review_rules.sql", "ballot_rules.sql")


class Migration(migrations.Migration):
    dependencies = [("rounds", "0001_initial"), ("house", "0002_history_stays")]

    # Going back would mean rounds without rules: restore a backup instead.
    operations = [migrations.RunSQL((HERE / name).read_text(encoding="utf-8")) for name in FILES]
