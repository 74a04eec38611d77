#!/usr/bin/env bash
# What the units of deploy/systemd do for a service and for a copy of it, as far as that can be seen without systemd:
# which program starts, with whose credentials and settings; and what systemd-analyze says of them, where it is there.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
units="$root/deploy/systemd"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
# lines UNIT KEY INSTANCE: the values of a key, with specifiers and escapes resolved as systemd does, folders in $work.
lines() {
    sed -n "s/^$2=//p" "$units/$1" | sed -e "s/%i/$3/g" -e "s|%d|$work/credentials|g" -e 's/%%/%/g' -e 's/\$\$/$/g' \
        -e "s|/etc/waybill|$work/etc|g" -e "s|/run/waybill|$work/run|g" -e "s|/usr/local/bin|$work/bin|g"
}
mkdir -p "$work/etc/secrets" "$work/bin"
for service in finance sales; do
    echo "amqp of $service" >"$work/etc/secrets/$service.amqp.url"
    echo "postgres of $service" >"$work/etc/secrets/$service.postgres.url"
    echo "WAYBILL_OF=$service" >"$work/etc/$service.env"
    printf '#!/bin/sh\necho "%s runs"\n' "$service" >"$work/bin/waybill-$service"
    chmod +x "$work/bin/waybill-$service"
done
for instance in finance finance:2 sales:1 finance:blue; do
    service="${instance%%:*}"
    eval "$(lines waybill-settings@.service ExecStart "$instance")"
    while IFS=: read -r name path; do
        [ "$(cat "$path")" = "${name%.url} of $service" ] || fail "$instance gets another's $name"
    done < <(lines waybill@.service LoadCredential "$instance")
    [ "$(lines waybill@.service LoadCredential "$instance" | wc -l)" = 2 ] || fail "$instance has not two credentials"
    file="$(lines waybill@.service EnvironmentFile "$instance" | sed -n 1p)"
    [ "$(cat "${file#-}")" = "WAYBILL_OF=$service" ] || fail "$instance reads another's settings"
    [ "$(eval "$(lines waybill@.service ExecStart "$instance")")" = "$service runs" ] || fail "$instance starts another"
    eval "$(lines waybill-settings@.service ExecStop "$instance")"
    [ ! -e "$work/run/$instance" ] || fail "$instance leaves its settings behind"
done
said="a service and its copies have the program, the credentials and the settings of what stands before the colon"
if command -v systemd-analyze >/dev/null; then
    systemd-analyze verify "$units"/*.service >"$work/verify" 2>&1 || fail "systemd-analyze: $(cat "$work/verify")"
    ! grep -i waybill "$work/verify" || fail "systemd-analyze finds fault"
    said+="; systemd-analyze finds no fault"
fi
echo "$said"
