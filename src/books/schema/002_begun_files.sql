-- Large files are written in slices; SKUs lie in the order of their codes, so that a sheet is compared beside them.

-- The view reads skus, which cannot be renamed under it.
DROP VIEW sellable_stock;

CREATE TABLE new_skus (
    code TEXT NOT NULL PRIMARY KEY CHECK (code <> ''),
    product_code TEXT NOT NULL REFERENCES products (code),
    name TEXT,
    unified_code TEXT,
    jan TEXT,
    handled INTEGER NOT NULL DEFAULT 1 CHECK (handled IN (0, 1)),
    option1_title TEXT, option1_name TEXT, option1_code TEXT,
    option2_title TEXT, option2_name TEXT, option2_code TEXT,
    option3_title TEXT, option3_name TEXT, option3_code TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now', '+9 hours')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now', '+9 hours'))
) WITHOUT ROWID;
INSERT INTO new_skus
SELECT code, product_code, name, unified_code, jan, handled,
       option1_title, option1_name, option1_code,
       option2_title, option2_name, option2_code,
       option3_title, option3_name, option3_code,
       created_at, updated_at
FROM skus
ORDER BY code;
DROP TABLE skus;
ALTER TABLE new_skus RENAME TO skus;
CREATE INDEX skus_by_product ON skus (product_code);

CREATE VIEW sellable_stock (sku_code, sellable) AS
SELECT skus.code, CASE WHEN skus.handled = 1 THEN max(0, coalesce(stock.quantity - stock.allocated, 0)) ELSE 0 END
FROM skus
LEFT JOIN stock ON stock.sku_code = skus.code;

CREATE TABLE new_tempostar_files (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- The file's own time
    file_time TEXT NOT NULL,
    run_id TEXT NOT NULL,
    -- applied: its rows are in the shop's tables; refused: nothing of it is; held: waits for a person or for better
    -- days; begun: a large one, of which a part is, and the next run finishes it
    outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'refused', 'held', 'begun')),
    decided_at TEXT NOT NULL,
    -- Why it was refused or held, in both languages; NULL when it was applied
    reason_ja TEXT,
    reason_en TEXT,
    -- Where the copy lies, below the work folder's archive
    archived_as TEXT NOT NULL,
    -- 1 when the server's copy has been archived or deleted; the file must not be there any more.
    is_cleaned_up INTEGER NOT NULL DEFAULT 0
);
INSERT INTO new_tempostar_files
SELECT id, command, name, sha256, size, file_time, run_id, outcome, decided_at, reason_ja, reason_en, archived_as,
       is_cleaned_up
FROM tempostar_files;
DROP TABLE tempostar_files;
ALTER TABLE new_tempostar_files RENAME TO tempostar_files;
CREATE INDEX tempostar_files_by_name ON tempostar_files (command, name, id);
CREATE INDEX tempostar_files_unfinished ON tempostar_files (command) WHERE NOT is_cleaned_up;
CREATE INDEX tempostar_files_begun ON tempostar_files (command) WHERE outcome = 'begun';
CREATE INDEX tempostar_files_by_age ON tempostar_files (decided_at);
CREATE INDEX tempostar_files_by_time ON tempostar_files (command, file_time);

CREATE INDEX tempostar_batches_by_content ON tempostar_batches (sha256);
