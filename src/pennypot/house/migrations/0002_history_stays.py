"""History cannot be rewritten: a trigger refuses UPDATE, DELETE and TRUNCATE on deeds.

`house_history_stays()` is the function; every room's append-only tables hang their own triggers on it.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION house_history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'history in % cannot be changed (% refused)', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Write a new row that corrects the old one.';
END $$;
"""

TRIGGERS = """
CREATE TRIGGER deed_stays BEFORE UPDATE OR DELETE ON house_deed
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER deeds_stay BEFORE TRUNCATE ON house_deed
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("house", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION house_history_stays()"),
        migrations.RunSQL(
            TRIGGERS, "DROP TRIGGER deed_stays ON house_deed; DROP TRIGGER deeds_stay ON house_deed"
        ),
    ]
