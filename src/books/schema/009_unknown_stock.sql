-- Figures of SKUs that the shop does not have (yet, or any more): kept until it has them.

-- One SKU that the shop does not have, and TEMPOSTAR's newest figure of it.
CREATE TABLE tempostar_unknown_stock (
    sku_code TEXT NOT NULL PRIMARY KEY,
    quantity INTEGER NOT NULL,
    -- What was allocated when its SKU was deleted.
    allocated INTEGER NOT NULL DEFAULT 0,
    -- The own time of the file that said so
    as_of TEXT
) WITHOUT ROWID;

INSERT INTO tempostar_unknown_stock
SELECT sku_code, quantity, allocated, as_of FROM stock WHERE sku_code NOT IN (SELECT code FROM skus);
DELETE FROM stock WHERE sku_code NOT IN (SELECT code FROM skus);

-- Whoever creates a SKU, import-products or the shop's application: its figure is known at once.
CREATE TRIGGER tempostar_stock_of_new_sku AFTER INSERT ON skus
WHEN EXISTS (SELECT 1 FROM tempostar_unknown_stock WHERE sku_code = NEW.code)
BEGIN
    INSERT OR IGNORE INTO stock (sku_code, quantity, allocated, as_of, updated_at)
    SELECT sku_code, quantity, allocated, as_of, NEW.updated_at
    FROM tempostar_unknown_stock
    WHERE sku_code = NEW.code;
    DELETE FROM tempostar_unknown_stock WHERE sku_code = NEW.code;
END;

-- The stock of a deleted SKU goes with it. One that is deleted and written anew has it back.
CREATE TRIGGER tempostar_stock_of_deleted_sku AFTER DELETE ON skus
WHEN EXISTS (SELECT 1 FROM stock WHERE sku_code = OLD.code)
BEGIN
    INSERT OR REPLACE INTO tempostar_unknown_stock (sku_code, quantity, allocated, as_of)
    SELECT sku_code, quantity, allocated, as_of FROM stock WHERE sku_code = OLD.code;
    DELETE FROM stock WHERE sku_code = OLD.code;
END;
