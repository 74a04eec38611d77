#!/usr/bin/env bash
# How long it takes to import files of an old system: generates a file of each kind and imports it, a dry run first, then
# again, when everything is the same. Says seconds and lines a second for each, and of the import whether it is within the bar,
# 100,000 lines in a minute: published, handled and committed. Everything must have landed, or there is no figure. What a release
# does is told by release binaries, which 'make up' builds.
#
# usage: import.sh [LINES [KIND…]]     (against what 'make up' started under WAYBILL_HOME; 100000 lines, all kinds)
set -euo pipefail
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
lines="${1:-100000}"
shift || true
kinds=("$@")
[ $# -gt 0 ] || kinds=(customers suppliers invoices payments budgets agreements)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
run="$(date +%s)"
make() { # KIND
    python3 - "$1" "$lines" "$run" <<'PYTHON'
import csv, random, sys

kind, lines, run = sys.argv[1], int(sys.argv[2]), sys.argv[3]
chance = random.Random(20260105)
out = csv.writer(sys.stdout)
heads = {
    "customers": ["客户编码", "客户名称", "分公司", "联系电话"], "suppliers": ["供应商编码", "供应商名称", "机构"],
    "invoices": ["发票号码", "客户编码", "开票日期", "到期日", "金额", "币种"],
    "payments": ["收款单号", "客户编码", "到账日期", "金额", "币种", "核销发票"],
    "budgets": ["预算编号", "分公司", "费用科目", "开始日期", "结束日期", "预算金额", "币种", "批准人"],
    "agreements": ["合同编号", "客户编号", "合同类型", "合同名称", "生效日期", "到期日", "经办人"],
}
places, first, second, trades = "昆山 上海 苏州 无锡 南京 杭州 宁波 广州 深圳 厦门".split(), "恒永远飞顺达通联华信嘉瑞宏盛", "达泰洋力丰捷运邦源诚德海业", "物流 货运代理 供应链管理 电子 精密机械 贸易 化工".split()
out.writerow(heads[kind])
for n in range(lines):
    day = f"2026-{1 + n % 9:02}-{1 + n % 27:02}"
    amount = f"{chance.randrange(100, 9_999_999) / 100:.2f}"
    # Mostly different companies, as in a list of customers; the letters behind tell them apart.
    name = chance.choice(places) + chance.choice(first) + chance.choice(second) + "".join(chance.choice(first + second) for _ in range(2)) + chance.choice(trades) + "有限公司"
    out.writerow({
        "customers": lambda: [f"B{run}-{n}", name, "KS01", f"0512-{chance.randrange(10_000_000, 99_999_999)}"],
        "suppliers": lambda: [f"S{run}-{n}", name, "KS01"],
        "invoices": lambda: [f"I{run}-{n}", f"B{n % 5000}", day, "2026-12-31", amount, "CNY"],
        "payments": lambda: [f"P{run}-{n}", f"B{n % 5000}", day, "10.00", "CNY", f"I{run}-{n}"],
        "budgets": lambda: [f"G{run}-{n}", "KS01", f"account-{run}-{n}", "2026-01-01", "2026-12-31", amount, "CNY", "li.wei"],
        "agreements": lambda: [f"A{run}-{n}", f"B{n % 5000}", "价格协议", "运价", "2026-01-01", "2026-12-31", "li.wei"],
    }[kind]())
PYTHON
}
bar=100000 # lines in a minute
printf '%-12s %-8s %10s %14s %s\n' kind what seconds 'lines a second' "$bar in a minute"
figures="$work/figures"
for kind in "${kinds[@]}"; do
    make "$kind" >"$work/$kind.csv"
    for what in dry import again; do
        options=()
        [ "$what" != dry ] || options=(--dry-run --csv)
        start="$(date +%s.%N)"
        "$WAYBILL_CLI" import "$kind" "$work/$kind.csv" --source bench "${options[@]}" >"$work/out" 2>"$work/said" || { cat "$work/said"; exit 1; }
        seconds="$(echo "$(date +%s.%N) - $start" | bc)"
        verdict=""
        [ "$what" != import ] || verdict="$([ "$(echo "$lines * 60 >= $bar * $seconds" | bc -l)" = 1 ] && echo yes || echo no)"
        printf '%-12s %-8s %10.1f %14.0f %s\n' "$kind" "$what" "$seconds" "$(echo "$lines / $seconds" | bc -l)" "$verdict" >>"$figures"
    done
    grep -E " $lines same$" "$work/said" >/dev/null || { echo "not everything has landed: $(cat "$work/said")"; exit 1; }
    cat "$figures"
    : >"$figures"
done
