-- What a product file says has a time: an older file does not take back what a newer one has brought.

-- The own time of the file that set the product last; NULL: none that we know.
ALTER TABLE products ADD COLUMN as_of TEXT;
-- Likewise of the SKU.
ALTER TABLE skus ADD COLUMN as_of TEXT;
