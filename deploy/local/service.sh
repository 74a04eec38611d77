#!/usr/bin/env bash
# One of the services that 'make up' started, or the console.
#
# usage: service.sh start|stop|kill|restart|reload|run SERVICE    (under $WAYBILL_HOME, default .waybill; run stays with it)
. "$(dirname "$0")/lib.sh"
[ $# -eq 2 ] || { sed -n '2,4p' "$0"; exit 64; }
home="$(cd "${WAYBILL_HOME:-$root/.waybill}" && pwd)"
service="$2"
pid_file="$home/run/$service.pid"
running() { [ -s "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; }
# The lines of the profile that are settings of this service; the paths in them begin where the profile lies.
profile() {
    local line known
    known="$("$1" --help)"
    while IFS= read -r line; do
        case "$known" in *"  ${line%%=*}"$'\n'*) printf '%s\n' "$line" ;; esac
    done < <(grep '^WAYBILL_' "$home/run/profile")
}
run() {
    local binary lines settings
    binary="$(cat "$home/run/binaries")/waybill-$service"
    mapfile -t lines < <(profile "$binary")
    settings=(WAYBILL_PARTNERS="$(cat "$home/run/partners")")
    # The console handles no messages: what is said of that is no setting of it.
    [ "$service" = console ] || settings+=(
        WAYBILL_AMQP_MANAGEMENT_URL="$(cat "$home/run/management")" WAYBILL_CLOCK="$(cat "$home/run/clock")")
    # The pages of the role operator. A release that has none knows no such settings.
    if [ "$service" = console ] && [ -f "$home/run/operate-services" ]; then
        case "$("$binary" --help)" in
        *WAYBILL_OPERATE_AMQP_URL*)
            settings+=(
                WAYBILL_OPERATE_AMQP_URL_FILE="$home/secrets/amqp-operating.url"
                WAYBILL_OPERATE_SERVICES="$(cat "$home/run/operate-services")")
            ;;
        esac
    fi
    cd "$(cat "$home/run/profile-folder")"
    exec env -i PATH="$PATH" HOME="$HOME" "${lines[@]}" ${SERVICE_ENVIRONMENT:-} \
        WAYBILL_AMQP_URL_FILE="$home/secrets/amqp-$service.url" \
        WAYBILL_POSTGRES_URL_FILE="$home/secrets/postgres-$service.url" \
        "${settings[@]}" WAYBILL_HTTP_PORT="$(cat "$home/run/$service.port")" \
        "$@" "$binary" >>"$home/log/$service.log" 2>&1 </dev/null
}
start() {
    running && return 0
    run setsid &
    echo $! >"$pid_file"
}
stop() { # SIGNAL
    running || { rm -f "$pid_file"; return 0; }
    local pid
    pid="$(cat "$pid_file")"
    kill "-$1" "$pid"
    await 15 "the $service service has ended" bash -c "! kill -0 $pid" || kill -9 "$pid"
    rm -f "$pid_file"
}
case "$1" in
start) start ;;
stop) stop TERM ;;
kill) stop KILL ;;
restart) stop TERM && start ;;
reload) running && kill -HUP "$(cat "$pid_file")" ;;
run) run ;;
*) die "unknown command '$1'" ;;
esac
