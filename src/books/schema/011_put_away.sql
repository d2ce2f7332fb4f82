-- Where on the server a file lies that was put away; NULL: nowhere that we know, or nobody need look after it any more.
ALTER TABLE tempostar_files ADD COLUMN put_as TEXT;
CREATE INDEX tempostar_files_put ON tempostar_files (command, decided_at) WHERE put_as IS NOT NULL;
