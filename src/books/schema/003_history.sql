-- The history: what changed, by which run, from which file and line. Only changes are recorded, and they are forgotten
-- after `history_days`.
--
-- The keys begin with the file, not with the SKU or order: what one file changed is written behind what there is,
-- whole pages at a time (by SKU, every row would be a page of its own, a hundred times as much to write), and goes away
-- as one range. Whoever asks for one SKU looks it up once per file, which takes some milliseconds for a quarter's files.

-- One file whose rows one run wrote. A file that an interrupted run had begun has two.
CREATE TABLE tempostar_history_files (
    -- In the order of writing
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    run_id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    -- The file's own time
    file_time TEXT NOT NULL,
    -- Where its copy lies, below the work folder's archive
    archived_as TEXT NOT NULL,
    -- What the rows were stamped with
    written_at TEXT NOT NULL,
    -- 1: the shop had nothing of the kind before. Its rows are not recorded one by one.
    is_first_load INTEGER NOT NULL
);

-- One SKU's stock, changed by one file. old_… are NULL where the SKU had no stock row before.
CREATE TABLE tempostar_stock_history (
    history_file_id INTEGER NOT NULL,
    sku_code TEXT NOT NULL,
    -- In that file, from 1
    line INTEGER NOT NULL,
    old_quantity INTEGER,
    old_allocated INTEGER,
    quantity INTEGER NOT NULL,
    allocated INTEGER NOT NULL,
    PRIMARY KEY (history_file_id, sku_code)
) WITHOUT ROWID;

-- One product or SKU, created or changed by one file.
CREATE TABLE tempostar_catalogue_history (
    history_file_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('product', 'sku')),
    code TEXT NOT NULL,
    line INTEGER NOT NULL,
    -- 1: created
    is_new INTEGER NOT NULL,
    PRIMARY KEY (history_file_id, kind, code)
) WITHOUT ROWID;

-- One thing that one file did to an order. shipment: data of destination `number` was stored; line: line `number` was
-- added; ticked: its three ticks were set; cancelled: TEMPOSTAR has cancelled it; revived: it ships it after all.
CREATE TABLE tempostar_order_history (
    history_file_id INTEGER NOT NULL,
    order_no TEXT NOT NULL,
    event TEXT NOT NULL CHECK (event IN ('shipment', 'line', 'ticked', 'cancelled', 'revived')),
    number INTEGER NOT NULL DEFAULT 0,
    line INTEGER NOT NULL,
    PRIMARY KEY (history_file_id, order_no, event, number)
) WITHOUT ROWID;
