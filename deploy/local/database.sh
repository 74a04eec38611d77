#!/usr/bin/env bash
# A private PostgreSQL cluster on loopback, under a folder of its own.
#
# usage: database.sh start DIR | stop DIR | kill DIR | status DIR | url DIR
#
# With FSYNC=off in the environment a new cluster writes without waiting for the disk: for tests, which kill servers but
# never pull the plug, and for which the removal of a database would otherwise wait for all that others have written.
# The port is chosen once and kept in DIR/port; the superuser's password in DIR/password.
. "$(dirname "$0")/lib.sh"
[ $# -eq 2 ] || { sed -n '2,8p' "$0"; exit 64; }
command="$1" dir="$2"
binaries="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)"
[ -n "$binaries" ] || binaries="$(pg_config --bindir)"
mkdir -p "$dir"
dir="$(cd "$dir" && pwd)"
data="$(place "$dir/data" postgres)"
[ -f "$dir/port" ] || free_port >"$dir/port"
port="$(cat "$dir/port")"
password="$(secret "$dir/password")"

running() { as postgres "$binaries/pg_ctl" -D "$data" status >/dev/null 2>&1; }

case "$command" in
start)
    running && exit 0
    if [ ! -f "$data/PG_VERSION" ]; then
        own postgres "$data"
        file="$(mktemp)"
        printf '%s\n' "$password" >"$file"
        [ "$(id -u)" != 0 ] || chown postgres "$file"
        as postgres "$binaries/initdb" -D "$data" -U postgres --pwfile="$file" --auth=scram-sha-256 \
            --encoding=UTF8 --locale=C --data-checksums >"$dir/database.out" 2>&1 || die "initdb failed: see $dir/database.out"
        rm -f "$file"
        cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
max_wal_size = 4GB
checkpoint_timeout = 15min
wal_compression = on
fsync = ${FSYNC:-on}
synchronous_commit = on
logging_collector = off
CONF
    fi
    if [ -n "${TLS_CERTIFICATES:-}" ] && [ ! -f "$data/server.key" ]; then
        cp "$TLS_CERTIFICATES/server.pem" "$data/server.crt"
        cp "$TLS_CERTIFICATES/server.key" "$data/server.key"
        [ "$(id -u)" != 0 ] || chown postgres "$data/server.crt" "$data/server.key"
        chmod 600 "$data/server.key"
        printf 'ssl = on\nssl_min_protocol_version = TLSv1.2\n' >>"$data/postgresql.conf"
    fi
    as postgres "$binaries/pg_ctl" -D "$data" -l "$data/log" -o "-p $port" -w -t 30 start >>"$dir/database.out" 2>&1 ||
        die "the database does not start: see $data/log"
    ;;
stop) ! running || as postgres "$binaries/pg_ctl" -D "$data" -m fast -w stop >/dev/null ;;
kill) as postgres "$binaries/pg_ctl" -D "$data" -m immediate -w stop >/dev/null ;;
status) running && echo "database: port $port" || { echo "database: stopped"; exit 1; } ;;
url) echo "postgres://postgres:$password@127.0.0.1:$port/${DATABASE:-postgres}" ;;
*) die "unknown command '$command'" ;;
esac
