-- The rules of the ledger, kept by the database itself. In words: docs/algorithms/ledger.md.

-- Both ends of a transfer, and its entry, are of one place; both ends are of one currency.
ALTER TABLE fund_transfer
  ADD CONSTRAINT transfer_source_same_money FOREIGN KEY (source_id, place_id, currency)
    REFERENCES fund_account (id, place_id, currency),
  ADD CONSTRAINT transfer_target_same_money FOREIGN KEY (target_id, place_id, currency)
    REFERENCES fund_account (id, place_id, currency),
  ADD CONSTRAINT transfer_entry_same_place FOREIGN KEY (entry_id, place_id) REFERENCES fund_entry (id, place_id);
ALTER TABLE fund_entry
  ADD CONSTRAINT entry_reverses_same_place FOREIGN KEY (reverses_id, place_id) REFERENCES fund_entry (id, place_id);

-- History stays.
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON fund_entry
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER entries_stay BEFORE TRUNCATE ON fund_entry
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER transfer_stays BEFORE UPDATE OR DELETE ON fund_transfer
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER transfers_stay BEFORE TRUNCATE ON fund_transfer
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER contribution_stays BEFORE UPDATE OR DELETE ON fund_contribution
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER contributions_stay BEFORE TRUNCATE ON fund_contribution
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER pledge_stays BEFORE UPDATE OR DELETE ON fund_pledge
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER pledges_stay BEFORE TRUNCATE ON fund_pledge
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER adopted_policy_stays BEFORE UPDATE OR DELETE ON fund_policyversion
  FOR EACH ROW WHEN (OLD.state = 'adopted') EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER policies_stay BEFORE TRUNCATE ON fund_policyversion
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER account_stays BEFORE DELETE ON fund_account
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER accounts_stay BEFORE TRUNCATE ON fund_account
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();

-- An account begins empty; afterwards only the trigger on transfers moves its balance (depth 2: a trigger's update).
CREATE FUNCTION fund_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.balance_pence <> 0 THEN
      RAISE EXCEPTION 'an account begins empty' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF (NEW.id, NEW.place_id, NEW.code, NEW.currency) IS DISTINCT FROM (OLD.id, OLD.place_id, OLD.code, OLD.currency) THEN
    RAISE EXCEPTION 'an account keeps its place, code and currency' USING ERRCODE = 'restrict_violation';
  ELSIF NEW.balance_pence <> OLD.balance_pence AND pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'a balance moves by transfers only' USING ERRCODE = 'restrict_violation';
  ELSIF NEW.floor_pence IS DISTINCT FROM OLD.floor_pence AND NEW.code NOT LIKE 'agency:%' THEN
    RAISE EXCEPTION 'the floor of a pot stays' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER account_guard BEFORE INSERT OR UPDATE ON fund_account
  FOR EACH ROW EXECUTE FUNCTION fund_guard_account();

CREATE FUNCTION fund_move_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Always in the order of ids, so that two transfers the other way round wait instead of blocking each other.
  PERFORM 1 FROM fund_account WHERE id IN (NEW.source_id, NEW.target_id) ORDER BY id FOR NO KEY UPDATE;
  UPDATE fund_account
    SET balance_pence = balance_pence + CASE WHEN id = NEW.source_id THEN -NEW.pence ELSE NEW.pence END
    WHERE id IN (NEW.source_id, NEW.target_id);
  RETURN NULL;
END $$;
CREATE TRIGGER transfer_moves_balances AFTER INSERT ON fund_transfer
  FOR EACH ROW EXECUTE FUNCTION fund_move_balances();

-- The canonical text of an entry: JSON with sorted keys, no spaces, UTF-8, as in Python's
-- json.dumps(..., sort_keys=True, separators=(",", ":"), ensure_ascii=False).
CREATE FUNCTION fund_entry_text(entry fund_entry, transfers text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT '{"at":' || to_json(to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text
      || ',"by":' || coalesce(entry.made_by_id::text, 'null')
      || ',"key":' || to_json(entry.key)::text
      || ',"kind":' || to_json(entry.kind)::text
      || ',"memo":' || to_json(entry.memo)::text
      || ',"number":' || entry.number
      || ',"place":' || entry.place_id
      || ',"reverses":' || coalesce((SELECT number::text FROM fund_entry WHERE id = entry.reverses_id), 'null')
      || ',"transfers":[' || transfers || '],"year":' || to_json(entry.year)::text || '}'
$$;
CREATE FUNCTION fund_transfer_text(source text, target text, currency text, pence bigint, money text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT '[' || to_json(source)::text || ',' || to_json(target)::text || ',' || to_json(currency)::text || ','
    || pence || ',' || to_json(money)::text || ']'
$$;
CREATE FUNCTION fund_kept_text(entry fund_entry) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT fund_entry_text(entry, coalesce(string_agg(
    fund_transfer_text(source.code, target.code, transfer.currency, transfer.pence, transfer.money),
    ',' ORDER BY transfer.position), ''))
  FROM fund_transfer transfer
  JOIN fund_account source ON source.id = transfer.source_id
  JOIN fund_account target ON target.id = transfer.target_id
  WHERE transfer.entry_id = entry.id
$$;

-- An entry joins the end of its place's chain; writers of one place queue at its ledger's row.
CREATE FUNCTION fund_join_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last_number bigint;
  last_hash bytea;
BEGIN
  PERFORM 1 FROM fund_ledger WHERE place_id = NEW.place_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this place has no ledger yet' USING ERRCODE = 'foreign_key_violation';
  END IF;
  SELECT number, hash INTO last_number, last_hash
    FROM fund_entry WHERE place_id = NEW.place_id ORDER BY number DESC LIMIT 1;
  IF NEW.number IS DISTINCT FROM coalesce(last_number, 0) + 1
     OR NEW.previous_hash IS DISTINCT FROM coalesce(last_hash, decode(repeat('00', 32), 'hex')) THEN
    RAISE EXCEPTION 'an entry joins the end of the chain' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER entry_joins_chain BEFORE INSERT ON fund_entry
  FOR EACH ROW EXECUTE FUNCTION fund_join_chain();

-- Before the transaction commits: all transfers of the entry are there, its hash is right, a reversal is the exact
-- mirror of what it takes back, and is not itself taken back.
CREATE FUNCTION fund_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong text;
BEGIN
  IF (SELECT count(*) FROM fund_transfer WHERE entry_id = NEW.id) <> NEW.transfer_count THEN
    wrong := 'has not the transfers that it says';
  ELSIF NEW.hash IS DISTINCT FROM sha256(NEW.previous_hash || convert_to(fund_kept_text(NEW), 'UTF8')) THEN
    wrong := 'has a hash that is not its own';
  ELSIF NEW.reverses_id IS NOT NULL AND (
      (SELECT kind FROM fund_entry WHERE id = NEW.reverses_id) = 'reversal'
      OR EXISTS (
        SELECT 1
        FROM (SELECT * FROM fund_transfer WHERE entry_id = NEW.id) mine
        FULL JOIN (SELECT * FROM fund_transfer WHERE entry_id = NEW.reverses_id) theirs USING (position)
        WHERE (mine.source_id, mine.target_id, mine.currency, mine.pence, mine.money)
          IS DISTINCT FROM (theirs.target_id, theirs.source_id, theirs.currency, theirs.pence, theirs.money))) THEN
    wrong := 'is not the mirror of what it takes back';
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'entry % %', NEW.number, wrong USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_is_whole AFTER INSERT ON fund_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION fund_check_entry();

-- Every transfer has its place in its entry, so that none can be added to an entry that was committed.
CREATE FUNCTION fund_place_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.position >= (SELECT transfer_count FROM fund_entry WHERE id = NEW.entry_id) THEN
    RAISE EXCEPTION 'the entry is full' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER transfer_has_a_place BEFORE INSERT ON fund_transfer
  FOR EACH ROW EXECUTE FUNCTION fund_place_transfer();

-- Write one entry: the way in. `moves` is [[source id, target id, pence, money], ...]; for a reversal it is null and
-- made here from what is taken back. A key that was used answers with the entry it made (made = false), or is refused
-- (PP001) where the two are not the same. PP002: there is no such entry to take back. PP003: an account is unknown.
CREATE FUNCTION fund_post(
  in_place bigint, in_key text, in_kind text, in_year text, in_memo text, in_reverses bigint, in_by bigint, moves jsonb,
  OUT entry_id bigint, OUT made boolean
) LANGUAGE plpgsql AS $$
DECLARE
  known fund_entry;
  written fund_entry;
  last fund_entry;
  accounts bigint;
  listed text;
BEGIN
  PERFORM 1 FROM fund_ledger WHERE place_id = in_place FOR NO KEY UPDATE;
  SELECT * INTO known FROM fund_entry WHERE place_id = in_place AND key = in_key;
  IF in_reverses IS NOT NULL THEN
    PERFORM 1 FROM fund_entry WHERE id = in_reverses AND place_id = in_place AND kind <> 'reversal';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'there is no such entry to take back' USING ERRCODE = 'PP002';
    END IF;
    SELECT jsonb_agg(jsonb_build_array(target_id, source_id, pence, money) ORDER BY position) INTO moves
      FROM fund_transfer WHERE fund_transfer.entry_id = in_reverses;
  END IF;
  IF known.id IS NOT NULL THEN
    IF (known.kind, known.year, known.memo, known.reverses_id, known.made_by_id)
         IS DISTINCT FROM (in_kind::varchar, in_year::varchar, in_memo::varchar, in_reverses, in_by)
       OR moves IS DISTINCT FROM (
         SELECT jsonb_agg(jsonb_build_array(source_id, target_id, pence, money) ORDER BY position)
         FROM fund_transfer WHERE fund_transfer.entry_id = known.id) THEN
      RAISE EXCEPTION 'this key made another entry' USING ERRCODE = 'PP001';
    END IF;
    entry_id := known.id;
    made := false;
    RETURN;
  END IF;
  SELECT * INTO last FROM fund_entry WHERE place_id = in_place ORDER BY number DESC LIMIT 1;
  written.id := nextval(pg_get_serial_sequence('fund_entry', 'id'));
  written.place_id := in_place;
  written.number := coalesce(last.number, 0) + 1;
  written.key := in_key;
  written.kind := in_kind;
  written.year := in_year;
  written.memo := in_memo;
  written.reverses_id := in_reverses;
  written.made_by_id := in_by;
  written.at := clock_timestamp();
  written.transfer_count := jsonb_array_length(moves);
  written.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  SELECT count(*), string_agg(
      fund_transfer_text(source.code, target.code, source.currency, (move ->> 2)::bigint, move ->> 3), ',' ORDER BY n)
    INTO accounts, listed
    FROM jsonb_array_elements(moves) WITH ORDINALITY AS given (move, n)
    JOIN fund_account source ON source.id = (move ->> 0)::bigint
    JOIN fund_account target ON target.id = (move ->> 1)::bigint;
  IF accounts <> written.transfer_count THEN
    RAISE EXCEPTION 'an account is unknown' USING ERRCODE = 'PP003';
  END IF;
  written.hash := sha256(written.previous_hash || convert_to(fund_entry_text(written, coalesce(listed, '')), 'UTF8'));
  INSERT INTO fund_entry SELECT (written).*;
  INSERT INTO fund_transfer (place_id, entry_id, position, source_id, target_id, currency, pence, money)
    SELECT in_place, written.id, n - 1, source.id, (move ->> 1)::bigint, source.currency, (move ->> 2)::bigint, move ->> 3
    FROM jsonb_array_elements(moves) WITH ORDINALITY AS given (move, n)
    JOIN fund_account source ON source.id = (move ->> 0)::bigint
    ORDER BY n;
  entry_id := written.id;
  made := true;
END $$;

-- Balances change often and nothing else in the row does: room on each page lets them change in place.
ALTER TABLE fund_account SET (fillfactor = 40);
