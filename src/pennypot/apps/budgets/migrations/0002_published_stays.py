"""Published budgets, their lines, incomes and transfers never change: the database refuses, whoever asks."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION budgets_budget_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'published' THEN
        RAISE EXCEPTION 'A published budget stays as it is; publish a new version (budget %).', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.agency_id <> OLD.agency_id OR NEW.version <> OLD.version THEN
        RAISE EXCEPTION 'A budget keeps its agency and its version (budget %).', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- The budget's row is locked for share, so that nothing slips in while it is being published.
CREATE FUNCTION budgets_must_be_draft(budget bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE now_is text;
BEGIN
    SELECT state INTO now_is FROM budgets_budget WHERE id = budget FOR SHARE;
    IF now_is = 'published' THEN
        RAISE EXCEPTION 'A published budget stays as it is; publish a new version (budget %).', budget
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION budgets_part_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM budgets_must_be_draft(OLD.budget_id);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    PERFORM budgets_must_be_draft(NEW.budget_id);
    RETURN NEW;
END $$;

CREATE FUNCTION budgets_transfer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM budgets_must_be_draft(budget_id) FROM budgets_line WHERE id = OLD.left_out_id;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    PERFORM budgets_must_be_draft(budget_id) FROM budgets_line WHERE id = NEW.left_out_id;
    RETURN NEW;
END $$;

CREATE TRIGGER budget_stays BEFORE UPDATE OR DELETE ON budgets_budget
    FOR EACH ROW EXECUTE FUNCTION budgets_budget_stays();
CREATE TRIGGER line_stays BEFORE INSERT OR UPDATE OR DELETE ON budgets_line
    FOR EACH ROW EXECUTE FUNCTION budgets_part_stays();
CREATE TRIGGER income_stays BEFORE INSERT OR UPDATE OR DELETE ON budgets_income
    FOR EACH ROW EXECUTE FUNCTION budgets_part_stays();
CREATE TRIGGER transfer_stays BEFORE INSERT OR UPDATE OR DELETE ON budgets_transfer
    FOR EACH ROW EXECUTE FUNCTION budgets_transfer_stays();
"""

REVERSE = """
DROP TRIGGER budget_stays ON budgets_budget;
DROP TRIGGER line_stays ON budgets_line;
DROP TRIGGER income_stays ON budgets_income;
DROP TRIGGER transfer_stays ON budgets_transfer;
DROP FUNCTION budgets_budget_stays, budgets_part_stays, budgets_transfer_stays, budgets_must_be_draft;
"""


class Migration(migrations.Migration):
    dependencies = [("budgets", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS, REVERSE)]
