-- Where each file of orders went and what exactly was sent, so that nothing is sent twice however settings, numbers and
-- folders change.

-- The server (host:port), folder and shop code that it was rendered for; NULL: a batch of before, of the same place.
ALTER TABLE tempostar_batches ADD COLUMN server TEXT;
ALTER TABLE tempostar_batches ADD COLUMN outbox TEXT;
ALTER TABLE tempostar_batches ADD COLUMN shop_code TEXT;
-- Which run brings it to its end: nobody else may take its next step.
ALTER TABLE tempostar_batches ADD COLUMN claimed_by TEXT;
-- When its rename was asked for; NULL: never, or the server refused it, and nothing of it has its final name.
ALTER TABLE tempostar_batches ADD COLUMN rename_tried_at TEXT;
-- Of those, nobody noted it.
UPDATE tempostar_batches SET rename_tried_at = prepared_at WHERE state = 'uploaded';

-- What was sent under this number: a hash of when, by whom, for how much and which lines; NULL: not known.
ALTER TABLE tempostar_batch_orders ADD COLUMN fingerprint TEXT;
-- Its lines: JSON array of [SKU, quantity].
ALTER TABLE tempostar_batch_orders ADD COLUMN lines TEXT;
