#!/usr/bin/env bash
# Builds for release, starts a private broker and database with the five services, measures, and removes it all.
#
# usage: run.sh [--quick] [--partner] [--rounds N] [--orders N] [--only PART,…] [--results FILE]      (--help says more)
. "$(cd "$(dirname "$0")/.." && pwd)/deploy/local/lib.sh"
case " $* " in *" --help "* | *" -h "*) WAYBILL_HOME=/ BENCH_TWINS=/ python3 - "$root/Benchmarks/bench.py" <<'PY'
import ast, sys
print(ast.get_docstring(ast.parse(open(sys.argv[1]).read())))
PY
    exit 0 ;;
esac
export WAYBILL_HOME BENCH_TWINS
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-bench-XXXXXX")"
chmod 711 "$WAYBILL_HOME"
BENCH_TWINS="$WAYBILL_HOME/twins"
cleanup() {
    trap - EXIT INT TERM
    "$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true
    rm -rf "$WAYBILL_HOME"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
"$root/deploy/local/up.sh" ${BENCH_UP:-}
case " $* " in *" --partner "*)
    # All orders are a partner's that has a queue of its own: each decision is told there as well.
    export BENCH_INBOUND=waybill.inbound.demo
    . "$WAYBILL_HOME/env"
    echo '{"partners": [{"name": "demo", "users": ["partner-demo"], "sources": ["*"], "queue": true}]}' >"$WAYBILL_HOME/partners.json"
    "$WAYBILL_CLI" topology definitions --users "$WAYBILL_HOME/secrets/users.json" --partners "$WAYBILL_HOME/partners.json" \
        >"$WAYBILL_HOME/secrets/definitions.json"
    address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
    printf 'user = "%s"\n' "${address%@*}" |
        curl -sf -K - -X POST -H 'content-type: application/json' --data-binary "@$WAYBILL_HOME/secrets/definitions.json" \
            "http://${address#*@}/api/definitions" >/dev/null
    echo "$WAYBILL_HOME/partners.json" >"$WAYBILL_HOME/run/partners"
    for service in "${services[@]}"; do "$root/deploy/local/service.sh" restart "$service"; done ;;
esac
mkdir -p "$BENCH_TWINS"
for program in publish raw_broker latency ask; do
    gcc -O2 -Wall -Wextra -o "$BENCH_TWINS/$program" "$root/Benchmarks/twins/$program.c" -lrabbitmq -lm
done
gcc -O2 -Wall -Wextra -I"$(pg_config --includedir)" -o "$BENCH_TWINS/raw_database" "$root/Benchmarks/twins/raw_database.c" -lpq
python3 -B "$root/Benchmarks/bench.py" "$@"
