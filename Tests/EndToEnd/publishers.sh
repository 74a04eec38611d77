#!/usr/bin/env bash
# Runs the programs of docs/contracts/publishing.md exactly as they stand there, and looks whether their orders were decided.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# snippet HEADING LANGUAGE: the first code block of that language below a heading that begins so.
snippet() {
    awk -v heading="## $1" -v fence="\`\`\`$2" '
        index($0, "## ") == 1 { inside = index($0, heading) == 1 }
        inside && $0 == fence { printing = 1; next }
        printing && $0 == "```" { exit }
        printing { print }' "$root/docs/contracts/publishing.md"
}
snippet Python python >"$work/publish.py"
snippet Shell sh >"$work/publish.sh"
snippet Go go >"$work/publish.go"
snippet Java java >"$work/Publish.java"
snippet HTTP sh >"$work/publish_http.sh"
for file in publish.py publish.sh publish.go Publish.java publish_http.sh; do
    [ -s "$work/$file" ] || { echo "docs/contracts/publishing.md has no $file"; exit 1; }
done
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
"$python" "$work/publish.py"
bash "$work/publish.sh"
(cd "$work" && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$work/cache" go run publish.go)
java --class-path "/usr/share/java/amqp-client.jar:/usr/share/java/slf4j-api.jar:/usr/share/java/slf4j-nop.jar" "$work/Publish.java"
bash "$work/publish_http.sh"
echo
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
for order in SO-PYTHON-1 SO-SHELL-1 SO-GO-1 SO-JAVA-1 SO-HTTP-1; do
    decision="$("$WAYBILL_CLI" orders show "$order" --json | jq -r '.order[0].decision')"
    [ "$decision" = accepted ] || { echo "$order: $decision instead of accepted"; exit 1; }
    echo "$order accepted"
done
