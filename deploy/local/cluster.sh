#!/usr/bin/env bash
# A private RabbitMQ cluster of three nodes for tests of failure, under a folder of its own.
#
# usage: cluster.sh start DIR [DEFINITIONS.json] | stop DIR | status DIR
#        cluster.sh kill DIR NODE | restart DIR NODE | pause DIR NODE | resume DIR NODE
#        cluster.sh cut DIR NODE | heal DIR | alarm DIR NODE on|off          (NODE is 1, 2 or 3)
#
# Addresses are chosen once and kept in DIR/cluster-env: node1_host, node1_port, node1_management, …, partitions=yes|no.
# With definitions there is no guest; without them the administrator is guest/guest. Root gets every node in a network
# namespace of its own, on a bridge, so that `cut` is a silent partition from the other nodes and from clients alike.
# Where that cannot be, or with CLUSTER_PARTITIONS=no, the nodes share loopback and `cut` exits with 3.
# restart, resume and heal return when the nodes agree again. status: a line a node; 0 if all three serve.
# CLUSTER_DEADLINE: the seconds that a command waits at most for the nodes (90).
. "$(dirname "$0")/lib.sh"
usage() { sed -n '2,13p' "$0"; exit 64; }
[ $# -ge 2 ] || usage
command="$1" dir="$2" argument="${3:-}"
binaries=/usr/lib/rabbitmq/bin
deadline="${CLUSTER_DEADLINE:-240}"
ticktime=8
nodes=(1 2 3)
mkdir -p "$dir"
dir="$(cd "$dir" && pwd)"
data="$(place "$dir/cluster" rabbitmq)"
environment="$dir/cluster-env"

# claim_bridge: a bridge that is this folder's, found again by its alias; its number is the third byte of the addresses.
# Making it is atomic, so two clusters cannot claim the same.
claim_bridge() {
    local start number
    start="$(printf '%s' "$dir" | cksum | cut -d' ' -f1)"
    for offset in {0..253}; do
        number=$(((start + offset) % 254 + 1))
        if ip link add "waybill$number" type bridge 2>/dev/null; then
            ip link set "waybill$number" alias "waybill $data" && echo "$number" && return
        elif [ ! -e "/sys/class/net/waybill$number" ]; then
            return 1
        fi
    done
    return 1
}

can_partition() {
    [ "$(id -u)" = 0 ] && [ "${CLUSTER_PARTITIONS:-yes}" = yes ] &&
        ip netns add "waybill-probe-$$" 2>/dev/null && ip netns del "waybill-probe-$$" && network="$(claim_bridge)"
}

choose_addresses() {
    local ports node
    if can_partition; then
        printf '%s\n' partitions=yes "network=$network" epmd=4369
        for node in "${nodes[@]}"; do
            printf 'node%d_%s\n' "$node" "host=10.83.$network.$node" "$node" port=5672 "$node" management=15672 \
                "$node" distribution=25672
        done
    else
        ports=($(for _ in {1..14}; do free_port; done | sort -u))
        printf '%s\n' partitions=no "epmd=${ports[0]}"
        for node in "${nodes[@]}"; do
            printf 'node%d_%s\n' "$node" host=127.0.0.1 "$node" "port=${ports[$node]}" \
                "$node" "management=${ports[$node + 3]}" "$node" "distribution=${ports[$node + 6]}"
        done
    fi
}

# of NODE FIELD: that field of the environment.
of() { local name="node$1_$2"; echo "${!name}"; }
name_of() { if [ "$partitions" = yes ]; then echo "waybill@$(of "$1" host)"; else echo "waybill-$1@127.0.0.1"; fi; }
link_of() { echo "waybill$network-$1"; }

network_up() {
    local bridge="waybill$network" node link
    ip link add "$bridge" type bridge 2>/dev/null && ip link set "$bridge" alias "waybill $data"
    [ "$(cat "/sys/class/net/$bridge/ifalias")" = "waybill $data" ] || die "$bridge is another cluster's; remove $dir"
    ip address replace "10.83.$network.254/24" dev "$bridge"
    ip link set "$bridge" up
    for node in "${nodes[@]}"; do
        link="$(link_of "$node")"
        if [ ! -e "/sys/class/net/$link" ]; then
            ip netns add "$link"
            ip link add "$link" type veth peer name eth0 netns "$link"
            ip -n "$link" address add "$(of "$node" host)/24" dev eth0
            ip -n "$link" link set eth0 up
            ip -n "$link" link set lo up
        fi
        ip link set "$link" master "$bridge" up
    done
}

network_down() {
    local node
    for node in "${nodes[@]}"; do
        ip netns del "$(link_of "$node")" 2>/dev/null || true
        ip link del "$(link_of "$node")" 2>/dev/null || true
    done
    ip link del "waybill$network" 2>/dev/null || true
}

# run NODE COMMAND…: as the broker's user, in the node's namespace and with its environment. The command line tools tick
# as the nodes do: at the usual pace a node would take a long, quiet command for a dead peer.
run() {
    local node="$1" enter=() home="$data/$1"
    shift
    [ "$(id -u)" != 0 ] || enter=(runuser -u rabbitmq --)
    if [ "$partitions" = yes ]; then
        nsenter --net="/run/netns/$(link_of "$node")" true 2>/dev/null || die "no network namespace of node $node here"
        enter=(nsenter --net="/run/netns/$(link_of "$node")" "${enter[@]}")
    fi
    ${session:-} "${enter[@]}" env -i PATH="$PATH" HOME="$data" LANG=C.UTF-8 RABBITMQ_USE_LONGNAME=true \
        RABBITMQ_NODENAME="$(name_of "$node")" RABBITMQ_NODE_IP_ADDRESS="$(of "$node" host)" \
        RABBITMQ_NODE_PORT="$(of "$node" port)" RABBITMQ_DIST_PORT="$(of "$node" distribution)" \
        ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS="$(of "$node" host)" \
        RABBITMQ_MNESIA_BASE="$home/mnesia" RABBITMQ_LOG_BASE="$home/log" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$data/plugins" RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" \
        RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_PID_FILE="$home/pid" \
        RABBITMQ_CTL_ERL_ARGS="-kernel net_ticktime $ticktime" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel net_ticktime $ticktime \
-kernel inet_dist_use_interface {$(of "$node" host | tr . ,)}" "$@"
}
control() { local node="$1"; shift; run "$node" "$binaries/rabbitmqctl" --quiet "$@"; }

# pid_of NODE: its Erlang VM; a number left behind by a killed node may be another process's by now, hence the look.
pid_of() {
    local pid
    pid="$(cat "$data/$1/pid" 2>/dev/null)" && [ -n "$pid" ] &&
        grep -qzxF "RABBITMQ_PID_FILE=$data/$1/pid" "/proc/$pid/environ" 2>/dev/null && echo "$pid"
}
running() { pid_of "$1" >/dev/null; }
gone() { ! running "$1"; }
paused() { grep -q '^State:.T' "/proc/$(pid_of "$1")/status"; }
severed() { [ "$partitions" = yes ] && ! ip link show "$(link_of "$1")" 2>/dev/null | grep '[<,]UP[,>]' >/dev/null; }
serves() { running "$1" && timeout 2 bash -c "exec 3<>/dev/tcp/$(of "$1" host)/$(of "$1" port)" 2>/dev/null; }

configure() {
    local node="$1" peers=("${nodes[@]}") peer
    # The first founds the cluster and looks for nobody, which would take it seconds.
    [ "$node" != 1 ] || peers=(1)
    own rabbitmq "$data/$node"
    {
        echo "management.tcp.ip = $(of "$node" host)"
        echo "management.tcp.port = $(of "$node" management)"
        echo "cluster_partition_handling = pause_minority"
        echo "cluster_formation.peer_discovery_backend = classic_config"
        for peer in "${peers[@]}"; do echo "cluster_formation.classic_config.nodes.$peer = $(name_of "$peer")"; done
        echo "disk_free_limit.absolute = 200MB"
        echo "vm_memory_high_watermark.relative = 0.4"
        echo "raft.wal_max_size_bytes = 33554432"
        echo "log.file.level = warning"
        # Definitions of nothing keep guest and the default host away until those asked for are imported.
        if [ -f "$data/definitions.json" ]; then echo "load_definitions = $data/nothing.json"; fi
        if [ "$partitions" = yes ]; then echo "loopback_users = none"; fi
    } >"$data/$node/rabbitmq.conf"
    chmod 644 "$data/$node/rabbitmq.conf"
}

# In the background with its own session, so that a Ctrl-C meant for the caller does not stop it unasked.
launch() {
    running "$1" && return
    session="exec setsid" run "$1" "$binaries/rabbitmq-server" >"$dir/node$1.out" 2>&1 </dev/null &
}
# join NODE: has it join the first node. One that hangs or gives up on the way is begun anew.
join() {
    local pid started
    for _ in 1 2 3; do
        launch "$1"
        started=$!
        settled() { serves "$1" || ! kill -0 "$started" 2>/dev/null; }
        await $((deadline / 3)) "node $1 joins" settled "$1" || true
        if serves "$1"; then return; fi
        say "node $1 has not joined; it is begun anew. It said last:"
        tail -qn 3 "$dir/node$1.out" "$data/$1"/log/*.log >&2 || true
        if pid="$(pid_of "$1")"; then kill -9 "$pid"; fi
        kill -9 "$started" 2>/dev/null || true
        await 10 "node $1 is gone" gone "$1" || true
        control 1 forget_cluster_node "$(name_of "$1")" >/dev/null 2>&1 || true
        rm -rf "$data/$1/mnesia"
    done
    return 1
}
await_node() { await "$deadline" "node $1 serves (see $dir/node$1.out and $data/$1/log)" serves "$1"; }

# settle NODE…: until the nodes that can see each other agree on who runs and none remembers a partition. A node that
# lost touch for long and came back quickly, as a resumed one does, may find the others before it notices that it was
# alone: then pause_minority never acts, all three carry on as partitioned, and only a restart of the application heals.
settle() {
    local node names="" order=() count=0 answer limit=$((SECONDS + deadline))
    for node in "$@" "${nodes[@]}"; do
        if [[ " ${order[*]} " == *" $node "* ]] || gone "$node" || paused "$node" || severed "$node"; then continue; fi
        order+=("$node")
        names+="${names:+,}{$node,'$(name_of "$node")'}"
        count=$((count + 1))
    done
    [ $count -ge 2 ] || return 0
    while :; do
        answer="$(control "${order[0]}" --timeout 20 eval "
            Ask = fun(M, F) -> [{K, rpc:call(N, M, F, [], 3000)} || {K, N} <- [$names]] end,
            Apart = Ask(rabbit_node_monitor, partitions),
            case [K || {K, [_ | _]} <- Apart] of
                [K | _] -> K;
                [] -> [] =:= [K || {K, P} <- Apart, P =/= []] andalso
                      [] =:= [K || {K, L} <- Ask(rabbit_nodes, all_running), not (is_list(L) andalso length(L) =:= $count)]
            end." 2>/dev/null || true)"
        case "$answer" in
        true) return ;;
        [123])
            control "$answer" stop_app || true
            control "$answer" start_app || true
            ;;
        esac
        [ $SECONDS -lt $limit ] || { say "not in time: the nodes agree"; return 1; }
        sleep 0.3
    done
}

# The port mappers go with their nodes: HOME is this cluster's alone.
stop_epmd() {
    local pid
    for pid in $(pgrep -x epmd || true); do
        if grep -qzxF "HOME=$data" "/proc/$pid/environ" 2>/dev/null; then kill "$pid" 2>/dev/null || true; fi
    done
}

need_node() { [[ "$argument" =~ ^[123]$ ]] || die "NODE must be 1, 2 or 3, not '$argument'"; }
need_running() { need_node; running "$argument" || die "node $argument does not run"; }

if [ ! -f "$environment" ]; then
    case "$command" in
    start) choose_addresses >"$environment.new" && mv "$environment.new" "$environment" ;;
    stop) exit 0 ;;
    *) die "there is no cluster in $dir" ;;
    esac
fi
. "$environment"

case "$command" in
start)
    running 1 && running 2 && running 3 && exit 0
    [ "$partitions" = no ] || network_up
    own rabbitmq "$data"
    (umask 077 && secret "$data/.erlang.cookie" >/dev/null)
    chmod 400 "$data/.erlang.cookie"
    echo '[rabbitmq_management].' >"$data/plugins"
    echo '{}' >"$data/nothing.json"
    if [ -n "$argument" ]; then (umask 077 && cp "$argument" "$data/definitions.json"); fi
    [ "$(id -u)" != 0 ] || chown rabbitmq "$data"/.erlang.cookie "$data"/*.json
    chmod 644 "$data/plugins" "$data/nothing.json"
    for node in "${nodes[@]}"; do configure "$node"; done
    if [ ! -f "$data/formed" ]; then
        # The first node alone, for the others to join: started at once they might each found a cluster.
        gone 2 && gone 3 || die "the cluster was left half formed; stop it first"
        rm -rf "$data"/[123]/mnesia
        launch 1
        await_node 1 || exit 1
        # One after the other: two that join at once now and then wait for each other.
        for node in 2 3; do join "$node" || die "node $node cannot join: see $dir/node$node.out and $data/$node/log"; done
    fi
    # Once formed all at once: a node waits for those that stopped after it.
    for node in "${nodes[@]}"; do launch "$node"; done
    for node in "${nodes[@]}"; do await_node "$node" || exit 1; done
    if [ ! -f "$data/formed" ]; then
        # Quorum queues get their members when declared: definitions come after the third node, never before.
        settle || exit 1
        control 1 enable_feature_flag all
        if [ -f "$data/definitions.json" ]; then control 1 import_definitions "$data/definitions.json" >&2; fi
        touch "$data/formed"
    fi
    ;;
stop)
    stopping=()
    for node in "${nodes[@]}"; do
        if [ "$partitions" = yes ]; then ip link set "$(link_of "$node")" up 2>/dev/null || true; fi
        if pid="$(pid_of "$node")"; then
            kill -CONT "$pid"
            kill "$pid"
            stopping+=("$pid")
        fi
    done
    # A node removes its pid file long before it ends: the process is what to wait for.
    limit=$((SECONDS + 20))
    for pid in "${stopping[@]}"; do
        await $((limit - SECONDS)) "process $pid has stopped" test ! -e "/proc/$pid" || kill -9 "$pid" || true
    done
    stop_epmd
    [ "$partitions" = no ] || network_down
    ;;
kill)
    need_running
    pid="$(pid_of "$argument")"
    kill -9 "$pid"
    await 10 "node $argument is gone" test ! -e "/proc/$pid"
    ;;
pause) need_running && kill -STOP "$(pid_of "$argument")" ;;
resume)
    need_running
    kill -CONT "$(pid_of "$argument")"
    settle "$argument"
    ;;
restart)
    need_node
    gone "$argument" || die "node $argument runs; kill it first"
    others=0
    for node in "${nodes[@]}"; do
        if running "$node" && ! paused "$node" && ! severed "$node"; then others=$((others + 1)); fi
    done
    launch "$argument"
    if [ $others = 0 ] || severed "$argument"; then
        say "node $argument is started and will serve when it sees another"
        exit 0
    fi
    # A node that waited in vain for the others gives up and exits.
    rejoined() { kill -0 $! 2>/dev/null || launch "$argument"; serves "$argument"; }
    await "$deadline" "node $argument has rejoined (see $dir/node$argument.out and $data/$argument/log)" rejoined
    settle "$argument"
    ;;
cut)
    need_node
    [ "$partitions" = yes ] || { say "partitions cannot be made here: that takes root and network namespaces"; exit 3; }
    ip link set "$(link_of "$argument")" down
    ;;
heal)
    [ "$partitions" = yes ] || exit 0
    healed=()
    for node in "${nodes[@]}"; do
        if severed "$node"; then healed+=("$node"); fi
        ip link set "$(link_of "$node")" up
    done
    settle "${healed[@]}"
    ;;
alarm)
    need_running
    case "${4:-}" in on) mark=0.0001 ;; off) mark=0.4 ;; *) usage ;; esac
    control "$argument" set_vm_memory_high_watermark "$mark"
    ;;
status)
    serving=0
    for node in "${nodes[@]}"; do
        if gone "$node"; then state=stopped
        elif paused "$node"; then state=paused
        elif severed "$node"; then state=cut
        elif serves "$node"; then state=serving serving=$((serving + 1))
        else state=waiting; fi
        echo "node $node: $state, $(of "$node" host), amqp $(of "$node" port), management $(of "$node" management)"
    done
    [ $serving = 3 ]
    ;;
*) die "unknown command '$command'" ;;
esac
