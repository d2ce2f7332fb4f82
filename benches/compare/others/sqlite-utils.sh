#!/bin/sh
# `sqlite-utils upsert`, the one-liner. It wants the table's own names in the header.
set -eu
[ "$1" = run ] || exit 0
{ echo 'sku_code,quantity,as_of,updated_at'; tail -n +2 "$CSV"; } |
    "$SQLITE_UTILS" upsert "$DB" stock - --csv --encoding cp932 --pk sku_code
