#!/usr/bin/env bash
# A private RabbitMQ node on loopback, under a folder of its own.
#
# usage: broker.sh start DIR [DEFINITIONS.json] | stop DIR | kill DIR | status DIR | control DIR ARGUMENT…
#
# 'control' is rabbitmqctl on that node. Ports are chosen once and kept in DIR/ports: amqp, management, distribution, epmd. With definitions there is no
# guest; without them the administrator is guest/guest, on loopback only. With TLS_CERTIFICATES set to a folder that
# certificates.sh has filled, a port for TLS is opened too, to clients with a certificate only.
. "$(dirname "$0")/lib.sh"
[ $# -ge 2 ] || { sed -n '2,8p' "$0"; exit 64; }
command="$1" dir="$2" definitions="${3:-}"
binaries=/usr/lib/rabbitmq/bin
mkdir -p "$dir"
dir="$(cd "$dir" && pwd)"
data="$(place "$dir/rabbitmq" rabbitmq)"

if [ ! -f "$dir/ports" ]; then
    printf 'amqp=%s\nmanagement=%s\ndistribution=%s\nepmd=%s\n' \
        "$(free_port)" "$(free_port)" "$(free_port)" "$(free_port)" >"$dir/ports"
fi
. "$dir/ports"

run() {
    as rabbitmq env -i PATH="$PATH" HOME="$data" LANG=C.UTF-8 \
        RABBITMQ_NODENAME="waybill-$amqp@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$amqp" \
        RABBITMQ_DIST_PORT="$distribution" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_MNESIA_BASE="$data/mnesia" RABBITMQ_LOG_BASE="$data/log" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$data/plugins" RABBITMQ_CONFIG_FILE="$data/rabbitmq.conf" \
        RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_PID_FILE="$data/pid" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+sbwt none +sbwtdcpu none +sbwtdio none" "$@"
}

running() { [ -s "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; }

# The port mapper goes with its node: it is nobody else's, its port is its own.
stop_epmd() {
    local pid
    pid="$(pgrep -f "epmd .*-port $epmd|epmd -daemon" 2>/dev/null | while read -r candidate; do
        tr '\0' '\n' <"/proc/$candidate/environ" 2>/dev/null | grep -x "ERL_EPMD_PORT=$epmd" >/dev/null && echo "$candidate"
    done || true)"
    [ -z "$pid" ] || kill $pid 2>/dev/null || true
}

case "$command" in
start)
    running && exit 0
    own rabbitmq "$data"
    echo '[rabbitmq_management].' >"$data/plugins"
    {
        echo "management.tcp.ip = 127.0.0.1"
        echo "management.tcp.port = $management"
        echo "disk_free_limit.absolute = 200MB"
        echo "vm_memory_high_watermark.relative = 0.4"
        echo "log.file.level = warning"
        if [ -n "${TLS_CERTIFICATES:-}" ]; then
            for file in ca.pem server.pem server.key; do
                cp "$TLS_CERTIFICATES/$file" "$data/$file"
                [ "$(id -u)" != 0 ] || chown rabbitmq "$data/$file"
            done
            chmod 600 "$data/server.key"
            [ -f "$dir/tls-port" ] || free_port >"$dir/tls-port"
            echo "listeners.ssl.1 = 127.0.0.1:$(cat "$dir/tls-port")"
            echo "ssl_options.cacertfile = $data/ca.pem"
            echo "ssl_options.certfile = $data/server.pem"
            echo "ssl_options.keyfile = $data/server.key"
            echo "ssl_options.verify = verify_peer"
            echo "ssl_options.fail_if_no_peer_cert = true"
            echo "ssl_options.versions.1 = tlsv1.3"
            echo "ssl_options.versions.2 = tlsv1.2"
        fi
        if [ -n "$definitions" ]; then
            cp "$definitions" "$data/definitions.json"
            [ "$(id -u)" != 0 ] || chown rabbitmq "$data/definitions.json"
            chmod 600 "$data/definitions.json"
            echo "load_definitions = $data/definitions.json"
        fi
    } >"$data/rabbitmq.conf"
    chmod 644 "$data/rabbitmq.conf" "$data/plugins"
    # In the background with its own session, so that a Ctrl-C meant for the caller does not stop it unasked.
    run setsid "$binaries/rabbitmq-server" >"$dir/broker.out" 2>&1 </dev/null &
    await 60 "the broker listens on port $amqp (see $dir/broker.out and $data/log)" listens "$amqp" || exit 1
    await 60 "the broker's management listens" listens "$management" || exit 1
    # At-least-once dead-lettering needs a feature that is off until asked for.
    if [ ! -f "$data/flags" ]; then
        run "$binaries/rabbitmqctl" --quiet enable_feature_flag all && touch "$data/flags"
    fi
    ;;
stop)
    if running; then
        pid="$(cat "$data/pid")"
        kill "$pid"
        await 30 "the broker has stopped" bash -c "! kill -0 $pid" || kill -9 "$pid"
    fi
    stop_epmd
    ;;
kill)
    running || die "the broker does not run"
    pid="$(cat "$data/pid")"
    kill -9 "$pid"
    await 10 "the broker is gone" bash -c "! kill -0 $pid"
    ;;
control) run "$binaries/rabbitmqctl" --quiet "${@:3}" ;;
status) running && echo "broker: amqp $amqp, management $management" || { echo "broker: stopped"; exit 1; } ;;
*) die "unknown command '$command'" ;;
esac
