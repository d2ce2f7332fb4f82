-- SKUs of which something is allocated: status looks whether orders account for it.
CREATE INDEX stock_allocated ON stock (sku_code) WHERE allocated <> 0;
