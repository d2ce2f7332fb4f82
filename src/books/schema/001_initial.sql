-- The shop's tables, shared with the shop's application, and the ledger (tempostar_…), which is ours alone.
--
-- Conventions: times are TEXT 'YYYY-MM-DD HH:MM:SS' in Japan time, dates TEXT 'YYYY-MM-DD', amounts INTEGER yen,
-- flags INTEGER 0/1, codes TEXT. The tables are not STRICT, so that applications with an old SQLite can open them;
-- where a wrong type would cost money, a CHECK refuses it.

-- One product; the SKUs below are what is sold.
CREATE TABLE products (
    code TEXT NOT NULL PRIMARY KEY CHECK (code <> ''),
    name TEXT,
    kana TEXT,
    selling_name TEXT,
    price INTEGER,
    list_price INTEGER,
    cost INTEGER,
    taxable INTEGER,
    tax_rate NUMERIC,
    jan TEXT,
    weight NUMERIC,
    maker TEXT,
    origin TEXT,
    note TEXT,
    published INTEGER,
    release_date TEXT,
    sale_starts_at TEXT,
    sale_ends_at TEXT,
    max_quantity INTEGER,
    min_quantity INTEGER,
    low_stock_quantity INTEGER,
    search_keywords TEXT,
    title_tag TEXT,
    meta_keywords TEXT,
    meta_description TEXT,
    catch_copy TEXT,
    images TEXT,
    free_item_1 TEXT, free_item_2 TEXT, free_item_3 TEXT, free_item_4 TEXT, free_item_5 TEXT,
    free_item_6 TEXT, free_item_7 TEXT, free_item_8 TEXT, free_item_9 TEXT, free_item_10 TEXT,
    free_item_11 TEXT, free_item_12 TEXT, free_item_13 TEXT, free_item_14 TEXT, free_item_15 TEXT,
    free_item_16 TEXT, free_item_17 TEXT, free_item_18 TEXT, free_item_19 TEXT, free_item_20 TEXT,
    free_item_21 TEXT, free_item_22 TEXT, free_item_23 TEXT, free_item_24 TEXT, free_item_25 TEXT,
    free_item_26 TEXT, free_item_27 TEXT, free_item_28 TEXT, free_item_29 TEXT, free_item_30 TEXT,
    free_item_31 TEXT, free_item_32 TEXT, free_item_33 TEXT, free_item_34 TEXT, free_item_35 TEXT,
    free_item_36 TEXT, free_item_37 TEXT, free_item_38 TEXT, free_item_39 TEXT, free_item_40 TEXT,
    free_item_41 TEXT, free_item_42 TEXT, free_item_43 TEXT, free_item_44 TEXT, free_item_45 TEXT,
    free_item_46 TEXT, free_item_47 TEXT, free_item_48 TEXT, free_item_49 TEXT, free_item_50 TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now', '+9 hours')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now', '+9 hours'))
);

-- One free item (自由項目) that the shop defined: product column free_item_<number>.
CREATE TABLE product_free_items (
    number INTEGER NOT NULL PRIMARY KEY CHECK (number BETWEEN 1 AND 50),
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
);

-- One SKU: a product in one colour and size. A product without variations has one SKU of its own code.
CREATE TABLE skus (
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
);
CREATE INDEX skus_by_product ON skus (product_code);

-- The stock of one SKU. A SKU has no row until a stock file names it.
CREATE TABLE stock (
    sku_code TEXT NOT NULL PRIMARY KEY CHECK (sku_code <> ''),
    -- TEMPOSTAR's figure; may be negative.
    quantity INTEGER NOT NULL CHECK (typeof(quantity) = 'integer'),
    -- What the shop has sold and TEMPOSTAR's figure does not know yet.
    allocated INTEGER NOT NULL DEFAULT 0 CHECK (typeof(allocated) = 'integer'),
    -- The own time of the file that set the figure.
    as_of TEXT,
    updated_at TEXT NOT NULL DEFAULT (datetime('now', '+9 hours'))
) WITHOUT ROWID;

-- What the shop may sell of each SKU.
CREATE VIEW sellable_stock (sku_code, sellable) AS
SELECT skus.code, CASE WHEN skus.handled = 1 THEN max(0, coalesce(stock.quantity - stock.allocated, 0)) ELSE 0 END
FROM skus
LEFT JOIN stock ON stock.sku_code = skus.code;

-- One payment method that the shop offers.
CREATE TABLE payment_methods (
    name TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    is_card INTEGER NOT NULL DEFAULT 0 CHECK (is_card IN (0, 1)),
    -- When it was added; methods added on or after 2022-05-01 need a set-up at SAVAWAY.
    added_on TEXT,
    -- 1 when SAVAWAY has confirmed that set-up.
    tempostar_ready INTEGER NOT NULL DEFAULT 0 CHECK (tempostar_ready IN (0, 1))
);

-- One order of the shop.
CREATE TABLE orders (
    order_no TEXT NOT NULL PRIMARY KEY CHECK (order_no <> ''),
    ordered_at TEXT,
    is_provisional INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT 'normal' CHECK (kind IN ('normal', 'subscription', 'reservation', 'hanpukai')),
    customer_name TEXT, customer_kana TEXT, customer_zip TEXT, customer_address TEXT,
    customer_tel TEXT, customer_fax TEXT, customer_email TEXT,
    payment_method TEXT,
    payment_count TEXT,
    device TEXT,
    points_used INTEGER NOT NULL DEFAULT 0,
    coupon_discount INTEGER NOT NULL DEFAULT 0,
    subtotal_excl_tax INTEGER NOT NULL DEFAULT 0,
    tax INTEGER NOT NULL DEFAULT 0,
    subtotal_incl_tax INTEGER NOT NULL DEFAULT 0,
    shipping_fee INTEGER NOT NULL DEFAULT 0,
    payment_fee INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    customer_note TEXT,
    shop_note TEXT,
    free_item_1 TEXT, free_item_2 TEXT, free_item_3 TEXT, free_item_4 TEXT, free_item_5 TEXT,
    free_item_6 TEXT, free_item_7 TEXT, free_item_8 TEXT, free_item_9 TEXT, free_item_10 TEXT,
    free_item_11 TEXT, free_item_12 TEXT, free_item_13 TEXT, free_item_14 TEXT, free_item_15 TEXT,
    free_item_16 TEXT, free_item_17 TEXT, free_item_18 TEXT, free_item_19 TEXT, free_item_20 TEXT,
    free_item_21 TEXT, free_item_22 TEXT, free_item_23 TEXT, free_item_24 TEXT, free_item_25 TEXT,
    free_item_26 TEXT, free_item_27 TEXT, free_item_28 TEXT, free_item_29 TEXT, free_item_30 TEXT,
    free_item_31 TEXT, free_item_32 TEXT, free_item_33 TEXT, free_item_34 TEXT, free_item_35 TEXT,
    free_item_36 TEXT,
    paid_at TEXT,
    shipped_at TEXT,
    captured_at TEXT,
    -- 入金区分, 配送区分, オーソリ確定
    payment_status INTEGER NOT NULL DEFAULT 0,
    delivery_status INTEGER NOT NULL DEFAULT 0,
    capture_status INTEGER NOT NULL DEFAULT 0,
    cancelled_at TEXT,
    -- When a logistics file first said that TEMPOSTAR has cancelled it; the shop must follow by hand.
    cancelled_in_tempostar_at TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now', '+9 hours')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now', '+9 hours')),
    -- When its file lay complete in the outbox; NULL: not sent yet.
    exported_at TEXT
);
-- Orders that wait: what export-orders looks for.
CREATE INDEX orders_waiting ON orders (ordered_at, order_no) WHERE exported_at IS NULL AND cancelled_at IS NULL;
-- Orders exported lately: what import-stock looks for.
CREATE INDEX orders_by_export ON orders (exported_at) WHERE exported_at IS NOT NULL;
-- Orders that somebody may still have to cancel: what status looks for.
CREATE INDEX orders_cancelled_in_tempostar ON orders (order_no) WHERE cancelled_in_tempostar_at IS NOT NULL;

-- One destination of an order.
CREATE TABLE order_shipments (
    order_no TEXT NOT NULL REFERENCES orders (order_no),
    shipment_no INTEGER NOT NULL CHECK (shipment_no >= 1),
    recipient_name TEXT, recipient_kana TEXT, recipient_zip TEXT, recipient_address TEXT,
    recipient_tel TEXT, recipient_fax TEXT,
    delivery_method TEXT,
    delivery_date TEXT,
    delivery_time TEXT,
    shipping_fee INTEGER NOT NULL DEFAULT 0,
    payment_fee INTEGER NOT NULL DEFAULT 0,
    points INTEGER NOT NULL DEFAULT 0,
    coupon INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    is_gift INTEGER NOT NULL DEFAULT 0,
    message TEXT,
    shipped_on TEXT,
    delivered_on TEXT,
    tracking_no TEXT,
    PRIMARY KEY (order_no, shipment_no)
) WITHOUT ROWID;

-- One line of an order: so many of one SKU to one destination.
CREATE TABLE order_lines (
    order_no TEXT NOT NULL REFERENCES orders (order_no),
    line_no INTEGER NOT NULL,
    shipment_no INTEGER NOT NULL DEFAULT 1,
    sku_code TEXT,
    product_name TEXT,
    options TEXT,
    quantity INTEGER NOT NULL DEFAULT 1,
    unit_price_excl_tax INTEGER NOT NULL DEFAULT 0,
    unit_tax INTEGER NOT NULL DEFAULT 0,
    unit_price_incl_tax INTEGER NOT NULL DEFAULT 0,
    message TEXT,
    added_by TEXT NOT NULL DEFAULT 'shop' CHECK (added_by IN ('shop', 'tempostar')),
    PRIMARY KEY (order_no, line_no)
) WITHOUT ROWID;

-- One fact about this database, e.g. the environment that it belongs to.
CREATE TABLE tempostar_meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- One run of a job.
CREATE TABLE tempostar_runs (
    -- In the order of their beginning, also within a second
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    command TEXT NOT NULL,
    started_at TEXT NOT NULL,
    -- NULL: at work, or died.
    finished_at TEXT,
    outcome TEXT,
    exit_code INTEGER,
    -- JSON object of integers
    counts TEXT
);
CREATE INDEX tempostar_runs_by_time ON tempostar_runs (started_at);
CREATE INDEX tempostar_runs_by_command ON tempostar_runs (command, id);

-- One content that a job took from its inbox under one name, and what became of it.
CREATE TABLE tempostar_files (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- The file's own time
    file_time TEXT NOT NULL,
    run_id TEXT NOT NULL,
    -- applied: its rows are in the shop's tables; refused: nothing of it is; held: waits for a person or for better days
    outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'refused', 'held')),
    decided_at TEXT NOT NULL,
    -- Why it was refused or held, in both languages; NULL when it was applied
    reason_ja TEXT,
    reason_en TEXT,
    -- Where the copy lies, below the work folder's archive
    archived_as TEXT NOT NULL,
    -- 1 when the server's copy has been archived or deleted; the file must not be there any more.
    is_cleaned_up INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX tempostar_files_by_name ON tempostar_files (command, name, id);
CREATE INDEX tempostar_files_unfinished ON tempostar_files (command) WHERE NOT is_cleaned_up;
CREATE INDEX tempostar_files_by_age ON tempostar_files (decided_at);
CREATE INDEX tempostar_files_by_time ON tempostar_files (command, file_time);

-- One file of orders. prepared: its bytes and members are fixed; uploaded: complete on the server under the temporary
-- name, and only waits for its rename; sent: complete under its name.
CREATE TABLE tempostar_batches (
    id INTEGER PRIMARY KEY,
    file_name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'uploaded', 'sent')),
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    order_count INTEGER NOT NULL,
    line_count INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    prepared_at TEXT NOT NULL,
    sent_at TEXT,
    -- When we first saw that TEMPOSTAR had taken the file out of the outbox
    taken_at TEXT,
    -- Where its copy lies, below the work folder's archive; NULL: not sent yet, or forgotten
    archived_as TEXT
);
CREATE INDEX tempostar_batches_open ON tempostar_batches (state) WHERE state <> 'sent';
CREATE INDEX tempostar_batches_archived ON tempostar_batches (sent_at) WHERE archived_as IS NOT NULL;
CREATE INDEX tempostar_batches_not_taken ON tempostar_batches (sent_at) WHERE taken_at IS NULL;

-- One order in its one batch: the primary key is why an order is never sent twice.
CREATE TABLE tempostar_batch_orders (
    order_no TEXT NOT NULL PRIMARY KEY,
    batch_id INTEGER NOT NULL REFERENCES tempostar_batches (id),
    -- The order's updated_at as it was sent, moved along by our own changes: where it differs, the shop has changed the
    -- order since.
    known_updated_at TEXT
) WITHOUT ROWID;
CREATE INDEX tempostar_batch_orders_by_batch ON tempostar_batch_orders (batch_id);

-- One product that the newest full product file did not name: TEMPOSTAR has it no more, it seems.
CREATE TABLE tempostar_missing_products (
    code TEXT NOT NULL PRIMARY KEY,
    -- The own time of the first full file without it
    since TEXT NOT NULL
) WITHOUT ROWID;
