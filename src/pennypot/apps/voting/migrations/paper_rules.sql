-- The rules of paper, kept by the database itself. In words: docs/how-to/returning-officer.md.
-- Refusals: PV011 no such ballot in the batch, PV012 settled already, PV013 an officer keyed it already,
-- PV014 two officers did not read the same, PV015 batches and opened envelopes differ.

-- One officer keys a ballot once; again only where two officers read something different. Keyers of a batch queue at it.
CREATE FUNCTION voting_guard_keying() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  total integer;
  officers integer;
  own integer;
BEGIN
  SELECT envelopes INTO total FROM voting_paperbatch WHERE id = NEW.batch_id FOR UPDATE;
  IF NEW.number < 1 OR NEW.number > total THEN
    RAISE EXCEPTION 'there is no ballot % in this batch', NEW.number USING ERRCODE = 'PV011';
  END IF;
  PERFORM 1 FROM voting_paperballot WHERE batch_id = NEW.batch_id AND number = NEW.number;
  IF FOUND THEN
    RAISE EXCEPTION 'two officers agreed on this ballot' USING ERRCODE = 'PV012';
  END IF;
  SELECT count(DISTINCT officer_id), count(*) FILTER (WHERE officer_id = NEW.officer_id) INTO officers, own
    FROM voting_paperkeying WHERE batch_id = NEW.batch_id AND number = NEW.number;
  IF NEW.look <> own + 1 OR (NEW.look > 1 AND officers < 2) THEN
    RAISE EXCEPTION 'another officer has to key this ballot' USING ERRCODE = 'PV013';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keying_guard BEFORE INSERT ON voting_paperkeying
  FOR EACH ROW EXECUTE FUNCTION voting_guard_keying();

-- A ballot is settled by two different officers who read the same on it.
CREATE FUNCTION voting_guard_paper_ballot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM voting_paperkeying one, voting_paperkeying other
    WHERE one.id = NEW.one_id AND other.id = NEW.other_id AND one.officer_id <> other.officer_id
      AND one.mark = other.mark
      AND (one.batch_id, one.number) = (NEW.batch_id, NEW.number)
      AND (other.batch_id, other.number) = (NEW.batch_id, NEW.number);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'two officers have to read the same' USING ERRCODE = 'PV014';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER paper_ballot_guard BEFORE INSERT ON voting_paperballot
  FOR EACH ROW EXECUTE FUNCTION voting_guard_paper_ballot();

-- An envelope is checked, then opened or sent back, and that stays. It goes with the roll when the count is over.
CREATE FUNCTION voting_guard_envelope() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM 1 FROM voting_election WHERE id = OLD.election_id AND counted_at IS NOT NULL;
    IF FOUND THEN
      RETURN OLD;
    END IF;
  ELSIF TG_OP = 'INSERT' THEN
    IF NEW.state = 'checked' THEN
      RETURN NEW;
    END IF;
  ELSIF OLD.state = 'checked' AND NEW.state <> 'checked'
    AND (NEW.election_id, NEW.entry_id, NEW.via, NEW.checked_by_id, NEW.day)
      = (OLD.election_id, OLD.entry_id, OLD.via, OLD.checked_by_id, OLD.day) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an envelope is checked, then opened or sent back once' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER envelope_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_paperenvelope
  FOR EACH ROW EXECUTE FUNCTION voting_guard_envelope();
CREATE TRIGGER envelopes_stay BEFORE TRUNCATE ON voting_paperenvelope
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();

-- Batches hold as many ballots as envelopes were opened: looked at when the transaction ends.
CREATE FUNCTION voting_batches_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT coalesce(sum(envelopes), 0) FROM voting_paperbatch WHERE election_id = NEW.election_id)
     <> (SELECT count(*) FROM voting_paperenvelope WHERE election_id = NEW.election_id AND state = 'opened') THEN
    RAISE EXCEPTION 'batches do not hold what was opened' USING ERRCODE = 'PV015';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER batches_add_up AFTER INSERT ON voting_paperbatch
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION voting_batches_add_up();
CREATE CONSTRAINT TRIGGER envelopes_add_up AFTER UPDATE ON voting_paperenvelope
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'opened') EXECUTE FUNCTION voting_batches_add_up();

DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['paperbatch', 'paperkeying', 'paperballot'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW
      EXECUTE FUNCTION house_history_stays()', kept || '_stays', 'voting_' || kept);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT
      EXECUTE FUNCTION house_history_stays()', kept || 's_stay', 'voting_' || kept);
  END LOOP;
END $$;
