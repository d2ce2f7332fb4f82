-- One SKU that the newest full file of its kind did not name: TEMPOSTAR has it no more, it seems, or not in this shop.
CREATE TABLE tempostar_missing_skus (
    kind TEXT NOT NULL CHECK (kind IN ('products', 'stock')),
    sku_code TEXT NOT NULL,
    -- The own time of the first full file without it
    since TEXT NOT NULL,
    PRIMARY KEY (kind, sku_code)
) WITHOUT ROWID;
