-- 1: after it was put away, the server said that it is not there any more: one of the same name was put there since.
ALTER TABLE tempostar_files ADD COLUMN is_gone INTEGER NOT NULL DEFAULT 0;
