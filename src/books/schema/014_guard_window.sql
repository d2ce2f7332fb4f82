-- What the stock guard looks for among the changes of the last hours: SKUs that a file made unsellable, and figures that
-- grew out of all proportion. Few of them; the rest need not be looked at.
CREATE INDEX tempostar_stock_history_emptied ON tempostar_stock_history (history_file_id, sku_code)
WHERE old_quantity > old_allocated AND quantity <= allocated;
CREATE INDEX tempostar_stock_history_risen ON tempostar_stock_history (history_file_id, sku_code)
WHERE old_quantity > 0 AND quantity > 10 * old_quantity AND quantity > 100 + old_quantity;
