"""DuckDB reads the sheet, SQLite's table beside it, and compares; Python's sqlite3 writes what differs."""

import glob
import os
import sqlite3
import subprocess
import sys

sys.path.pop(0)  # this folder, in which this very file is called duckdb

import duckdb
import duckdb_ext

if sys.argv[1] != "run":
    sys.exit()
[extension] = glob.glob(f"{list(duckdb_ext.__path__)[0]}/extensions/v{duckdb.__version__}/*/sqlite_scanner.duckdb_extension")
engine = duckdb.connect()
engine.execute(f"INSTALL '{extension}'")
engine.execute("LOAD sqlite_scanner")
engine.execute(f"ATTACH '{os.environ['DB']}' AS shop (TYPE sqlite, READ_ONLY)")
utf8 = os.environ["CSV"] + ".utf8"
with open(utf8, "wb") as file:
    subprocess.run(["iconv", "-f", "CP932", "-t", "UTF-8", os.environ["CSV"]], stdout=file, check=True)
changed = engine.execute(
    f"""SELECT sheet.column0, sheet.column1
        FROM read_csv('{utf8}', header = false, skip = 1, delim = ',', quote = '"',
                      columns = {{'column0': 'VARCHAR', 'column1': 'BIGINT', 'column2': 'VARCHAR', 'column3': 'VARCHAR'}}) AS sheet
        LEFT JOIN sqlite_query('shop', 'SELECT sku_code, quantity FROM stock') AS stock ON stock.sku_code = sheet.column0
        WHERE stock.quantity IS DISTINCT FROM sheet.column1"""
)
shop = sqlite3.connect(os.environ["DB"])
shop.execute("PRAGMA journal_mode = WAL")
shop.execute("PRAGMA synchronous = FULL")
with shop:
    while rows := changed.fetchmany(100_000):
        shop.executemany(
            """INSERT INTO stock (sku_code, quantity, as_of, updated_at)
               VALUES (?, ?, '2024-05-01 10:15:00', '2024-05-01 10:16:00')
               ON CONFLICT (sku_code) DO UPDATE
               SET quantity = excluded.quantity, as_of = excluded.as_of, updated_at = excluded.updated_at""",
            rows,
        )
os.remove(utf8)
