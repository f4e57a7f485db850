"""The rules of the game, in the database: see the SQL file beside this one."""

from pathlib import Path

from django.db import migrations

RULES = (Path(__file__).parent / "game_rules.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("game", "0001_initial"), ("house", "0002_history_stays")]

    # Going back would mean logs without rules: restore a backup instead.
    operations = [migrations.RunSQL(RULES)]
