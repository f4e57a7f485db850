-- The rules of voting, kept by the database itself. In words: docs/algorithms/ballot-log.md.
-- Refusals: PV001 not open yet, PV002 voting is over, PV003 called off, PV004 this voter votes on paper,
-- PV005 there is no such leaf to make void.

-- What was cast belongs to a leaf of the log. No key leads anywhere else.
ALTER TABLE voting_sealedballot ADD CONSTRAINT ballot_has_its_leaf
  FOREIGN KEY (election_id, index) REFERENCES voting_logevent (election_id, index);
ALTER TABLE voting_slot ADD CONSTRAINT slot_has_its_leaf
  FOREIGN KEY (election_id, index) REFERENCES voting_logevent (election_id, index);
ALTER TABLE voting_formtoken ADD CONSTRAINT form_has_its_leaf
  FOREIGN KEY (election_id, index) REFERENCES voting_logevent (election_id, index);
ALTER TABLE voting_logevent ADD CONSTRAINT leaf_refers_to_a_leaf
  FOREIGN KEY (election_id, refers) REFERENCES voting_logevent (election_id, index);

-- History stays.
DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['logevent', 'sealedballot', 'slot', 'slotlock', 'formtoken', 'checkpoint'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW
      EXECUTE FUNCTION house_history_stays()', kept || '_stays', 'voting_' || kept);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT
      EXECUTE FUNCTION house_history_stays()', kept || 's_stay', 'voting_' || kept);
  END LOOP;
END $$;
CREATE TRIGGER head_stays BEFORE DELETE ON voting_head FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER heads_stay BEFORE TRUNCATE ON voting_head FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER election_stays BEFORE DELETE ON voting_election
  FOR EACH ROW WHEN (OLD.opened_at IS NOT NULL) EXECUTE FUNCTION house_history_stays();
-- A wish for a void is agreed to once; who wished what, and who agreed, stays.
CREATE FUNCTION voting_guard_void() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.leaf IS NOT NULL OR (NEW.election_id, NEW.index, NEW.reason, NEW.by_id, NEW.at)
      IS DISTINCT FROM (OLD.election_id, OLD.index, OLD.reason, OLD.by_id, OLD.at) THEN
    RAISE EXCEPTION 'history in % cannot be changed (% refused)', TG_TABLE_NAME, TG_OP
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER void_request_stays BEFORE UPDATE OR DELETE ON voting_voidrequest
  FOR EACH ROW EXECUTE FUNCTION voting_guard_void();
CREATE TRIGGER void_requests_stay BEFORE TRUNCATE ON voting_voidrequest
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();

-- Every moment of an election is written once; keys and configuration stay once it has opened.
CREATE FUNCTION voting_guard_election() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.round_id, NEW.origin) IS DISTINCT FROM (OLD.round_id, OLD.origin)
     OR (OLD.opened_at IS NOT NULL
         AND (NEW.box_public_key, NEW.sign_public_key, NEW.config, NEW.config_sha256, NEW.rehearsed_at, NEW.opened_at)
           IS DISTINCT FROM
           (OLD.box_public_key, OLD.sign_public_key, OLD.config, OLD.config_sha256, OLD.rehearsed_at, OLD.opened_at))
     OR (OLD.closed_at IS NOT NULL
         AND (NEW.closed_at, NEW.roll_counts, NEW.turnout) IS DISTINCT FROM
           (OLD.closed_at, OLD.roll_counts, OLD.turnout))
     OR (OLD.round_key_destroyed_at IS NOT NULL
         AND (NEW.round_key_destroyed_at, NEW.witness_id) IS DISTINCT FROM (OLD.round_key_destroyed_at, OLD.witness_id))
     OR (OLD.ballots_opened_at IS NOT NULL AND NEW.ballots_opened_at IS DISTINCT FROM OLD.ballots_opened_at)
     OR (OLD.counted_at IS NOT NULL AND NEW.counted_at IS DISTINCT FROM OLD.counted_at) THEN
    RAISE EXCEPTION 'what an election has settled stays' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER election_guard BEFORE UPDATE ON voting_election
  FOR EACH ROW EXECUTE FUNCTION voting_guard_election();

-- A head begins empty; afterwards only the trigger on the log moves it (depth 2: a trigger's update).
CREATE FUNCTION voting_guard_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND (NEW.size, NEW.root, NEW.closed) IS DISTINCT FROM (0::bigint, sha256(''), false)
     OR TG_OP = 'UPDATE' AND pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'only a new leaf moves the head of a log' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER head_guard BEFORE INSERT OR UPDATE ON voting_head
  FOR EACH ROW EXECUTE FUNCTION voting_guard_head();

-- May a leaf of this kind be written now? Asked under the lock on the head, by the database's clock.
CREATE FUNCTION voting_refuse_unless_open(in_election bigint, in_kind text, closed boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  opens timestamptz;
  closes timestamptz;
  ready timestamptz;
  called_off timestamptz;
BEGIN
  IF closed AND in_kind NOT IN ('void', 'tally') THEN
    RAISE EXCEPTION 'the election is closed' USING ERRCODE = 'PV002';
  END IF;
  IF in_kind = 'void' AND EXISTS (
      SELECT 1 FROM voting_election WHERE id = in_election AND ballots_opened_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the ballots are opened' USING ERRCODE = 'PV002';
  END IF;
  IF in_kind NOT IN ('cast', 'paper') THEN
    RETURN;
  END IF;
  SELECT stage.opens_at, stage.closes_at, election.opened_at, round.cancelled_at
    INTO opens, closes, ready, called_off
    FROM voting_election election
    JOIN rounds_round round ON round.id = election.round_id
    LEFT JOIN rounds_stage stage ON stage.round_id = round.id AND stage.kind = 'voting'
    WHERE election.id = in_election;
  IF called_off IS NOT NULL THEN
    RAISE EXCEPTION 'the round was called off' USING ERRCODE = 'PV003';
  ELSIF ready IS NULL OR opens IS NULL OR clock_timestamp() < opens THEN
    RAISE EXCEPTION 'voting has not opened' USING ERRCODE = 'PV001';
  ELSIF in_kind = 'cast' AND clock_timestamp() >= closes THEN
    RAISE EXCEPTION 'voting is over' USING ERRCODE = 'PV002';
  END IF;
END $$;

-- A leaf joins the end of its log, and only when it may; writers of one election queue at its head.
CREATE FUNCTION voting_join_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head voting_head;
  told json;
  node bytea;
  ends bytea[];
BEGIN
  SELECT * INTO head FROM voting_head WHERE election_id = NEW.election_id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this election has no log' USING ERRCODE = 'PV001';
  END IF;
  PERFORM voting_refuse_unless_open(NEW.election_id, NEW.kind, head.closed);
  told := convert_from(NEW.leaf, 'UTF8')::json;
  IF NEW.index <> head.size OR (told ->> 'i')::bigint IS DISTINCT FROM NEW.index
     OR told ->> 'type' IS DISTINCT FROM NEW.kind
     OR NEW.refers IS DISTINCT FROM
        (CASE NEW.kind WHEN 'cast' THEN told ->> 'replaces' WHEN 'void' THEN told ->> 'voids' END)::bigint THEN
    RAISE EXCEPTION 'a leaf joins the end of the log and says what it is' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.kind = 'void' AND NOT EXISTS (
      SELECT 1 FROM voting_logevent event
      WHERE event.election_id = NEW.election_id AND event.index = NEW.refers AND event.kind IN ('cast', 'paper')) THEN
    RAISE EXCEPTION 'only a ballot can be void' USING ERRCODE = 'PV005';
  END IF;
  NEW.leaf_hash := sha256('\x00'::bytea || NEW.leaf);
  -- The perfect subtrees that this leaf completes: one for each binary one at the end of the old size (RFC 9162, 2.1).
  node := NEW.leaf_hash;
  ends := head.edge;
  NEW.nodes := ''::bytea;
  FOR height IN 0 .. 62 LOOP
    EXIT WHEN (head.size >> height) & 1 = 0;
    node := sha256('\x01'::bytea || ends[cardinality(ends)] || node);
    NEW.nodes := NEW.nodes || node;
    ends := trim_array(ends, 1);
  END LOOP;
  ends := ends || node;
  FOR place IN REVERSE cardinality(ends) - 1 .. 1 LOOP
    node := sha256('\x01'::bytea || ends[place] || node);
  END LOOP;
  UPDATE voting_head AS kept
    SET size = head.size + 1, root = node, edge = ends, closed = head.closed OR NEW.kind = 'close'
    WHERE kept.election_id = NEW.election_id;
  RETURN NEW;
END $$;
CREATE TRIGGER event_joins_log BEFORE INSERT ON voting_logevent
  FOR EACH ROW EXECUTE FUNCTION voting_join_log();

-- Add one leaf: its canonical JSON is `before`, its index, what it replaces, `after`. The way in for every leaf.
CREATE FUNCTION voting_append(
  in_election bigint, in_kind text, leaf_before text, leaf_after text, in_refers bigint, OUT at bigint
) LANGUAGE plpgsql AS $$
DECLARE
  leaf text;
BEGIN
  SELECT size INTO at FROM voting_head WHERE election_id = in_election FOR UPDATE;
  leaf := leaf_before || coalesce(at, 0)
    || CASE WHEN in_kind = 'cast' AND in_refers IS NOT NULL THEN ',"replaces":' || in_refers ELSE '' END || leaf_after;
  INSERT INTO voting_logevent (election_id, index, kind, leaf, leaf_hash, nodes, refers)
    VALUES (in_election, coalesce(at, 0), in_kind, convert_to(leaf, 'UTF8'), '', '', in_refers);
END $$;

-- Cast a ballot, or find the one that this form cast before. A web ballot has a slot, a paper ballot has none.
CREATE FUNCTION voting_cast(
  in_election bigint, in_slot bytea, in_commitment bytea, in_sealed bytea, in_token bytea,
  in_kind text, leaf_before text, leaf_after text, OUT at bigint, OUT made boolean, OUT kept_commitment bytea
) LANGUAGE plpgsql AS $$
DECLARE
  last voting_slot;
BEGIN
  PERFORM 1 FROM voting_head WHERE election_id = in_election FOR UPDATE;
  SELECT form.index, ballot.commitment INTO at, kept_commitment
    FROM voting_formtoken form
    JOIN voting_sealedballot ballot ON ballot.election_id = form.election_id AND ballot.index = form.index
    WHERE form.election_id = in_election AND form.token_hash = in_token;
  IF FOUND THEN
    made := false;
    RETURN;
  END IF;
  IF in_slot IS NOT NULL THEN
    PERFORM 1 FROM voting_slotlock WHERE election_id = in_election AND slot = in_slot;
    IF FOUND THEN
      RAISE EXCEPTION 'this voter votes on paper' USING ERRCODE = 'PV004';
    END IF;
    SELECT * INTO last FROM voting_slot WHERE election_id = in_election AND slot = in_slot
      ORDER BY revision DESC LIMIT 1;
  END IF;
  at := voting_append(in_election, in_kind, leaf_before, leaf_after, last.index);
  INSERT INTO voting_sealedballot (election_id, index, commitment, sealed)
    VALUES (in_election, at, in_commitment, in_sealed);
  IF in_slot IS NOT NULL THEN
    INSERT INTO voting_slot (election_id, slot, revision, index)
      VALUES (in_election, in_slot, coalesce(last.revision, 0) + 1, at);
  END IF;
  INSERT INTO voting_formtoken (election_id, token_hash, index) VALUES (in_election, in_token, at);
  made := true;
  kept_commitment := in_commitment;
END $$;

-- A voter votes on paper: nothing more can be cast for the slot, and its last ballot, if any, is void.
CREATE FUNCTION voting_lock_slot(in_election bigint, in_slot bytea, OUT void_leaf bigint) LANGUAGE plpgsql AS $$
DECLARE
  last bigint;
BEGIN
  PERFORM 1 FROM voting_head WHERE election_id = in_election FOR UPDATE;
  INSERT INTO voting_slotlock (election_id, slot) VALUES (in_election, in_slot);
  SELECT slot.index INTO last FROM voting_slot slot
    WHERE slot.election_id = in_election AND slot.slot = in_slot ORDER BY revision DESC LIMIT 1;
  IF FOUND AND NOT EXISTS (SELECT 1 FROM voting_logevent void
      WHERE void.election_id = in_election AND void.kind = 'void' AND void.refers = last) THEN
    void_leaf := voting_append(
      in_election, 'void', '{"i":', ',"reason":"paper","type":"void","voids":' || last || '}', last);
  END IF;
END $$;

-- A head changes with every ballot: room on its page lets it change in place. Sealed ballots do not shrink.
ALTER TABLE voting_head SET (fillfactor = 20);
ALTER TABLE voting_sealedballot ALTER COLUMN sealed SET STORAGE EXTERNAL;
