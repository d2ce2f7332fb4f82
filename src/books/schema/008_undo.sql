-- The history keeps what was there before, so that a run can be undone.

-- 1: of its rows the old values are kept; 0: written by a version that did not.
ALTER TABLE tempostar_history_files ADD COLUMN has_old_values INTEGER NOT NULL DEFAULT 0;
-- The run that this one undid; NULL: a file.
ALTER TABLE tempostar_history_files ADD COLUMN undoes TEXT;

-- The values that changed: JSON object of column → [old, new].
ALTER TABLE tempostar_catalogue_history ADD COLUMN changes TEXT;
-- 1: taken away, because its creation was undone.
ALTER TABLE tempostar_catalogue_history ADD COLUMN is_removed INTEGER NOT NULL DEFAULT 0;

-- The own time of the file that had set the figure, as unixepoch() has it (a text would be half of the row); NULL: none.
ALTER TABLE tempostar_stock_history ADD COLUMN old_as_of INTEGER;
-- Likewise of the new figure, where it is not the file's own; 0: none.
ALTER TABLE tempostar_stock_history ADD COLUMN as_of INTEGER;
-- 1: taken away, because it was the SKU's first figure, and that was undone.
ALTER TABLE tempostar_stock_history ADD COLUMN is_removed INTEGER NOT NULL DEFAULT 0;

-- The run that undid what this file brought; NULL: it stands.
ALTER TABLE tempostar_files ADD COLUMN undone_by TEXT;
