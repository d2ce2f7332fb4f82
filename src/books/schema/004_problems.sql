-- One problem from its beginning to its end: of one kind, at one job, about one thing. It holds no customers' data.
CREATE TABLE tempostar_problems (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    -- What makes it one and the same problem: mostly its code; but a server that fails in several ways is one problem
    kind TEXT NOT NULL,
    -- A file's name, an order's number; '': the job as a whole
    concerns TEXT NOT NULL,
    -- The rest as it was seen last
    code TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('warning', 'error')),
    exit_code INTEGER NOT NULL,
    message_ja TEXT NOT NULL,
    message_en TEXT NOT NULL,
    hint_ja TEXT NOT NULL,
    hint_en TEXT NOT NULL,
    -- The first rejected rows: JSON array of {file, line, column, ja, en}
    details TEXT NOT NULL,
    run_id TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    times_seen INTEGER NOT NULL,
    -- Not mailed before this moment
    mail_from TEXT NOT NULL,
    -- When it was mailed last; NULL: not yet
    mailed_at TEXT,
    -- How often mailing it has failed since
    mail_failures INTEGER NOT NULL DEFAULT 0,
    -- NULL: it is still there
    ended_at TEXT,
    -- 1: it is over, and nobody has to be told any more
    is_done INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX tempostar_problems_open ON tempostar_problems (command, kind, concerns) WHERE ended_at IS NULL;
CREATE INDEX tempostar_problems_not_done ON tempostar_problems (command) WHERE NOT is_done;
CREATE INDEX tempostar_problems_done ON tempostar_problems (command, kind, concerns, first_seen) WHERE is_done;
CREATE INDEX tempostar_problems_by_age ON tempostar_problems (ended_at) WHERE is_done;
