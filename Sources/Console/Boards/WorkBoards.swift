import Client
import Contracts

extension Board {
    /// Orders, as a list that is narrowed, with what was decided of all of them.
    static let orders = Board(
        place: .orders, help: .ordersHelp,
        filters: [
            "decision", "customer", "source", "from", "to", "branch", "line", "owner", "atLeast", "atMost", "currency",
            "within",
        ],
        parts: [
            BoardPart(
                title: .orders, service: .finance, question: FinanceQuestions.orders, table: "orders",
                values: [("totals", "true"), ("limit", "50")],
                form: .table([
                    "order_id", "source", "customer_code", "name", "business_line", "branch", "sales_owner",
                    "placed_at",
                    "revenue", "cost", "margin", "currency", "state", "decision", "rule", "alert",
                ])),
            BoardPart(
                title: .decisions, service: .finance, question: FinanceQuestions.summary, table: "decisions",
                form: .bars(
                    [
                        BoardBars(
                            figure: "orders", label: BoardBars.by("decision"),
                            records: { row, _, _ in Link("orders", values: [("decision", row["decision"])]) })
                    ], []), all: Link("orders")),
            BoardPart(
                title: .ordersWaiting, help: .ordersWaitingHelp, service: .finance,
                question: AcceptanceQuestions.waiting,
                table: "orders that wait for approval",
                form: .table([
                    "placed_at", "order_id", "name", "revenue", "currency", "rule", "may_approve",
                ]), action: OrderRoutes.decide),
        ])

    /// What the service desk does next, how it is loaded, and what is complained of.
    static let desk = Board(
        place: .complaints, help: .deskHelp, filters: ["agent", "free", "branch", "from", "to", "within"],
        parts: [
            BoardPart(
                title: .queue, help: .queueHelp, service: .servicedesk, question: DeskQuestions.next, table: "queue",
                values: [("limit", "25")],
                form: .table([
                    "deed", "urgency", "why", "due_at", "severity", "category", "customer_code", "state", "agent",
                    "complaint_id",
                ]), action: { row in row["complaint_id"].map { (.openRecord, complaint($0, row)) } }),
            BoardPart(
                title: .load, service: .servicedesk, question: DeskQuestions.load, table: "agents",
                form: .bars(
                    [
                        BoardBars(
                            figure: "open", label: { $0["agent"] ?? "nobody" },
                            records: { row, _, _ in
                                row["agent"].map { Link("desk", values: [("agent", $0)]) }
                                    ?? Link("desk", values: [("free", "true")])
                            })
                    ], [])),
            BoardPart(
                title: .upSoon, service: .servicedesk, question: DeskQuestions.load, table: "up within two hours",
                form: .table(["due_at", "what", "priority", "branch", "agent", "complaint_id"]),
                action: { row in row["complaint_id"].map { (.openRecord, complaint($0, row)) } }),
            BoardPart(
                title: .age, service: .servicedesk, question: DeskQuestions.load, table: "ages",
                form: .bars([BoardBars(figure: "open", label: BoardBars.by("age"))], [])),
            BoardPart(
                title: .complaintCauses, service: .servicedesk, question: DeskQuestions.load, table: "causes",
                form: .bars([BoardBars(figure: "complaints", label: BoardBars.by("category"), records: ofCategory)], [])
            ),
            BoardPart(
                title: .complaintsOpen, service: .servicedesk, question: ServiceDeskQuestions.complaints,
                table: "complaints",
                form: .table([
                    "opened_at", "severity", "category", "state", "customer_code", "order_id", "promised_at", "summary",
                    "complaint_id",
                ])),
            BoardPart(
                title: .toldLate, service: .servicedesk, question: DeskQuestions.told, table: "told",
                form: .table(["told_at", "told_to", "clock", "level", "reached_at", "complaint_id"])),
        ], acts: [ComplaintReported.type.description])

    private static func complaint(_ id: String, _ row: RowView) -> Link {
        Link("complaints", id, values: [("source", row["source"])])
    }

    static let ofCategory: @Sendable (RowView, Asking.Answer, [String: String]) -> Link? = { row, _, _ in
        row["category"].map {
            Link(
                "q", "servicedesk", ServiceDeskQuestions.complaints.name, values: [("category", $0), ("state", "all")])
        }
    }

    /// Who is where, under whom, and which policy says who may do what.
    static let people = Board(
        place: .people, help: .peopleHelp, filters: ["on", "node", "below", "manager", "branch"],
        parts: [
            BoardPart(
                title: .people, service: .customer, question: PeopleQuestions.people, table: "people",
                values: [("limit", "50")],
                form: .table(["login", "name", "position", "node", "branch", "manager", "valid_from", "valid_until"])),
            BoardPart(
                title: .organisation, service: .customer, question: PeopleQuestions.organisation, table: "organisation",
                values: [("limit", "50")],
                form: .table(["node", "kind", "name", "parent", "branch", "division", "people", "people_below"])),
            BoardPart(
                title: .policy, help: .policyHelp, service: .customer, question: PeopleQuestions.policy,
                table: "policy",
                form: .facts),
            BoardPart(
                title: .policyVersions, service: .customer, question: PeopleQuestions.policy, table: "versions",
                form: .table([])),
            BoardPart(
                title: .handovers, service: .sales, question: OwnershipQuestions.handovers, table: "handovers",
                form: .table([])),
        ], acts: [PersonRecorded.type.description, PersonLeft.type.description])
}
