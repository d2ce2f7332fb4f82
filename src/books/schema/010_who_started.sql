-- Who started a run, as the environment says; NULL where it says nothing.
ALTER TABLE tempostar_runs ADD COLUMN started_by TEXT;
