import Client
import Contracts
import Domain

extension Board {
    /// Deliveries and complaints: where the service is certainly worse.
    static let quality = Board(
        place: .quality, help: .qualityHelp, filters: ["from", "to", "branch", "line", "within"],
        parts: [
            performance("branch", .qualityByBranch),
            performance("line", .qualityByLine),
            performance("customer", .qualityByCustomer),
            BoardPart(
                title: .complaintCauses, service: .servicedesk, question: DeskQuestions.load, table: "causes",
                form: .bars([BoardBars(figure: "complaints", label: BoardBars.by("category"), records: ofCategory)], [])
            ),
            satisfaction("branch"),
            satisfaction("month"),
            BoardPart(
                title: .satisfactionTrend, help: .satisfactionTrendHelp, service: .servicedesk,
                question: SurveyQuestions.trend, table: "trend",
                form: .table([
                    "measure", "name", "score_before", "score_now", "verdict", "change", "change_low", "change_high",
                ])),
            BoardPart(
                title: .surveyAnswers, service: .servicedesk, question: SurveyQuestions.answers, table: "answers",
                values: [("state", "answered")],
                form: .table([
                    "answered_at", "order_id", "source", "customer_id", "satisfaction", "recommendation", "effort",
                    "comment",
                ])),
            BoardPart(
                title: .surveys, service: .servicedesk, question: ServiceDeskQuestions.surveys, table: "surveys",
                form: .table(["requested_at", "order_id", "source", "customer_id", "rule"])),
        ])

    /// The share of those who answered that they are satisfied, each bar with the answers behind it.
    private static func satisfaction(_ by: String) -> BoardPart {
        BoardPart(
            title: by == "month" ? .satisfactionByMonth : .satisfactionByBranch, help: .satisfactionHelp,
            service: .servicedesk, question: SurveyQuestions.results, table: "results", values: [("by", by)],
            form: .bars(
                [
                    BoardBars(
                        figure: "satisfied_percent", label: BoardBars.by("name"),
                        records: { row, _, given in
                            let days = row["name"].flatMap { by == "month" ? Days(month: $0) : nil }
                            return Link(
                                "q", "servicedesk", SurveyQuestions.answers.name,
                                values: [
                                    ("state", "answered"), ("from", days?.from ?? given["from"]),
                                    ("to", days?.to ?? given["to"]),
                                    ("branch", by == "branch" ? row["name"] : given["branch"]), ("line", given["line"]),
                                    ("within", given["within"]),
                                ])
                        })
                ], []))
    }

    private static func performance(_ by: String, _ title: Text) -> BoardPart {
        BoardPart(
            title: title, help: .qualityBarsHelp, service: .servicedesk, question: ServiceDeskQuestions.performance,
            table: "performance", values: [("by", by)],
            form: .bars(
                [
                    BoardBars(
                        figure: "late_percent", label: BoardBars.by("name"),
                        records: { row, _, given in
                            Link(
                                "orders",
                                values: [(by, row["name"]), ("from", given["from"]), ("to", given["to"])])
                        })
                ], []))
    }

    /// The figures of the business: by month, with the five drivers, what was decided and what is wrong.
    static let figures = Board(
        place: .figures, help: .figuresHelp,
        filters: ["from", "to", "basis", "branch", "division", "line", "currency"],
        parts: [
            BoardPart(
                title: .revenueAndMargin, help: .figuresBarsHelp, service: .finance, question: ViewQuestions.figures,
                table: "view", values: [("by", "month"), ("metric", "revenue,margin,held")],
                form: .bars([bars("revenue"), bars("margin")], [])),
            BoardPart(
                title: .cashAndDebt, service: .finance, question: ViewQuestions.figures, table: "view",
                values: [("by", "month"), ("metric", "cash,receivable,payable,expenses")],
                form: .bars([bars("cash"), bars("receivable"), bars("payable"), bars("expenses")], [])),
            BoardPart(
                title: .byDivision, service: .finance, question: ViewQuestions.figures, table: "view",
                values: [("by", "total,division"), ("metric", "revenue,margin")],
                form: .bars([bars("margin", label: { $0["division"] })], [])),
            BoardPart(
                title: .byBranch, service: .finance, question: ViewQuestions.figures, table: "view",
                values: [("by", "total,branch"), ("metric", "revenue,margin")],
                form: .bars([bars("margin", label: { $0["branch"] })], [])),
            BoardPart(
                title: .byLine, service: .finance, question: ViewQuestions.figures, table: "view",
                values: [("by", "total,line"), ("metric", "revenue,margin")],
                form: .bars([bars("margin", label: { $0["line"] })], [])),
            BoardPart(
                title: .drivers, help: .driversHelp, service: .customer, question: ClassQuestions.drivers,
                table: "drivers", values: [("by", "month")],
                form: .bars(
                    [
                        driver("acquisition"), driver("retention"), driver("satisfaction"), driver("profitability"),
                    ], [])),
            BoardPart(
                title: .marketShare, service: .customer, question: ClassQuestions.drivers, table: "market share",
                values: [("by", "month")], form: .table([])),
            BoardPart(
                title: .marginAlerts, service: .finance, question: FinanceQuestions.summary, table: "margin alerts",
                form: .bars(
                    [
                        BoardBars(
                            figure: "open",
                            label: { [$0["level"], $0["severity"]].compactMap { $0 }.joined(separator: " ") },
                            records: { row, _, _ in
                                Link("alerts", values: [("level", row["level"]), ("severity", row["severity"])])
                            })
                    ], []), all: Link("alerts")),
            BoardPart(
                title: .acceptance, service: .finance, question: FinanceQuestions.summary, table: "acceptance",
                form: .bars(
                    [
                        BoardBars(
                            figure: "customers", label: BoardBars.by("state"),
                            records: { _, _, _ in Link("q", "finance", AcceptanceQuestions.list.name) })
                    ], []), all: Link("q", "finance", AcceptanceQuestions.list.name)),
        ])

    /// Bars of a metric, each with the events that make it up behind it.
    private static func bars(
        _ metric: String, label: @escaping @Sendable (RowView) -> String? = { $0["period"] }
    ) -> BoardBars {
        BoardBars(
            figure: metric, label: label, currency: "currency",
            records: { row, _, given in
                let days = row["period"].flatMap { Days(month: $0) }
                return Link(
                    "q", "finance", ViewQuestions.drill.name,
                    values: [
                        ("from", days?.from ?? given["from"]), ("to", days?.to ?? given["to"]), ("by", "total"),
                        ("metric", metric), ("basis", given["basis"]), ("branch", row["branch"] ?? given["branch"]),
                        ("division", row["division"] ?? given["division"]), ("line", row["line"] ?? given["line"]),
                        ("currency", given["currency"]),
                    ])
            })
    }

    /// Bars of a driver, each with the orders that it is counted from behind it.
    private static func driver(_ name: String) -> BoardBars {
        BoardBars(
            figure: name, label: { $0["period"].map { String($0.prefix(7)) } },
            records: { row, _, given in
                let days = row["period"].flatMap { Days(month: String($0.prefix(7))) }
                return Link(
                    "q", "customer", ClassQuestions.trace.name,
                    values: [
                        ("driver", name), ("by", "month"), ("from", days?.from), ("to", days?.to),
                        ("branch", given["branch"]), ("line", given["line"]),
                    ])
            })
    }

    /// The days of a month such as `2026-03`.
    struct Days: Equatable {
        let from: String
        let to: String

        init?(month: String) {
            guard month.count == 7, let first = CalendarDay(month + "-01") else { return nil }
            let later = first.adding(days: 31).components
            guard let next = CalendarDay(year: later.year, month: later.month, day: 1) else { return nil }
            (from, to) = (first.description, next.adding(days: -1).description)
        }
    }

    /// What an operator looks at: who answers, what failed, what waits, who saw and did what.
    static let operations = Board(
        place: .operations, help: .operationsHelp, filters: ["from", "to"],
        parts: ServiceName.allCases.map { service in
            BoardPart(
                title: .scheduleOf(service.rawValue), help: .scheduleHelp, service: service,
                question: CommonQuestions.schedule, table: "schedule",
                form: .table(["task", "key", "due", "state", "attempts", "last_error", "next_try"]))
        }
            + ServiceName.business.map { service in
                BoardPart(
                    title: .waitingReferences(service.rawValue), service: service,
                    question: ReferenceQuestions.waiting(service), table: "waiting", form: .table([]))
            }
            + ServiceName.allCases.map { service in
                BoardPart(
                    title: .actsOf(service.rawValue), service: service, question: CommonQuestions.acts, table: "acts",
                    form: .table(["at", "person", "proof", "type", "source", "id"]))
            },
        further: [
            (.servicesAndQueues, Link("operations", "services")), (.deadLetters, Link("operations", "dead")),
            (.accountOfMessages, Link("operations", "messages")),
        ], furtherRole: OperatingDesk.role)
}
