-- What a product file says has a time: an older file does not take back what a newer one has brought.

-- The shop's queries that join stock may say as_of and mean that of stock.

-- The own time of the file that set the product last; NULL: none that we know.
ALTER TABLE products ADD COLUMN tempostar_as_of TEXT;
-- Likewise of the SKU.
ALTER TABLE skus ADD COLUMN tempostar_as_of TEXT;
