-- One file that the guards keep, and what was decided about it. Its bytes lie in the work folder's `held` while it is held,
-- then in the archive.
CREATE TABLE tempostar_held (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- The file's own time
    file_time TEXT NOT NULL,
    -- The run that held it
    run_id TEXT NOT NULL,
    held_at TEXT NOT NULL,
    -- Where its bytes lie, below the work folder's `held`, then below its archive
    archived_as TEXT NOT NULL,
    -- Why: JSON array of {code, ja, en}
    verdicts TEXT NOT NULL,
    -- A hash of what it would change, before and after, as it was last shown: an approval is of this
    shown TEXT NOT NULL,
    -- superseded: later files say something newer about all that it says
    state TEXT NOT NULL CHECK (state IN ('held', 'approved', 'discarded', 'superseded')),
    decided_at TEXT,
    -- Who, as the system knows them; NULL: nobody
    decided_by TEXT,
    -- The terminal at which; NULL: none
    terminal TEXT
);
CREATE INDEX tempostar_held_open ON tempostar_held (command) WHERE state = 'held';
CREATE INDEX tempostar_held_by_content ON tempostar_held (command, sha256);
