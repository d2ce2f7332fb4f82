-- Where each file of orders went and what exactly was sent, so that nothing is sent twice however settings, numbers and
-- folders change.

-- The server (user@host), folder and shop code that it was rendered for; NULL: a batch of before, of the same place.
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

-- Orders that wait: empty text and what is no time are no time.
DROP INDEX orders_waiting;
CREATE INDEX orders_waiting ON orders (ordered_at, order_no)
WHERE NOT (typeof(exported_at) = 'text' AND exported_at GLOB '[0-9][0-9][0-9][0-9][-/]*')
  AND NOT (typeof(cancelled_at) = 'text' AND cancelled_at GLOB '[0-9][0-9][0-9][0-9][-/]*');

-- One order of unusual age that a person has looked at: it may go.
CREATE TABLE tempostar_order_approvals (
    order_no TEXT NOT NULL PRIMARY KEY,
    approved_at TEXT NOT NULL,
    -- Who, as the system knows them
    approved_by TEXT NOT NULL
) WITHOUT ROWID;

-- One order that a logistics file named although it was never sent: TEMPOSTAR has it already, somebody entered it there.
CREATE TABLE tempostar_orders_known_there (
    order_no TEXT NOT NULL PRIMARY KEY,
    since TEXT NOT NULL
) WITHOUT ROWID;
