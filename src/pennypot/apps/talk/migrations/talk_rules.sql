-- What was said stays as it was said: a comment can only be hidden, once, and nothing of it is deleted.
CREATE FUNCTION talk_comment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  answered talk_comment;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.parent_id IS NOT NULL THEN
      SELECT * INTO answered FROM talk_comment WHERE id = NEW.parent_id;
      IF answered.parent_id IS NOT NULL OR answered.thread_id <> NEW.thread_id THEN
        RAISE EXCEPTION 'an answer belongs to a comment of its own thread that is no answer itself'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.hidden_at IS NOT NULL
     OR (NEW.id, NEW.thread_id, NEW.parent_id, NEW.person_id, NEW.text, NEW.at, NEW.key)
        IS DISTINCT FROM (OLD.id, OLD.thread_id, OLD.parent_id, OLD.person_id, OLD.text, OLD.at, OLD.key) THEN
    RAISE EXCEPTION 'history in % cannot be changed (% refused)', TG_TABLE_NAME, TG_OP
      USING ERRCODE = 'restrict_violation', HINT = 'Hide the comment, with the reason.';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER comment_stays BEFORE INSERT OR UPDATE OR DELETE ON talk_comment
  FOR EACH ROW EXECUTE FUNCTION talk_comment_stays();
CREATE TRIGGER comments_stay BEFORE TRUNCATE ON talk_comment
  FOR EACH STATEMENT EXECUTE FUNCTION house_history_stays();
