-- When a file of orders was last seen in the outbox of a server that takes files away: no figure of before can know it.
ALTER TABLE tempostar_batches ADD COLUMN seen_lying_at TEXT;
