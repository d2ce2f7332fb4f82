#!/bin/sh
# PostgreSQL: COPY into a staging table, then one upsert. Its table has what the shop's SQLite table has. The server
# lives below $DESK for as long as the comparison takes; `run` alone is timed, and waits for nothing but its commit.
set -eu
export PGHOST="$DESK/postgres" PGDATABASE=postgres PGUSER=postgres
PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"
as_server() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}
case $1 in
begin)
    mkdir -p "$PGHOST"
    chmod 755 "$DESK"
    [ "$(id -u)" -ne 0 ] || chown postgres "$PGHOST"
    cd "$PGHOST"
    as_server initdb -D "$PGHOST/data" -A trust -U postgres -E UTF8 --locale C >"$DESK/initdb.log"
    as_server pg_ctl -D "$PGHOST/data" -w -l "$PGHOST/log" \
        -o "-k $PGHOST -c listen_addresses= -c shared_buffers=256MB -c max_wal_size=4GB" start >"$DESK/pg_ctl.log"
    psql -q -c 'CREATE TABLE stock (sku_code text PRIMARY KEY, quantity bigint NOT NULL, as_of text, updated_at text)'
    ;;
prepare) # from the shop's database
    psql -q -c 'TRUNCATE stock'
    sqlite3 -csv "$DB" 'SELECT sku_code, quantity, as_of, updated_at FROM stock' |
        psql -q -c "\\copy stock FROM pstdin WITH (FORMAT csv)"
    psql -q -c 'VACUUM ANALYZE stock' -c CHECKPOINT
    ;;
run)
    iconv -f CP932 -t UTF-8 "$CSV" | psql -q -v ON_ERROR_STOP=1 \
        -c 'CREATE TEMP TABLE staging (sku_code text, quantity bigint, changed_at text, name text)' \
        -c "\\copy staging FROM pstdin WITH (FORMAT csv, HEADER true)" \
        -c "INSERT INTO stock AS mine (sku_code, quantity, as_of, updated_at)
            SELECT sku_code, quantity, '2024-05-01 10:15:00', '2024-05-01 10:16:00' FROM staging
            ON CONFLICT (sku_code) DO UPDATE
            SET quantity = excluded.quantity, as_of = excluded.as_of, updated_at = excluded.updated_at
            WHERE mine.quantity IS DISTINCT FROM excluded.quantity"
    ;;
end)
    cd "$PGHOST"
    as_server pg_ctl -D "$PGHOST/data" -m fast stop >>"$DESK/pg_ctl.log"
    ;;
esac
