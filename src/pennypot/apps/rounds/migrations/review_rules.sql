-- What the database itself holds about review and results, whatever a program tries.

-- History stays.
CREATE TRIGGER check_stays BEFORE UPDATE OR DELETE ON rounds_check
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER checks_stay BEFORE TRUNCATE ON rounds_check
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER review_message_stays BEFORE UPDATE OR DELETE ON rounds_reviewmessage
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER review_messages_stay BEFORE TRUNCATE ON rounds_reviewmessage
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER cost_change_stays BEFORE UPDATE OR DELETE ON rounds_costchange
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER cost_changes_stay BEFORE TRUNCATE ON rounds_costchange
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER decision_stays BEFORE UPDATE OR DELETE ON rounds_decision
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER decisions_stay BEFORE TRUNCATE ON rounds_decision
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER rival_stays BEFORE UPDATE OR DELETE ON rounds_exclusivemember
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER rivals_stay BEFORE TRUNCATE ON rounds_exclusivemember
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER outcome_stays BEFORE UPDATE OR DELETE ON rounds_outcome
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER outcomes_stay BEFORE TRUNCATE ON rounds_outcome
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER appeals_stay BEFORE TRUNCATE ON rounds_appeal
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER results_stay BEFORE TRUNCATE ON rounds_result
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();

-- Of these rows only the named columns may change, and none may go.
CREATE FUNCTION rounds_only_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - TG_ARGV) IS DISTINCT FROM (to_jsonb(OLD) - TG_ARGV) THEN
    RAISE EXCEPTION 'history in % cannot be changed (% refused)', TG_TABLE_NAME, TG_OP
      USING ERRCODE = 'restrict_violation', HINT = 'Write a new row that corrects the old one.';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER appeal_stays BEFORE UPDATE OR DELETE ON rounds_appeal
  FOR EACH ROW EXECUTE FUNCTION rounds_only_changes('agency_id');
CREATE TRIGGER review_stays BEFORE UPDATE OR DELETE ON rounds_review
  FOR EACH ROW EXECUTE FUNCTION rounds_only_changes('agency_id', 'officer_id', 'due_at', 'state');
CREATE TRIGGER rivals_end_once BEFORE UPDATE OR DELETE ON rounds_exclusivegroup
  FOR EACH ROW EXECUTE FUNCTION rounds_only_changes('ended_at', 'ended_reason');
-- The evidence may be added after the result, once.
CREATE TRIGGER result_stays BEFORE UPDATE OR DELETE ON rounds_result
  FOR EACH ROW WHEN (OLD.evidence = '') EXECUTE FUNCTION rounds_only_changes('evidence');
CREATE TRIGGER whole_result_stays BEFORE UPDATE OR DELETE ON rounds_result
  FOR EACH ROW WHEN (OLD.evidence <> '') EXECUTE FUNCTION house_history_stays();

-- Who is a rival of whom is a rule of the count: it is frozen with the others.
CREATE FUNCTION rounds_guard_rivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF rounds_is_frozen(NEW.round_id) THEN
    RAISE EXCEPTION 'the rules of a round are frozen when its ballot is fixed or voting opens'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rivals_freeze BEFORE INSERT OR UPDATE ON rounds_exclusivegroup
  FOR EACH ROW EXECUTE FUNCTION rounds_guard_rivals();

-- What belongs together is of one round.
CREATE FUNCTION rounds_guard_rival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM rounds_exclusivegroup rivals JOIN rounds_proposal proposal
      ON proposal.round_id = rivals.round_id WHERE rivals.id = NEW.group_id AND proposal.id = NEW.proposal_id) THEN
    RAISE EXCEPTION 'rivals belong to one round' USING ERRCODE = 'restrict_violation';
  ELSIF rounds_is_frozen((SELECT round_id FROM rounds_exclusivegroup WHERE id = NEW.group_id)) THEN
    RAISE EXCEPTION 'the rules of a round are frozen when its ballot is fixed or voting opens'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rival_of_one_round BEFORE INSERT ON rounds_exclusivemember
  FOR EACH ROW EXECUTE FUNCTION rounds_guard_rival();
CREATE FUNCTION rounds_guard_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM rounds_result result JOIN rounds_proposal proposal
      ON proposal.round_id = result.round_id WHERE result.id = NEW.result_id AND proposal.id = NEW.proposal_id) THEN
    RAISE EXCEPTION 'an outcome is of a project of the round' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER outcome_of_one_round BEFORE INSERT ON rounds_outcome
  FOR EACH ROW EXECUTE FUNCTION rounds_guard_outcome();
