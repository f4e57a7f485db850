-- What the database itself holds about rounds, whatever a program tries. In words: docs/decisions/009-rounds-freeze.md.

-- Whether a stage of a round is open at this moment, by the database's clock. Casting asks this inside its own
-- transaction. Whether the round is published is for permissions: an unpublished one has no pages.
CREATE FUNCTION rounds_stage_is_open(in_round bigint, in_kind text) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT EXISTS (
    SELECT 1 FROM rounds_stage stage JOIN rounds_round round ON round.id = stage.round_id
    WHERE stage.round_id = in_round AND stage.kind = in_kind AND round.cancelled_at IS NULL
      AND stage.opens_at <= clock_timestamp() AND clock_timestamp() < stage.closes_at)
$$;

-- A round's rules are frozen when its ballot is fixed, and at the latest when voting opens.
CREATE FUNCTION rounds_is_frozen(in_round bigint) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT EXISTS (
    SELECT 1 FROM rounds_round round WHERE round.id = in_round AND (
      round.rules_frozen_at IS NOT NULL
      OR (round.published_at IS NOT NULL AND EXISTS (
        SELECT 1 FROM rounds_stage stage
        WHERE stage.round_id = round.id AND stage.kind = 'voting' AND stage.opens_at <= clock_timestamp()))))
$$;

CREATE FUNCTION rounds_guard_round() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong text;
  voting rounds_stage;
BEGIN
  SELECT * INTO voting FROM rounds_stage WHERE round_id = OLD.id AND kind = 'voting';
  IF (NEW.budget_pence, NEW.source_account, NEW.ballot_form, NEW.max_choices, NEW.points, NEW.rule, NEW.min_votes,
      NEW.part_funding, NEW.tie_seed_source, NEW.min_age, NEW.eligibility, NEW.scope, NEW.area_needed,
      NEW.least_cost_pence, NEW.most_cost_pence)
     IS DISTINCT FROM
     (OLD.budget_pence, OLD.source_account, OLD.ballot_form, OLD.max_choices, OLD.points, OLD.rule, OLD.min_votes,
      OLD.part_funding, OLD.tie_seed_source, OLD.min_age, OLD.eligibility, OLD.scope, OLD.area_needed,
      OLD.least_cost_pence, OLD.most_cost_pence)
     AND rounds_is_frozen(OLD.id) THEN
    wrong := 'the rules of a round are frozen when its ballot is fixed or voting opens';
  ELSIF NEW.place_id <> OLD.place_id THEN
    wrong := 'a round stays in its place';
  ELSIF OLD.published_at IS NOT NULL AND (NEW.published_at, NEW.slug, NEW.account_id, NEW.budget_pence)
      IS DISTINCT FROM (OLD.published_at, OLD.slug, OLD.account_id, OLD.budget_pence) THEN
    wrong := 'a published round keeps its address, its money and its day';
  ELSIF OLD.rules_frozen_at IS NOT NULL AND NEW.rules_frozen_at IS DISTINCT FROM OLD.rules_frozen_at THEN
    wrong := 'frozen rules stay frozen';
  ELSIF NEW.tie_seed <> OLD.tie_seed AND (OLD.tie_seed <> '' OR voting.id IS NULL
      OR voting.closes_at > clock_timestamp()) THEN
    wrong := 'the public draw is written once, after voting closed';
  ELSIF OLD.order_seed <> '' AND NEW.order_seed <> OLD.order_seed THEN
    wrong := 'the order of the ballot is drawn once';
  ELSIF (NEW.cancelled_at, NEW.cancelled_reason) IS DISTINCT FROM (OLD.cancelled_at, OLD.cancelled_reason)
      AND (OLD.cancelled_at IS NOT NULL
        OR (OLD.published_at IS NOT NULL AND voting.id IS NOT NULL AND voting.opens_at <= clock_timestamp())) THEN
    wrong := 'a round is called off once, and before voting opens';
  ELSIF NEW.last_number < OLD.last_number THEN
    wrong := 'numbers of proposals are never given twice';
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION '%', wrong USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER round_guard BEFORE UPDATE ON rounds_round FOR EACH ROW EXECUTE FUNCTION rounds_guard_round();
CREATE TRIGGER published_round_stays BEFORE DELETE ON rounds_round
  FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION house_history_stays();

-- Kinds of projects, pots and the areas of a round are rules too.
CREATE FUNCTION rounds_guard_rule_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND rounds_is_frozen(OLD.round_id))
     OR (TG_OP <> 'DELETE' AND rounds_is_frozen(NEW.round_id)) THEN
    RAISE EXCEPTION 'the rules of a round are frozen when its ballot is fixed or voting opens'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER category_guard BEFORE INSERT OR UPDATE OR DELETE ON rounds_category
  FOR EACH ROW EXECUTE FUNCTION rounds_guard_rule_row();
CREATE TRIGGER pot_guard BEFORE INSERT OR UPDATE OR DELETE ON rounds_pot
  FOR EACH ROW EXECUTE FUNCTION rounds_guard_rule_row();
CREATE TRIGGER round_area_guard BEFORE INSERT OR UPDATE OR DELETE ON rounds_round_areas
  FOR EACH ROW EXECUTE FUNCTION rounds_guard_rule_row();

-- Dates of a published round move forward only; what has opened has opened, and what is over is never opened again.
CREATE FUNCTION rounds_guard_stage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong text;
  its_round bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.round_id ELSE OLD.round_id END;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM rounds_round WHERE id = its_round AND published_at IS NOT NULL) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  IF TG_OP <> 'UPDATE' THEN
    wrong := 'a published round keeps its stages';
  ELSIF (NEW.round_id, NEW.kind) IS DISTINCT FROM (OLD.round_id, OLD.kind) THEN
    wrong := 'a stage stays what it is';
  ELSIF (NEW.opens_at, NEW.closes_at) IS DISTINCT FROM (OLD.opens_at, OLD.closes_at) THEN
    IF OLD.closes_at <= clock_timestamp() THEN
      wrong := 'a stage that is over is never opened again';
    ELSIF OLD.opens_at <= clock_timestamp() AND NEW.opens_at <> OLD.opens_at THEN
      wrong := 'a stage that has opened has opened';
    ELSIF NEW.opens_at < OLD.opens_at OR NEW.closes_at < OLD.closes_at THEN
      wrong := 'dates of a published round move forward only';
    END IF;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION '%', wrong USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stages_stay BEFORE TRUNCATE ON rounds_stage
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER pots_stay BEFORE TRUNCATE ON rounds_pot FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER round_areas_stay BEFORE TRUNCATE ON rounds_round_areas
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER stage_guard BEFORE INSERT OR UPDATE OR DELETE ON rounds_stage
  FOR EACH ROW EXECUTE FUNCTION rounds_guard_stage();
