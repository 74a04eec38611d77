#!/usr/bin/env bash
# docs/develop/adding-a-capability.md as it stands there, in a copy of the tree: its files are written and built, its test and
# those that hold for every capability run, and its commands are typed against servers of its own: an ordinary build would not
# start on the schema that they end with.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
work="$(mktemp -d "${TMPDIR:-/tmp}/waybill-capability-XXXXXX")"
chmod 711 "$work"
export WAYBILL_HOME="$work/home" WAYBILL_CONFIGURATION=debug
own_servers=no
finish() {
    "$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true
    if [ "$own_servers" = yes ]; then "$root/deploy/local/test-servers.sh" stop "$work/servers" >/dev/null 2>&1 || true; fi
    rm -rf "$work"
}
trap finish EXIT
fail() { echo "$*"; exit 1; }
# snippet HEADING LANGUAGE NUMBER: that code block of that language below a heading that begins so.
snippet() {
    awk -v heading="## $1" -v fence="\`\`\`$2" -v wanted="$3" '
        index($0, "## ") == 1 { inside = index($0, heading) == 1 }
        inside && !printing && $0 == fence { printing = 1; if (++number == wanted) { taken = 1; next } }
        printing && $0 == "```" { printing = 0; if (taken) exit; next }
        taken { print }' "$root/docs/develop/adding-a-capability.md"
}

swift build --package-path "$root/Generator" --quiet
python3 "$root/Tests/EndToEnd/capability.py" "$work"

snippet 7. sh 1 >"$work/documents.sh"
snippet 8. sh 1 >"$work/deploy.sh"
snippet 8. sh 2 >"$work/use.sh"
snippet 8. csv 1 >"$work/expected.csv"
for file in documents.sh deploy.sh use.sh expected.csv; do [ -s "$work/$file" ] || fail "the page has no $file"; done
export PATH="$work/bin:$PATH"

(cd "$work/tree" && bash -euo pipefail "$work/documents.sh")
if [ -z "${WAYBILL_TEST_POSTGRES_URL:-}" ]; then
    own_servers=yes
    variables="$("$root/deploy/local/test-servers.sh" start "$work/servers")"
    eval "$variables"
fi
(cd "$work" && "$work/tests" --testing-library swift-testing --filter 'AuditTests|ReaderTests|QuestionTests|EvolutionTests') \
    >"$work/tests.log" 2>&1 || { grep -E '✘|error:' "$work/tests.log" || tail -n 40 "$work/tests.log"; fail "a test fails"; }
grep -E 'Suite "Audits of suppliers" passed' "$work/tests.log" >/dev/null || { tail -n 40 "$work/tests.log"; fail "its test did not run"; }
tail -n 1 "$work/tests.log"

"$root/deploy/local/up.sh" --no-build
. "$WAYBILL_HOME/env"
bash -euo pipefail "$work/deploy.sh"
"$root/deploy/local/service.sh" stop supplier
echo "$work/bin" >"$WAYBILL_HOME/run/binaries"
"$root/deploy/local/service.sh" start supplier
for _ in $(seq 300); do
    curl -sf "$WAYBILL_HTTP_SUPPLIER/health/ready" >/dev/null && break
    sleep 0.1
done
curl -sf "$WAYBILL_HTTP_SUPPLIER/health/ready" >/dev/null || fail "the supplier service with the capability is not ready"
bash -euo pipefail "$work/use.sh" >"$work/answer"
tail -n "$(wc -l <"$work/expected.csv")" "$work/answer" | tr -d '\r' | sed 's/^\xef\xbb\xbf//' >"$work/answer.csv"
diff "$work/expected.csv" "$work/answer.csv" || fail "the command does not answer what the page says"
echo "a capability added, built, tested, deployed and asked"
