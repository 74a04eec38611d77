#!/usr/bin/env bash
# Every question and every act, by one person of each role and some more, upon business of each nearness, against what follows from
# the policy's file, the organisation's file and the test data: on services of its own, since a policy holds for everybody.
#
# usage: matrix.sh
export WAYBILL_CLOCK=events
. "$(dirname "$0")/system.sh"
system matrix
for login in li.wei manager.ks01 director; do
    (umask 077 && "$WAYBILL_CLI" users add "$login" --json | jq -r .url >"$work/$login.url")
done
(umask 077 && cp "$WAYBILL_HOME/secrets/amqp-console.url" "$work/edge.url")
"$python" "$root/Tests/EndToEnd/matrix.py" "$work" "$work/edge.url" "$work" ||
    { tail -n 5 "$WAYBILL_HOME"/log/*.log; exit 1; }
