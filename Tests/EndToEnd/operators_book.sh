#!/usr/bin/env bash
# Every block of commands of docs/operate/book.md, in its order, with other folders and ports; and what must be true after it.
# Runs last: it puts the database back to an earlier moment.
#
# usage: operators_book.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$root/deploy/local/lib.sh"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
# An operator's shell has no servers of tests; a service would refuse to start for settings that it does not know.
unset "${!WAYBILL_TEST_@}"
services=(customer sales servicedesk finance supplier notifier)
work="$(mktemp -d)"
chmod 711 "$work"
fail() { echo "$*"; exit 1; }

# The administrator of the database, and of the broker.
export PGHOST=127.0.0.1 PGUSER=postgres PGDATABASE=waybill PGPORT PGPASSWORD
PGPORT="$(cat "$WAYBILL_HOME/database/port")" PGPASSWORD="$(cat "$WAYBILL_HOME/database/password")"

# What stands for systemd, apt and the broker's machine: the units as Tests/EndToEnd/systemd.sh shows them to work.
mkdir -p "$work/shims" "$work/etc/secrets" "$work/run" "$work/log" "$work/bin" "$work/start/release" "$work/systemd" \
    "$work/backups" "$work/root"
ln -s "$root/deploy" "$work/start/deploy"
binaries="$(cat "$WAYBILL_HOME/run/binaries")"
for name in waybill "${services[@]/#/waybill-}"; do ln -s "$binaries/$name" "$work/start/release/$name"; done
cat >"$work/shims/systemctl" <<SHIM
#!/usr/bin/env bash
set -euo pipefail
work='$work'
SHIM
cat >>"$work/shims/systemctl" <<'SHIM'
act="$1"
unit="${*: -1}"
name="${unit#waybill@}" service="${unit#waybill@}"
service="${service%%:*}"
stop() {
    local pid
    [ -s "$work/run/$name.pid" ] || return 0
    pid="$(cat "$work/run/$name.pid")"
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 150); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    ! kill -0 "$pid" 2>/dev/null || { echo "$unit does not end"; exit 1; }
    rm "$work/run/$name.pid"
}
start() {
    local lines=() own=()
    mapfile -t lines <"$work/etc/$service.env"
    [ ! -f "$work/etc/$name.env" ] || mapfile -t own <"$work/etc/$name.env"
    env -i PATH="$PATH" HOME="$work" "${lines[@]}" "${own[@]}" WAYBILL_AMQP_URL_FILE="$work/etc/secrets/$service.amqp.url" \
        WAYBILL_POSTGRES_URL_FILE="$work/etc/secrets/$service.postgres.url" \
        setsid "$work/bin/waybill-$service" >>"$work/log/$name.log" 2>&1 </dev/null &
    echo $! >"$work/run/$name.pid"
}
case "$act" in
enable | start) start ;;
stop | disable) stop ;;
restart) stop && start ;;
reload) kill -HUP "$(cat "$work/run/$name.pid")" ;;
*) echo "systemctl $act is not known here"; exit 1 ;;
esac
SHIM
printf '#!/bin/sh\nexit 0\n' >"$work/shims/apt-get"
cat >"$work/shims/install" <<'SHIM'
#!/usr/bin/env bash
# Programs of a debug build are large: they are linked, and everything else is done.
case "$*" in *release/*) ;; *) exec /usr/bin/install "$@" ;; esac
to="${*: -1}"
for file in "$@"; do
    case "$file" in release/*)
        if [ -d "$to" ]; then ln -sfn "$(readlink -f "$file")" "$to/${file#release/}"; else ln -sfn "$(readlink -f "$file")" "$to"; fi ;;
    esac
done
SHIM
. "$WAYBILL_HOME/broker/ports"
cat >"$work/shims/rabbitmqctl" <<SHIM
#!/usr/bin/env bash
exec '$root/deploy/local/broker.sh' control '$WAYBILL_HOME/broker' "\$@"
SHIM
chmod +x "$work"/shims/*
for service in "${services[@]}"; do
    cp "$WAYBILL_HOME/secrets/amqp-$service.url" "$work/etc/secrets/$service.amqp.url"
    cp "$WAYBILL_HOME/secrets/postgres-$service.url" "$work/etc/secrets/$service.postgres.url"
    cp "$WAYBILL_HOME/secrets/migrate-$service.url" "$work/etc/secrets/$service.migrate.url"
done

# The installation as it was comes back, with its passwords.
restore() {
    local file
    for file in "$work"/run/*.pid; do [ ! -s "$file" ] || kill "$(cat "$file")" 2>/dev/null || true; done
    printf "alter role finance_app password '%s';\n" "$(cat "$WAYBILL_HOME/secrets/postgres-finance-app")" | psql -X -q || true
    "$work/shims/rabbitmqctl" -q change_password finance-service <"$WAYBILL_HOME/secrets/amqp-finance-service" >/dev/null 2>&1 || true
    for file in "$work"/run/*.pid; do
        [ -s "$file" ] || continue
        for _ in $(seq 120); do kill -0 "$(cat "$file")" 2>/dev/null || break; sleep 0.1; done
    done
    for service in "${services[@]}" "$console"; do "$root/deploy/local/service.sh" start "$service"; done
    rm -rf "$work"
}
trap restore EXIT
for service in "${services[@]}" "$console"; do "$root/deploy/local/service.sh" stop "$service"; done

# The blocks, each a program with its section's name beside it.
python3 - "$root/docs/operate/book.md" "$work" "$(free_port)" "${services[@]}" <<'PY'
import os, re, sys
page, work, spare, services = open(sys.argv[1]).read(), sys.argv[2], sys.argv[3], sys.argv[4:]
section, number = "", 0
for match in re.finditer(r"^## ([^\n]+)$|^```sh\n(.*?)^```$", page, re.M | re.S):
    if match.group(1):
        section = match.group(1)
        continue
    block = match.group(2)
    for old, new in [("/etc/waybill", f"{work}/etc"), ("/usr/local/bin", f"{work}/bin"),
                     ("/etc/systemd/system", f"{work}/systemd"), ("/var/backups/waybill", f"{work}/backups"),
                     ("/root/", f"{work}/root/"), ("9114", spare)]:
        block = block.replace(old, new)
    for place, service in enumerate(services):
        port = open(f"{os.environ['WAYBILL_HOME']}/run/{service}.port").read().strip()
        block = block.replace(str(9101 + place), port)
    # Ports that are counted up from the first are not: each service has the one that the command knows.
    block = re.sub(r"^    port=\$\(\(port \+ 1\)\)$", "", block, flags=re.M)
    block = block.replace('"WAYBILL_HTTP_PORT=$port"', '"WAYBILL_HTTP_PORT=$(cat "$WAYBILL_HOME/run/$service.port")"')
    number += 1
    open(f"{work}/block-{number:02}", "w").write(
        f"# {section}\nset -euo pipefail\ncd '{work}/start'\nexport PATH='{work}/shims:{work}/bin':\"$PATH\"\n{block}")
PY
waybill() { "$WAYBILL_CLI" "$@"; }
standing() { waybill dead list --json | jq "[.[] | arrays | length] | add"; }
acts() { waybill dead audit --limit 100000 --json | jq '.audit | length'; }
publish() { # PREFIX COUNT CURRENCY [BRANCH DAY]
    local n
    for n in $(seq "$2"); do
        printf '{"type":"order.placed.v1","id":"%s-%s","data":{"orderId":"%s-%s","revision":1,"customer":{"code":"%s"},"branch":"%s","businessLine":"road","placedAt":"%sT03:00:00+08:00","currency":"%s","lines":[{"line":1,"serviceItem":"R","quantity":"1","unit":"kg","revenue":"10.00","cost":"9.00"}]}}\n' "$1" "$n" "$1" "$n" "C-${4:-BOOK}" "${4:-KS01}" "${5:-2026-11-02}" "$3"
    done >"$work/orders"
    WAYBILL_PARTNERS="$work/etc/partners.json" WAYBILL_AMQP_PARTNER_URL="$acme" \
        waybill orders publish "$work/orders" --source acme --json >"$work/published" 2>"$work/said" ||
        fail "publishing as the new partner: $(cat "$work/said")"
    waybill status --wait-drained 60 >/dev/null || fail "what the new partner sent is not handled"
}
orders() { psql -X -Atc "select count(*) from customer.value_order where customer_code = 'C-BOOK' and revision > 0"; }
is() { [ "$2" = "$3" ] || fail "$1: $2, not $3"; }
tells() { # SERVICE METRIC VALUE
    curl -fs "http://127.0.0.1:$(cat "$WAYBILL_HOME/run/$1.port")/metrics" | grep >/dev/null -x "$2 $3"
}
processes() { local service; for service in "${services[@]}"; do cat "$work/run/$service.pid"; done; }

# What must be true after a section's last block.
after() { # SECTION
    case "$1" in
    "Ports and scraping")
        waybill status >/dev/null || fail "a service is silent"
        for service in "${services[@]}"; do curl -fsS "http://127.0.0.1:$(cat "$WAYBILL_HOME/run/$service.port")/metrics"; done >"$work/metrics"
        processes >"$work/processes"
        for name in $(sed -n '/^## What each alarm/,$p' "$root/docs/operate/book.md" | grep -o 'waybill_[a-z_]*' | sort -u); do
            grep "^# TYPE $name " "$work/metrics" >/dev/null || fail "the alarms name $name, which no service tells"
        done
        ;;
    "A partner comes")
        for service in "${services[@]}"; do
            await 60 "$service has read the file of partners again" tells "$service" waybill_settings_reads_total 2 || exit 1
            await 60 "$service is ready" curl -fs "http://127.0.0.1:$(cat "$WAYBILL_HOME/run/$service.port")/health/ready" || exit 1
        done
        acme="amqp://partner-acme:$(jq -r '."partner-acme"' "$work/etc/secrets/partner-acme.json" | jq -sRr 'rtrimstr("\n") | @uri')@127.0.0.1:$amqp/%2f"
        publish BOOK 20 CNY
        publish BOOK-BAD 2 XQQ
        is "orders of the new partner" "$(orders)" 20
        waybill dead discard --service finance --source acme --id BOOK-BAD-1 --yes --why "the book" 2>/dev/null
        ;;
    "A person comes and goes")
        waybill users list --json | jq -e '[.. | strings | select(. == "chen.jie")] | length == 0' >/dev/null || fail "chen.jie is still there"
        ;;
    "A branch, rates, the policy")
        jq -e '[.divisions[].branches[] | select(.code == "NB09")] | length == 1' "$work/etc/organisation.json" >/dev/null || fail "no branch NB09"
        for service in customer servicedesk finance; do
            await 60 "$service has read its files again" tells "$service" waybill_settings_reads_total 3 || exit 1
        done
        # The new branch is one: what it places is of no unknown branch, and of an unknown one it would be told.
        publish NB09 1 CNY NB09 2026-12-02
        publish XX99 1 CNY XX99 2026-12-02
        is "branches that nobody knows" "$(waybill query customer branches.unknown --json | jq -r '[.. | .branch? // empty | select(. == "NB09" or . == "XX99")] | unique | join(" ")')" XX99
        # A file that is wrong leaves what was read before in force, and is told until it is right.
        mv "$work/etc/policy.json" "$work/right.json"
        echo '{"windowDays": "soon"}' >"$work/etc/policy.json"
        "$work/shims/systemctl" reload waybill@finance
        await 60 "finance says that a file is wrong" tells finance waybill_settings_refused 1 || exit 1
        curl -fs "http://127.0.0.1:$(cat "$WAYBILL_HOME/run/finance.port")/health/ready" | grep >/dev/null 'what was read before holds:.*policy.json' ||
            fail "ready does not say which file is wrong"
        mv "$work/right.json" "$work/etc/policy.json"
        "$work/shims/systemctl" reload waybill@finance
        await 60 "finance has read the file that is right" tells finance waybill_settings_reads_total 4 || exit 1
        tells finance waybill_settings_refused 0 || fail "finance still says that a file is wrong"
        processes | cmp -s - "$work/processes" || fail "a service was started anew for what needs no restart"
        echo '{"windowDays": "soon"}' >"$work/wrong.json"
        if waybill settings check "$work/wrong.json" --as WAYBILL_FINANCE_POLICY >/dev/null 2>"$work/said"; then fail "a wrong policy is right"; fi
        grep WAYBILL_FINANCE_POLICY "$work/said" >/dev/null || fail "a wrong policy: $(cat "$work/said")"
        printf 'WAYBILL_BATCHH=7\n' | cat "$work/etc/finance.env" - >"$work/finance.env"
        code=0
        waybill settings check "$work/finance.env" >/dev/null 2>"$work/said" || code=$?
        is "the check of a misspelt setting ends with" "$code" 1
        grep WAYBILL_BATCHH "$work/said" >/dev/null || fail "a misspelt setting is not named: $(cat "$work/said")"
        ;;
    Passwords)
        publish BOOK-AFTER 10 CNY
        is "orders after the change of passwords" "$(orders)" 30
        ;;
    Backup)
        letters="$(standing)" records="$(acts)"
        [ "$letters" -ge 1 ] && [ "$records" -ge 1 ] || fail "nothing to restore: $letters letters, $records records"
        # Afterwards more comes, and the broker loses what it alone has.
        publish BOOK-LOST 5 CNY
        for queue in waybill.audit "${services[@]/%/.dead}"; do
            printf 'url = "%s/api/queues/%%2F/%s/contents"\n' "$WAYBILL_HTTP_MANAGEMENT_URL" "$queue" | curl -fsS -K - -X DELETE
        done
        ;;
    Restore)
        is "orders after the restore" "$(orders)" 30
        is "dead letters after the restore" "$(standing)" "$letters"
        # And one more: the topology was applied.
        is "records of the audit after the restore" "$(acts)" "$((records + 1))"
        publish BOOK-LOST 5 CNY
        is "orders, with those that were sent again" "$(orders)" 35
        ;;
    esac
}
last=""
for block in "$work"/block-*; do
    section="$(sed -n '1s/^# //p' "$block")"
    [ -z "$last" ] || [ "$last" = "$section" ] || after "$last"
    bash "$block" >"$work/out" 2>&1 || { cat "$work/out"; tail -n 3 "$work"/log/*.log; fail "a block of '$section' fails: $(cat "$block")"; }
    last="$section"
done
after "$last"
waybill status >/dev/null || fail "a service is silent at the end"
# A silent service makes both checks end with 75, with what the others say.
PATH="$work/shims:$PATH" systemctl stop waybill@supplier
for command in status summary; do
    code=0
    waybill "$command" --json >"$work/out" 2>/dev/null || code=$?
    is "$command with a silent service ends with" "$code" 75
    [ -s "$work/out" ] || fail "$command says nothing of the others"
done
PATH="$work/shims:$PATH" systemctl start waybill@supplier
echo "every block of the operator's book does what the page says: install, partner, person, files, passwords, backup, restore, copies, upgrade"
