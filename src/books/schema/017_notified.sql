-- 1: the command of [notify] was called for its beginning, and has to be called for its end.
ALTER TABLE tempostar_problems ADD COLUMN is_notified INTEGER NOT NULL DEFAULT 0;
