#!/usr/bin/env bash
# Runs docs/operate/permissions-walk.md exactly as it stands there, against services of its own: a branch moves to another division, a
# manager is on leave, somebody leaves. Then what nobody may say of an organisation, of people or in a policy is said, and refused.
#
# usage: permissions_walk.sh
. "$(dirname "$0")/system.sh"
system permissions_walk
walk operate/permissions-walk.md 100

# What the walk shows, looked at once more.
for service in customer sales servicedesk finance supplier notifier; do
    [ "$("$WAYBILL_CLI" dead list --service "$service" --json | jq '.deadLetters | length')" = 0 ] ||
        fail "a refused command stands in the dead letters of $service"
done
python3 "$root/Tests/EndToEnd/people_refused.py" "$(echo "$work"/tmp.*/ops.qian.url)" || fail "what is bad input is not refused as it should be"
