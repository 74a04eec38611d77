import Contracts
import Domain
import Testing

/// Notices whose texts are kept as golden files: each tells what a service would, as a test compares.
enum SampleNotices {
    private static func fact(
        _ name: String, _ kind: NoticeFactKind, _ value: String, _ currency: String? = nil,
        field: PermissionField? = nil
    ) -> NoticeFact {
        NoticeFact(
            name: name, kind: kind, value: value, currency: currency.flatMap { Currency($0) }, field: field?.rawValue)
    }

    private static func notice(
        _ kind: String, _ about: NoticeObject, _ severity: NoticeSeverity, atStake: FixedDecimal? = nil,
        customerId: String? = nil, line: String? = nil, facts: [NoticeFact], next: String? = nil, due: String? = nil
    ) throws -> NoticeContent {
        NoticeContent(
            noticeId: "n-\(kind)", revision: 1, kind: kind, about: about, severity: severity, atStake: atStake,
            currency: atStake.map { _ in .cny }, customerId: customerId, businessLine: line, alsoTo: [], facts: facts,
            next: next, dueAt: try due.map { try #require(Timestamp($0)) },
            happenedAt: try #require(Timestamp("2026-03-02T16:30:00+08:00")))
    }

    /// An order at a loss.
    private static let margin: [NoticeFact] = [
        fact("severity", .code, "negative"),
        fact("level", .code, "order"),
        fact("order", .code, "SO-2026-0117"),
        fact("customer", .code, "C-1001"),
        fact("line", .code, "ocean"),
        fact("revenue", .money, "15200.00", "CNY"),
        fact("cost", .money, "16480.50", "CNY", field: .cost),
        fact("margin", .money, "-1280.50", "CNY", field: .margin),
        fact("margin-rate", .rate, "-0.0842", field: .margin),
        fact("threshold", .rate, "0.05", field: .margin),
        fact("causes", .text, "fuel, a second truck", field: .cost),
        fact("diagnose-by", .day, "2026-03-04"),
    ]

    /// Each with the name under which its text is kept.
    static func all() throws -> [(name: String, notice: NoticeContent)] {
        [
            (
                "margin-alert",
                try notice(
                    "margin-alert", NoticeObject(kind: "margin-alert", identifier: "5b1f3c7e"), .critical,
                    atStake: FixedDecimal("15200"), customerId: "cust-3d1f", line: "ocean", facts: margin,
                    next: "waybill alerts diagnose 5b1f3c7e --reason REASON --plan PLAN --recover-by DAY",
                    due: "2026-03-04T18:00:00+08:00")
            ),
            (
                "margin-alert, to who may not see margins",
                try notice(
                    "margin-alert", NoticeObject(kind: "margin-alert", identifier: "5b1f3c7e"), .critical,
                    atStake: FixedDecimal("15200"), customerId: "cust-3d1f", line: "ocean",
                    facts: margin.filter { $0.field == nil },
                    next: "waybill alerts diagnose 5b1f3c7e --reason REASON --plan PLAN --recover-by DAY",
                    due: "2026-03-04T18:00:00+08:00")
            ),
            (
                "order-held",
                try notice(
                    "order-held", NoticeObject(kind: "order", source: "tms-east", identifier: "KS-77"), .urgent,
                    atStake: FixedDecimal("1234567.8"), customerId: "cust-3d1f", line: "ocean",
                    facts: [
                        fact("order", .code, "KS-77"),
                        fact("order-revision", .count, "2"),
                        fact("customer", .code, "C-1001"),
                        fact("line", .code, "ocean"),
                        fact("decision", .code, "needs-approval"),
                        fact("rule", .code, "credit-limit"),
                        fact("amount", .money, "1234567.8", "CNY"),
                        fact("exposure", .money, "5300000", "CNY"),
                        fact("limit", .money, "5000000", "CNY"),
                        fact("available", .money, "0", "CNY"),
                    ], next: "waybill orders approve KS-77 --source tms-east --reason REASON",
                    due: "2026-03-04T18:00:00+08:00")
            ),
            (
                "acceptance-override",
                try notice(
                    "acceptance-override", NoticeObject(kind: "acceptance", identifier: "cust-3d1f"), .information,
                    atStake: FixedDecimal("200000"), customerId: "cust-3d1f", line: "*",
                    facts: [
                        fact("customer", .code, "C-1001"),
                        fact("name", .text, "Kunshan \"Precision\" & Sons <Ltd>", field: .personalData),
                        fact("line", .code, "*"),
                        fact("cap", .money, "200000", "CNY"),
                        fact("from", .day, "2026-03-02"),
                        fact("until", .day, "2026-03-20"),
                        fact("reason", .text, "paid\r\nyesterday"),
                        fact("by", .code, "zhao.min"),
                        fact("tier", .code, "branch-manager"),
                    ], next: "waybill finance acceptance show cust-3d1f")
            ),
            (
                "receivable-due",
                try notice(
                    "receivable-due", NoticeObject(kind: "receivable", source: "erp", identifier: "INV-9"), .attention,
                    customerId: "cust-3d1f", line: "*",
                    facts: [
                        fact("invoice", .code, "INV-9"),
                        fact("customer", .code, "C-1001"),
                        fact("amount", .money, "9000", "JPY"),
                        fact("open", .money, "8800", "JPY"),
                        fact("disputed", .money, "0", "JPY"),
                        fact("due", .day, "2026-03-09"),
                        fact("level", .code, "sales-owner"),
                    ])
            ),
            (
                "receivable-overdue",
                try notice(
                    "receivable-overdue", NoticeObject(kind: "receivable", source: "erp", identifier: "INV-9"), .urgent,
                    customerId: "cust-3d1f", line: "*",
                    facts: [
                        fact("invoice", .code, "INV-9"),
                        fact("customer", .code, "C-1001"),
                        fact("amount", .money, "2000", "KWD"),
                        fact("open", .money, "1234.5", "KWD"),
                        fact("disputed", .money, "0", "KWD"),
                        fact("due", .day, "2026-01-31"),
                        fact("days-overdue", .count, "30"),
                        fact("level", .code, "branch-manager"),
                    ])
            ),
            (
                "expense-held",
                try notice(
                    "expense-held", NoticeObject(kind: "expense", source: "oa", identifier: "E-5"), .urgent,
                    atStake: FixedDecimal("300"),
                    facts: [
                        fact("expense", .code, "E-5"),
                        fact("account", .code, "travel"),
                        fact("owner", .code, "li.wei"),
                        fact("budget", .code, "travel-KS"),
                        fact("decision", .code, "needs-approval"),
                        fact("reason", .code, "beyond-budget"),
                        fact("amount", .money, "300", "CNY"),
                        fact("available", .money, "120", "CNY"),
                        fact("excess", .money, "180", "CNY"),
                        fact("tier", .code, "supervisor"),
                        fact("day", .day, "2026-03-02"),
                    ], next: "waybill finance expenses approve E-5 --source oa --reason REASON")
            ),
            (
                "payment-promise-due",
                try notice(
                    "payment-promise-due", NoticeObject(kind: "receivable", source: "erp", identifier: "P-7"),
                    .attention, customerId: "cust-3d1f", line: "*",
                    facts: [
                        fact("invoice", .code, "INV-9"),
                        fact("customer", .code, "C-1001"),
                        fact("promised", .money, "8800", "JPY"),
                        fact("promised-on", .day, "2026-03-03"),
                        fact("taken-by", .code, "li.wei"),
                    ], next: "waybill finance receivables promises --customer cust-3d1f",
                    due: "2026-03-05T23:59:59+08:00")
            ),
            (
                "quote-held",
                try notice(
                    "quote-held", NoticeObject(kind: "quote", identifier: "Q-12"), .attention, line: "ocean",
                    facts: [
                        fact("quote", .code, "Q-12"),
                        fact("quote-revision", .count, "2"),
                        fact("customer", .code, "C-1001"),
                        fact("title", .text, "海运年度报价"),
                        fact("owner", .code, "li.wei"),
                        fact("submitted-by", .code, "li.wei"),
                        fact("valid-until", .day, "2026-03-31"),
                    ], next: "waybill quotes step Q-12 approved")
            ),
            (
                "agreement-ending",
                try notice(
                    "agreement-ending", NoticeObject(kind: "agreement", source: "crm", identifier: "A-3"), .attention,
                    customerId: "cust-3d1f", line: "*",
                    facts: [
                        fact("agreement", .code, "A-3"),
                        fact("title", .text, "框架协议"),
                        fact("agreement-kind", .code, "framework"),
                        fact("customer", .code, "C-1001"),
                        fact("state", .code, "ending"),
                        fact("ends", .day, "2026-12-31"),
                        fact("notice-by", .day, "2026-11-01"),
                    ], next: "waybill agreements list --customer C-1001")
            ),
            (
                "customer-declining",
                try notice(
                    "customer-declining", NoticeObject(kind: "customer", identifier: "cust-3d1f"), .urgent,
                    customerId: "cust-3d1f", line: "*",
                    facts: [
                        fact("name", .text, "昆山精密电子有限公司", field: .personalData),
                        fact("state", .code, "dormant"),
                        fact("previous", .code, "declining"),
                        fact("since", .day, "2026-02-16"),
                        fact("dwell-days", .count, "60"),
                        fact("reason", .text, "no order for 60 days", field: .margin),
                    ], next: "waybill customers show cust-3d1f")
            ),
            (
                "task-set-aside",
                try notice(
                    "task-set-aside",
                    NoticeObject(kind: "setting", source: "finance", identifier: "receivables.remind"), .urgent,
                    facts: [
                        fact("service", .code, "finance"),
                        fact("task", .code, "receivables.remind"),
                        fact("key", .code, ""),
                        fact("due", .time, "2026-03-01T23:59:59+08:00"),
                        fact("attempts", .count, "5"),
                        fact("error", .text, "connection lost"),
                    ], next: "waybill schedule retry finance receivables.remind")
            ),
            (
                "lead-assigned",
                try notice(
                    "lead-assigned", NoticeObject(kind: "lead", identifier: "L-4711"), .attention, line: "air",
                    facts: [
                        fact("lead", .code, "L-4711"),
                        fact("company", .text, "苏州精工机械有限公司"),
                        fact("channel", .code, "fair"),
                        fact("grade", .code, "A"),
                        fact("speak-by", .time, "2026-03-02T17:00:00+08:00"),
                        fact("captured", .time, "2026-03-02T15:00:00+08:00"),
                    ], next: "waybill leads step L-4711 contacted", due: "2026-03-03T10:00:00+08:00")
            ),
            (
                "opportunity-stalled",
                try notice(
                    "opportunity-stalled", NoticeObject(kind: "opportunity", source: "crm", identifier: "OP-9"),
                    .attention, atStake: FixedDecimal("480000"), customerId: "cust-3d1f",
                    facts: [
                        fact("opportunity", .code, "OP-9"),
                        fact("company", .text, "Kunshan \"Precision\" & Sons <Ltd>"),
                        fact("stage", .code, "negotiation"),
                        fact("days", .count, "41"),
                        fact("most-days", .count, "28"),
                    ], next: "waybill opportunities show OP-9 --source crm", due: "2026-03-09T23:59:59+08:00")
            ),
            (
                "complaint-promise-due",
                try notice(
                    "complaint-promise-due", NoticeObject(kind: "complaint", source: "desk", identifier: "C-12"),
                    .urgent, customerId: "cust-3d1f", line: "*",
                    facts: [
                        fact("complaint", .code, "C-12"),
                        fact("customer", .code, "C-1001"),
                        fact("promised", .time, "2026-03-02T18:00:00+08:00"),
                        fact("category", .code, "damage"),
                        fact("severity", .code, "major"),
                        fact("agent", .code, "li.wei"),
                    ], next: "waybill complaints step C-12 STEP --source desk --note NOTE",
                    due: "2026-03-02T18:00:00+08:00")
            ),
            (
                "complaint-clock-late",
                try notice(
                    "complaint-clock-late", NoticeObject(kind: "complaint", source: "desk", identifier: "C-12"),
                    .critical, customerId: "cust-3d1f", line: "*",
                    facts: [
                        fact("complaint", .code, "C-12"),
                        fact("customer", .code, "C-1001"),
                        fact("clock", .code, "containment"),
                        fact("percent", .count, "200"),
                        fact("category", .code, "damage"),
                        fact("severity", .code, "major"),
                        fact("agent", .code, "li.wei"),
                        fact("opened", .time, "2026-03-02T08:30:00+08:00"),
                    ], next: "waybill complaints step C-12 STEP --source desk --note NOTE")
            ),
            (
                "a kind without words of its own",
                try notice(
                    "warehouse-flooded", NoticeObject(kind: "warehouse", identifier: "W-1"), .attention,
                    customerId: "cust-9", line: "*",
                    facts: [
                        fact("water-level", .text, "40 cm"),
                        fact("rate", .rate, "unknown"),
                        fact("pallet", .code, "P1"),
                        fact("pallet", .code, "P2"),
                        fact("pallets", .count, "12000"),
                    ])
            ),
        ]
    }
}
