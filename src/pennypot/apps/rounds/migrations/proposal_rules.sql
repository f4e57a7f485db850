-- What the database itself holds about proposals, whatever a program tries.

CREATE FUNCTION rounds_guard_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN
      wrong := 'only a draft can be deleted; withdraw a proposal instead';
    END IF;
  ELSIF OLD.number IS NOT NULL AND (NEW.number, NEW.round_id, NEW.thread_id, NEW.submitted_at)
      IS DISTINCT FROM (OLD.number, OLD.round_id, OLD.thread_id, OLD.submitted_at) THEN
    wrong := 'a proposal keeps its number, its round, its conversation and its day';
  ELSIF NEW.state <> OLD.state AND NOT (
      (OLD.state = 'draft' AND NEW.state = 'submitted')
      OR (OLD.state = 'submitted' AND NEW.state IN ('withdrawn', 'merged'))) THEN
    wrong := 'a proposal goes from draft to sent in, and from there to withdrawn or joined with another';
  ELSIF OLD.state = 'merged' AND NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id THEN
    wrong := 'where a proposal was joined stays written';
  ELSIF NEW.version < OLD.version OR NEW.revision < OLD.revision THEN
    wrong := 'versions only go forward';
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION '%', wrong USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER proposal_rules BEFORE UPDATE OR DELETE ON rounds_proposal
  FOR EACH ROW EXECUTE FUNCTION rounds_guard_proposal();
CREATE TRIGGER proposal_version_stays BEFORE UPDATE OR DELETE ON rounds_proposalversion
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER proposal_versions_stay BEFORE TRUNCATE ON rounds_proposalversion
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER merge_consent_stays BEFORE UPDATE OR DELETE ON rounds_mergeconsent
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER merge_consents_stay BEFORE TRUNCATE ON rounds_mergeconsent
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();

-- A picture belongs to one proposal for ever: nobody moves another's picture into their own.
CREATE FUNCTION rounds_picture_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.proposal_id, NEW.name, NEW.file, NEW.small) IS DISTINCT FROM (OLD.proposal_id, OLD.name, OLD.file, OLD.small) THEN
    RAISE EXCEPTION 'a picture stays with its proposal' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER picture_stays BEFORE UPDATE ON rounds_picture
  FOR EACH ROW EXECUTE FUNCTION rounds_picture_stays();
