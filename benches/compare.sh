#!/usr/bin/env bash
# All of docs/performance.md, on this machine: `benches/compare.sh [ROUNDS [ROWS]] > figures.md`. Takes about half an hour,
# and 5 GB below $TMPDIR; `benches/compare.sh 1 10000` some minutes, to see whether everything works.
#
# The other programs are measured as far as they are installed; what is left out is said. On Debian:
#
#     apt-get install time strace sqlite3 php-cli php-sqlite3 postgresql curl lftp
#     python3 -m venv others && others/bin/pip install sqlite-utils duckdb==1.4.4 duckdb-ext-sqlite
#     SQLITE_UTILS=others/bin/sqlite-utils BENCH_DUCKDB_PYTHON=others/bin/python benches/compare.sh
#
# With BEFORE=<an earlier tempostar>, each table comes a second time, of that one.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
rows=${2:-1000000}
# Of what takes long, or varies little.
few=$((rounds < 3 ? rounds : 3))
bench() {
    cargo bench --quiet --locked --bench compare -- "$@"
    if [ -n "${BEFORE:-}" ]; then
        printf '\nBefore:\n'
        cargo bench --quiet --locked --bench compare -- "$@" --binary "$BEFORE"
    fi
}

machine() {
    printf '%s, %s processors, %s MiB; %s; Linux %s; ' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" \
        "$(nproc)" "$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo)" "$(date +%F)" "$(uname -r)"
    printf '%s\n' "$(rustc --version)"
}

# How long everything takes to be built from nothing, and how large it gets.
build() {
    local began=$SECONDS folder
    folder=$(mktemp -d)
    cargo build --quiet --release --locked --bin tempostar --target-dir "$folder"
    printf '\nRelease build from nothing: %d s. The binary: %d KiB.\n' "$((SECONDS - began))" \
        "$(($(stat --format %s "$folder/release/tempostar") / 1024))"
    rm -r "$folder"
}

machine
bench stock --rows "$rows" --rounds "$rounds" --others
bench products --rows "$rows" --rounds "$rounds" --others
bench curve --rows "$rows" --rounds "$few"
bench sales --rows "$rows" --rounds "$few" --others
bench orders --rows "$rows" --rounds "$few"
bench empty
bench large --rows "$rows" --rounds "$few"
bench growth --rows "$rows"
bench books --rows "$rows" --rounds 1
bench link --rows "$rows" --rounds "$few"
build
