-- The rules of the game, kept by the database itself.

-- The log of moves stays, and so does an officer's reply.
DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['tablemove', 'reply'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW
      EXECUTE FUNCTION house_history_stays()', kept || '_stays', 'game_' || kept);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT
      EXECUTE FUNCTION house_history_stays()', kept || 's_stay', 'game_' || kept);
  END LOOP;
END $$;

-- Cards that are in people's hands never change.
CREATE FUNCTION game_guard_pack() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'published' AND (TG_OP = 'DELETE'
      OR (NEW.place_id, NEW.slug, NEW.version, NEW.title, NEW.given, NEW.hash, NEW.state, NEW.published_at)
        IS DISTINCT FROM
        (OLD.place_id, OLD.slug, OLD.version, OLD.title, OLD.given, OLD.hash, OLD.state, OLD.published_at)) THEN
    RAISE EXCEPTION 'a published pack stays as it is (% refused)', TG_OP USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER pack_stays BEFORE UPDATE OR DELETE ON game_pack FOR EACH ROW EXECUTE FUNCTION game_guard_pack();

-- Advice that was sent stays as it was sent.
CREATE TRIGGER advice_stays BEFORE UPDATE OR DELETE ON game_advice
  FOR EACH ROW EXECUTE FUNCTION house_history_stays();
CREATE TRIGGER advice_stay BEFORE TRUNCATE ON game_advice
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
