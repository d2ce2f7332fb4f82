-- Orders that somebody may have to look after. Empty text is no time, and an empty flag is 0.

DROP INDEX orders_sent_and_open;
CREATE INDEX orders_sent_and_open ON orders (exported_at)
WHERE exported_at IS NOT NULL AND NOT (typeof(cancelled_at) = 'text' AND cancelled_at GLOB '[0-9][0-9][0-9][0-9][-/]*')
  AND coalesce(delivery_status, 0) <> 1;

-- Whether one of them was sent, the ledger says: somebody may have emptied exported_at.
DROP INDEX orders_sent_and_cancelled;
CREATE INDEX orders_cancelled ON orders (cancelled_at)
WHERE (typeof(cancelled_at) = 'text' AND cancelled_at GLOB '[0-9][0-9][0-9][0-9][-/]*') AND cancelled_in_tempostar_at IS NULL;
