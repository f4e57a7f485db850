-- What stands on the ballot stays as it was when the ballot was fixed.
CREATE FUNCTION rounds_guard_ballot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong text;
  whose bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.round_id ELSE OLD.round_id END;
BEGIN
  IF TG_OP = 'DELETE' THEN
    wrong := 'a project stays on the ballot; it can be withdrawn with a reason';
  ELSIF TG_OP = 'INSERT' THEN
    IF rounds_is_frozen(whose) THEN
      wrong := 'the ballot is fixed';
    ELSIF NOT EXISTS (SELECT 1 FROM rounds_proposal
        WHERE id = NEW.proposal_id AND round_id = NEW.round_id AND number = NEW.number) THEN
      wrong := 'a project on the ballot is a proposal of its round';
    END IF;
  ELSIF (to_jsonb(NEW) - '{withdrawn_at,withdrawn_reason}'::text[])
      IS DISTINCT FROM (to_jsonb(OLD) - '{withdrawn_at,withdrawn_reason}'::text[]) THEN
    wrong := 'what stands on the ballot stays';
  ELSIF OLD.withdrawn_at IS NOT NULL THEN
    wrong := 'a project is withdrawn once';
  ELSIF EXISTS (SELECT 1 FROM rounds_stage
      WHERE round_id = whose AND kind = 'voting' AND closes_at <= clock_timestamp()) THEN
    wrong := 'after voting closed nothing is taken off the ballot';
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION '%', wrong USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ballot_stays BEFORE INSERT OR UPDATE OR DELETE ON rounds_ballotitem
  FOR EACH ROW EXECUTE FUNCTION rounds_guard_ballot();
CREATE TRIGGER ballots_stay BEFORE TRUNCATE ON rounds_ballotitem
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
