#!/usr/bin/env bash
# Word reaches people: an order at a loss and an invoice that is due, from the message to the mailbox, by real servers of mail, chats
# and webhooks, with services of its own that follow the time of the events. Whoever should have got something has got it once,
# and nobody else has; a server that is away and a service that is killed lose nothing. Then the commands of
# docs/business/notices.md, as they stand there.
#
# usage: notices.sh
export WAYBILL_CLOCK=events
. "$(dirname "$0")/system.sh"
python=python3
"$python" -c 'import aiosmtpd' 2>/dev/null || python=/usr/bin/python3
"$python" "$root/Tests/ChannelsTests/servers.py" check || fail "needs a python3 that has aiosmtpd: apt-get install python3-aiosmtpd"
system notices
"$root/deploy/local/certificates.sh" "$work/certificates"
for login in li.wei wu.jie manager.ks01 head.east director clerk.finance; do
    (umask 077 && "$WAYBILL_CLI" users add "$login" --json | jq -r .url >"$work/$login.url")
done
"$python" "$root/Tests/EndToEnd/notices.py" "$work" || fail "notices.py ended with $?"

# The page's commands, as li.wei, to whom something has come.
page="$root/docs/business/notices.md"
export WAYBILL_AMQP_USER_URL_FILE="$work/li.wei.url"
notices="$("$WAYBILL_CLI" notices inbox --state all --json | jq -r '[.notices[].noticeId] | unique | .[]')"
one="$(head -n 1 <<<"$notices")" other="$(sed -n 2p <<<"$notices")"
[ -n "$other" ] || fail "li.wei has no two notices"
{
    echo 'set -euo pipefail'
    echo "trap 'echo \"line \$LINENO: \$BASH_COMMAND\" >&2' ERR"
    echo 'waybill() { "$WAYBILL_CLI" "$@"; }'
    awk '/^```sh$/ { printing = 1; next } printing && /^```$/ { printing = 0 } printing { print }' "$page" |
        sed "s/NOTICE NOTICE/$one $other/; s/\bNOTICE\b/$one/"
} >"$work/page.sh"
[ "$(grep -c '^waybill ' "$work/page.sh")" -gt 10 ] || fail "$page has no commands"
grep -q NOTICE "$work/page.sh" && fail "a command of the page was not filled in"
bash "$work/page.sh" >"$work/page.out" 2>&1 || { cat "$work/page.out"; fail "the commands of $page failed"; }
"$WAYBILL_CLI" notices preferences --json |
    jq -e '(.reader[0] | .language == "en" and .zone == "Europe/Berlin" and .quietFrom == 1290 and .quietUntil == 450 and .workingDays)
        and [.addresses[].channel] == ["mail", "dingtalk"] and (.choices | length) == 2' >/dev/null ||
    fail "what the page says of preferences is not kept: $("$WAYBILL_CLI" notices preferences --json)"
"$WAYBILL_CLI" notices inbox --state done --json | jq -e --arg one "$one" 'any(.notices[]; .noticeId == $one)' >/dev/null ||
    fail "what the page has done is not done"
unset WAYBILL_AMQP_USER_URL_FILE
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
"$WAYBILL_CLI" reconcile --json >/dev/null || fail "something is missing"
echo "docs/business/notices.md does what it says"
