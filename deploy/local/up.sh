#!/usr/bin/env bash
# Broker, database, the six services and the console, in the background, under $WAYBILL_HOME (default .waybill).
#
# usage: up.sh [--no-build] [--no-services]
#
# WAYBILL_CONFIGURATION=debug uses debug builds; WAYBILL_CLOCK=events lets the services follow the events' time;
# WAYBILL_ZONE=Europe/Berlin makes days those of another zone, for the services and by $WAYBILL_HOME/env for the command;
# WAYBILL_CLUSTER=yes makes the broker a cluster of three nodes; WAYBILL_BINARIES names another folder of builds.
# PROFILE=FILE runs the services on your own data: lines such as WAYBILL_FINANCE_RATES=rates.json, each given to the
# services that have the setting, paths relative to FILE. Otherwise they run in the demo profile, on made-up data.
# WAYBILL_CONSOLE=no starts no console.
# May be run again: what runs goes on, what does not is started. Writes $WAYBILL_HOME/env.
. "$(dirname "$0")/lib.sh"
home="${WAYBILL_HOME:-$root/.waybill}"
configuration="${WAYBILL_CONFIGURATION:-release}"
clock="${WAYBILL_CLOCK:-system}"
cd "$root"
build=yes start_services=yes
for option in "$@"; do
    case "$option" in
    --no-build) build=no ;;
    --no-services) start_services=no ;;
    *) die "unknown option '$option'" ;;
    esac
done
if [ "$build" = yes ]; then
    if [ "$configuration" = debug ]; then "$here/setup.sh" demo; else "$here/setup.sh" up; fi
    say "building ($configuration); the first time takes some minutes"
    # All at once: product by product, each would wait for the last module of the one before.
    swift_build "$configuration" >&2
fi
binaries="${WAYBILL_BINARIES:-$(swift_build "$configuration" --show-bin-path)}"
binaries="$(cd "$binaries" && pwd)"
mkdir -p "$home"/{run,log,secrets}
home="$(cd "$home" && pwd)"
chmod 711 "$home"
chmod 700 "$home/secrets" "$home/log"

# write_profile FILE: what of the business the services are told, and where its paths begin.
write_profile() {
    local known="" name
    for service in "${services[@]}"; do known+="$("$binaries/waybill-$service" --help)"$'\n'; done
    for name in $(sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' "$1"); do
        case "$known" in *"  $name"$'\n'*) ;; *) die "no service has the setting '$name' of $1" ;; esac
    done
    cp "$1" "$home/run/profile"
    (cd "$(dirname "$1")" && pwd) >"$home/run/profile-folder"
}
if [ -n "${PROFILE:-}" ] && [ "$PROFILE" != demo ]; then
    [ -f "$PROFILE" ] || die "there is no file '$PROFILE' (PROFILE)"
    write_profile "$PROFILE"
elif [ -n "${PROFILE:-}" ] || [ ! -f "$home/run/profile" ]; then
    echo WAYBILL_PROFILE=demo >"$home/run/profile"
    echo "$home" >"$home/run/profile-folder"
fi
# A zone that is said for this start; otherwise that of the profile, or of the start before.
if [ -n "${WAYBILL_ZONE:-}" ]; then
    sed -i '/^WAYBILL_ZONE=/d' "$home/run/profile"
    echo "WAYBILL_ZONE=$WAYBILL_ZONE" >>"$home/run/profile"
fi
zone="$(sed -n 's/^WAYBILL_ZONE=//p' "$home/run/profile")"
profile="$(sed -n 's/^WAYBILL_PROFILE=//p' "$home/run/profile")"
if [ "$profile" = demo ]; then
    say "profile demo: rates, branches and policies that are not given are made up ('make up PROFILE=FILE' for your own)"
fi

# Without channels nothing is missing: notices are kept and shown, and nobody is written to.
grep -q '^WAYBILL_CHANNELS=' "$home/run/profile" ||
    say "no file of channels (WAYBILL_CHANNELS): 'waybill notices inbox' shows notices, nothing is mailed"

# A folder of builds of another release may have no console.
programs=("${services[@]}")
if [ "${WAYBILL_CONSOLE:-yes}" != no ] && [ -x "$binaries/waybill-console" ]; then programs+=("$console"); fi

users=(waybill-operator waybill-edge partner-demo partner-web finance-reader)
for service in "${services[@]}"; do users+=("$service-service"); done
{
    echo "{"
    separator=""
    for user in "${users[@]}"; do
        printf '%s"%s":"%s"' "$separator" "$user" "$(secret "$home/secrets/amqp-$user")"
        separator=","
    done
    echo "}"
} >"$home/secrets/users.json"
chmod 600 "$home/secrets/users.json"
"$binaries/waybill" topology definitions --users "$home/secrets/users.json" >"$home/secrets/definitions.json"
chmod 600 "$home/secrets/definitions.json"

say "starting broker and database"
kind=broker
[ "${WAYBILL_CLUSTER:-no}" = no ] || kind=cluster
"$here/$kind.sh" start "$home/broker" "$home/secrets/definitions.json" &
broker=$!
"$here/database.sh" start "$home/database"
wait "$broker" || exit 1
if [ "$kind" = broker ]; then
    . "$home/broker/ports"
    nodes="127.0.0.1:$amqp" managements="http://127.0.0.1:$management"
else
    . "$home/broker/cluster-env"
    nodes="$node1_host:$node1_port,$node2_host:$node2_port,$node3_host:$node3_port"
    managements="http://$node1_host:$node1_management,http://$node2_host:$node2_management,http://$node3_host:$node3_management"
fi
management="${managements%%,*}" management="${management#http://}"
port="$(cat "$home/database/port")"

export PGPASSWORD
PGPASSWORD="$(cat "$home/database/password")"
sql() { psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres "$@"; }
if [ "$(sql -d postgres -Atc "select count(*) from pg_database where datname = 'waybill'")" = 0 ]; then
    sql -d postgres -c "create database waybill" -c "revoke all on database waybill from public"
fi
for service in "${programs[@]}"; do
    # The passwords go in by standard input, never by arguments.
    {
        printf '\\set service %s\n\\set migrate_password %s\n\\set app_password %s\n' "$service" \
            "$(secret "$home/secrets/postgres-$service-migrate")" "$(secret "$home/secrets/postgres-$service-app")"
        cat "$root/deploy/postgres/roles.sql"
        echo "grant connect on database waybill to ${service}_app, ${service}_migrate;"
    } | sql -d waybill 2>&1 | grep -v 'already exists, skipping' || true
done
unset PGPASSWORD

write_url() { (umask 077 && printf '%s\n' "$2" >"$home/secrets/$1.url"); }
amqp_url() { echo "amqp://$1:$(cat "$home/secrets/amqp-$1")@$nodes"; }
postgres_url() { echo "postgres://$1_$2:$(cat "$home/secrets/postgres-$1-$2")@127.0.0.1:$port/waybill"; }
# Also without a console: it is the user of whatever speaks for people.
write_url amqp-console "$(amqp_url waybill-edge)"
# With it the console has pages for the role operator.
write_url amqp-operating "$(amqp_url waybill-operator)"
# The broker's name of a program; the console is the edge that speaks for people.
user_of() { if [ "$1" = "$console" ]; then echo waybill-edge; else echo "$1-service"; fi; }
for service in "${programs[@]}"; do
    write_url "amqp-$service" "$(amqp_url "$(user_of "$service")")"
    write_url "postgres-$service" "$(postgres_url "$service" app)"
    write_url "migrate-$service" "$(postgres_url "$service" migrate)"
    [ -f "$home/run/$service.port" ] || free_port >"$home/run/$service.port"
done
for service in "${services[@]}"; do echo "$service=http://127.0.0.1:$(cat "$home/run/$service.port")"; done |
    paste -sd, >"$home/run/operate-services"
# All beside one another: each has a schema of its own.
migrate() { # SERVICE
    env -i PATH="$PATH" HOME="$HOME" WAYBILL_POSTGRES_MIGRATE_URL_FILE="$home/secrets/migrate-$1.url" \
        WAYBILL_LOG_LEVEL=warning "$binaries/waybill-$1" migrate >"$home/log/migrate-$1.log" 2>&1 ||
        { cat "$home/log/migrate-$1.log" >&2; die "the schema of $1 could not be migrated"; }
}
migrations=()
for service in "${programs[@]}"; do
    migrate "$service" &
    migrations+=($!)
done
failed=no
for migration in "${migrations[@]}"; do wait "$migration" || failed=yes; done
[ "$failed" = no ] || exit 1

echo "$binaries" >"$home/run/binaries"
echo "$clock" >"$home/run/clock"
[ -f "$home/run/partners" ] || echo any >"$home/run/partners"
echo "$managements" >"$home/run/management"
(
    umask 077
    {
        echo "export WAYBILL_HOME='$home'"
        echo "export WAYBILL_PROFILE='${profile:-production}'"
        [ -z "$zone" ] || echo "export WAYBILL_ZONE='$zone'"
        echo "export WAYBILL_CLI='$binaries/waybill'"
        echo "export WAYBILL_AMQP_PARTNER_URL='$(amqp_url partner-demo)'"
        echo "export WAYBILL_AMQP_FINANCE_URL='$(amqp_url finance-reader)'"
        echo "export WAYBILL_AMQP_OPERATOR_URL='$(amqp_url waybill-operator)'"
        echo "export WAYBILL_HTTP_PARTNER_URL='http://partner-web:$(cat "$home/secrets/amqp-partner-web")@$management'"
        echo "export WAYBILL_HTTP_MANAGEMENT_URL='http://waybill-operator:$(cat "$home/secrets/amqp-waybill-operator")@$management'"
        for service in "${programs[@]}"; do
            upper="${service^^}"
            echo "export WAYBILL_POSTGRES_URL_$upper='$(postgres_url "$service" app)'"
            echo "export WAYBILL_HTTP_$upper='http://127.0.0.1:$(cat "$home/run/$service.port")'"
        done
    } >"$home/env"
)

if [ "$start_services" = no ]; then
    say "up: broker and database; no service was started"
    exit 0
fi
for service in "${programs[@]}"; do WAYBILL_HOME="$home" "$here/service.sh" start "$service"; done
for service in "${programs[@]}"; do
    await 30 "the $service service is ready (see $home/log/$service.log)" \
        curl --silent --fail "http://127.0.0.1:$(cat "$home/run/$service.port")/health/ready" ||
        { tail -5 "$home/log/$service.log" >&2; exit 1; }
done
say "up: broker at $nodes, database on port $port, six services ready"
if [ "${#programs[@]}" -gt "${#services[@]}" ]; then
    say "console: http://127.0.0.1:$(cat "$home/run/console.port"), for whom 'waybill console user add LOGIN' lets in"
fi
say "next: source '$home/env' && \"\$WAYBILL_CLI\" status"
