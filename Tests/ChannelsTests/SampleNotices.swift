import Contracts
import Domain
import Testing

/// Notices whose texts are kept as golden files.
enum SampleNotices {
    private static let customer = NoticeFact(name: "customer", kind: .text, value: "昆山精密电子有限公司")
    private static let hostile = NoticeFact(name: "customer", kind: .text, value: "Kunshan \"Precision\" & Sons <Ltd>")

    private static func fact(
        _ name: String, _ kind: NoticeFactKind, _ value: String, _ currency: String? = nil, field: String? = nil
    ) -> NoticeFact {
        NoticeFact(name: name, kind: kind, value: value, currency: currency.flatMap { Currency($0) }, field: field)
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

    /// Each with the name under which its text is kept.
    static func all() throws -> [(name: String, notice: NoticeContent)] {
        let order = NoticeObject(kind: "order", source: "tms-east", identifier: "SO-2026-0117")
        let margin = [
            customer, fact("revenue", .money, "15200.00", "CNY"),
            fact("cost", .money, "16480.50", "CNY", field: "cost"),
            fact("margin", .money, "-1280.50", "CNY", field: "margin"), fact("rate", .rate, "-0.0842", field: "margin"),
            fact("threshold", .rate, "0.05"), fact("placed", .day, "2026-03-01"),
        ]
        func marginAlert(_ facts: [NoticeFact]) throws -> NoticeContent {
            try notice(
                "margin-alert", order, .critical, atStake: FixedDecimal(15_200), customerId: "cust-3d1f", line: "ocean",
                facts: facts, next: "waybill alerts diagnose 5b1f3c7e --reason REASON --plan PLAN --recover-by DAY",
                due: "2026-03-04T18:00:00+08:00")
        }
        return [
            ("margin-alert", try marginAlert(margin)),
            ("margin-alert, to who may not see margins", try marginAlert(margin.filter { $0.field == nil })),
            (
                "order-held",
                try notice(
                    "order-held", NoticeObject(kind: "order", source: "tms-east", identifier: "KS-77"), .urgent,
                    facts: [
                        fact("order", .code, "KS-77"), hostile, fact("rule", .code, "credit-hold"),
                        fact("placed", .day, "2026-03-01"), fact("revenue", .money, "1234567.8", "CNY"),
                    ], next: "/orders/tms-east/KS-77", due: "2026-03-04T18:00:00+08:00")
            ),
            (
                "order-approval-due",
                try notice(
                    "order-approval-due", NoticeObject(kind: "order", source: "tms-east", identifier: "KS-77"), .urgent,
                    facts: [
                        fact("order", .code, "KS-77"), customer, fact("since", .time, "2026-03-01T09:05:00+08:00"),
                    ], next: "waybill orders approve KS-77 --source tms-east --reason REASON")
            ),
            (
                "receivable-due",
                try notice(
                    "receivable-due", NoticeObject(kind: "receivable", source: "erp", identifier: "INV-9"), .attention,
                    facts: [
                        fact("invoice", .code, "INV-9"), customer, fact("open", .money, "8800", "JPY"),
                        fact("dueDay", .day, "2026-03-09"),
                    ])
            ),
            (
                "receivable-escalated",
                try notice(
                    "receivable-escalated", NoticeObject(kind: "receivable", source: "erp", identifier: "INV-9"),
                    .urgent,
                    facts: [
                        fact("invoice", .code, "INV-9"), customer, fact("open", .money, "1234.5", "KWD"),
                        fact("days", .count, "30"), fact("dueDay", .day, "2026-01-31"), fact("level", .count, "2"),
                    ])
            ),
            (
                "expense-refused",
                try notice(
                    "expense-refused", NoticeObject(kind: "expense", source: "oa", identifier: "E-5"), .attention,
                    facts: [
                        fact("expense", .code, "E-5"), fact("amount", .money, "300", "CNY"),
                        fact("by", .text, "chen.fang"),
                        fact("reason", .text, "no budget\r\nleft"), fact("budget", .code, "travel-KS"),
                        fact("share", .rate, "0.97"),
                    ])
            ),
            (
                "complaint-promise-due",
                try notice(
                    "complaint-promise-due", NoticeObject(kind: "complaint", source: "desk", identifier: "C-12"),
                    .critical,
                    facts: [
                        customer, fact("promise", .time, "2026-03-02T18:00:00+08:00"),
                        fact("summary", .text, "三托盘货物破损"),
                    ], next: "waybill complaints step C-12 answered --source desk --note NOTE")
            ),
            (
                "agreement-ending",
                try notice(
                    "agreement-ending", NoticeObject(kind: "agreement", identifier: "A-3"), .information,
                    facts: [fact("agreement", .code, "A-3"), customer, fact("endDay", .day, "2026-12-31")])
            ),
            (
                "review-task",
                try notice(
                    "review-task", NoticeObject(kind: "customer", identifier: "cust-3d1f"), .attention,
                    facts: [customer, fact("task", .text, "review the terms"), fact("by", .day, "2026-03-20")])
            ),
            (
                "task-set-aside",
                try notice(
                    "task-set-aside", NoticeObject(kind: "setting", identifier: "receivables.remind"), .urgent,
                    facts: [
                        fact("service", .code, "finance"), fact("task", .code, "receivables.remind"),
                        fact("attempts", .count, "5"), fact("error", .text, "connection lost"),
                    ], next: "waybill schedule retry finance receivables.remind --key 2026-03-02")
            ),
            (
                "lead-assigned",
                try notice(
                    "lead-assigned", NoticeObject(kind: "lead", identifier: "L-4711"), .attention, line: "air",
                    facts: [
                        fact("lead", .code, "L-4711"), fact("company", .text, "苏州精工机械有限公司"),
                        fact("channel", .code, "fair"), fact("grade", .code, "A"),
                        fact("speak-by", .time, "2026-03-02T17:00:00+08:00"),
                        fact("captured", .time, "2026-03-02T15:00:00+08:00"),
                    ], next: "waybill leads step L-4711 contacted", due: "2026-03-03T10:00:00+08:00")
            ),
            (
                "opportunity-stalled",
                try notice(
                    "opportunity-stalled", NoticeObject(kind: "opportunity", source: "crm", identifier: "OP-9"),
                    .attention, atStake: FixedDecimal(480_000), customerId: "cust-3d1f",
                    facts: [
                        fact("opportunity", .code, "OP-9"),
                        fact("company", .text, "Kunshan \"Precision\" & Sons <Ltd>"),
                        fact("stage", .code, "negotiation"), fact("days", .count, "41"),
                        fact("most-days", .count, "28"),
                    ], next: "waybill opportunities show OP-9 --source crm", due: "2026-03-09T23:59:59+08:00")
            ),
            (
                "complaint-clock-late",
                try notice(
                    "complaint-clock-late", NoticeObject(kind: "complaint", source: "desk", identifier: "C-12"),
                    .critical, line: "*",
                    facts: [
                        fact("complaint", .code, "C-12"), customer, fact("clock", .code, "containment"),
                        fact("percent", .count, "200"), fact("category", .code, "damage"),
                        fact("severity", .code, "major"), fact("agent", .code, "li.wei"),
                        fact("opened", .time, "2026-03-02T08:30:00+08:00"),
                    ], next: "waybill complaints step C-12 STEP --source desk --note NOTE")
            ),
            (
                "a kind without words of its own",
                try notice(
                    "warehouse-flooded", NoticeObject(kind: "warehouse", identifier: "W-1"), .attention,
                    customerId: "cust-9", line: "*",
                    facts: [
                        fact("water-level", .text, "40 cm"), fact("rate", .rate, "unknown"),
                        fact("pallet", .code, "P1"),
                        fact("pallet", .code, "P2"), fact("pallets", .count, "12000"),
                    ])
            ),
        ]
    }
}
