-- Files that the run left in the inbox for a later one: JSON array of names, the first few; NULL: none.
ALTER TABLE tempostar_runs ADD COLUMN waiting_files TEXT;

-- What status looks for: files that are held or refused; orders that were sent and may have been changed or cancelled
-- since, but for those that are shipped.
CREATE INDEX tempostar_files_stopped ON tempostar_files (id) WHERE outcome IN ('held', 'refused');
CREATE INDEX orders_sent_and_open ON orders (exported_at)
WHERE exported_at IS NOT NULL AND cancelled_at IS NULL AND delivery_status = 0;
CREATE INDEX orders_sent_and_cancelled ON orders (exported_at)
WHERE exported_at IS NOT NULL AND cancelled_at IS NOT NULL AND cancelled_in_tempostar_at IS NULL;
