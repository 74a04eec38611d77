import Contracts

/// An act that can be done about many rows of a list at once: what of it each row says, and what is the same for all.
struct ManyAct: Sendable {
    let service: ServiceName
    let question: QueryDescription
    /// The table of the question's answer.
    let table: String
    /// The kind of message.
    let contract: ContractDescription
    /// The fields that a row says, each with the column that holds it.
    let said: [String: String]
    /// The fields that name the act itself, and are made for each row.
    var named: [String] = []

    private init(
        _ service: ServiceName, _ question: QueryDescription, _ table: String, _ contract: ContractDescription,
        _ said: [String: String], named: [String] = []
    ) {
        (self.service, self.question, self.table) = (service, question, table)
        (self.contract, self.said, self.named) = (contract, said, named)
    }

    /// The fields of which nobody is asked, since a row says them or they are made.
    var settled: Set<String> { Set(said.keys).union(named) }

    /// The acts about rows of a table.
    static func acts(_ service: ServiceName, _ question: QueryDescription, _ table: String) -> [ManyAct] {
        all.filter { $0.service == service && $0.question.name == question.name && $0.table == table }
    }

    /// An act about rows of a table, by the type of its message.
    static func act(
        _ type: String, _ service: ServiceName, _ question: QueryDescription, _ table: String
    ) -> ManyAct? {
        acts(service, question, table).first { $0.contract.type.description == type }
    }

    private static func one(
        _ service: ServiceName, _ question: QueryDescription, _ table: String, _ type: MessageType,
        _ said: [String: String], named: [String] = []
    ) -> ManyAct? {
        ActForm.contract(type.description).map { ManyAct(service, question, table, $0, said, named: named) }
    }

    /// All there are: acts of one object, in lists of such objects.
    static let all: [ManyAct] =
        [
            one(.finance, FinanceQuestions.alerts, "alerts", DiagnoseAlert.type, ["alertId": "alert_id"]),
            one(.finance, FinanceQuestions.alerts, "alerts", CloseAlert.type, ["alertId": "alert_id"]),
            one(
                .finance, AcceptanceQuestions.waiting, "orders that wait for approval", DecideOrder.type,
                ["source": "source", "orderId": "order_id", "revision": "revision"]),
            one(
                .finance, PayableQuestions.list, "payables", ReleasePayable.type,
                ["source": "source", "invoiceId": "invoice_id"]),
            one(
                .finance, PayableQuestions.run, "held back", ReleasePayable.type,
                ["source": "source", "invoiceId": "invoice_id"]),
            one(
                .finance, FinanceQuestions.expenses, "expenses", ApproveExpense.type,
                ["source": "source", "expenseId": "expense_id"]),
            one(.customer, PartyQuestions.reviews, "reviews", DecideReview.type, ["reviewId": "review"]),
            one(.sales, LeadQuestions.list, "leads", TakeLeadStep.type, ["leadId": "leadId"]),
            one(.sales, LeadQuestions.pool, "pool", TakeLeadStep.type, ["leadId": "leadId"]),
            one(
                .sales, OpportunityQuestions.list, "opportunities", TakeOpportunityStep.type,
                ["opportunityId": "opportunityId"]),
            one(.notifier, NotifierQuestions.mine, "notices", MarkNotices.type, ["noticeIds": "notice_id"]),
            one(
                .servicedesk, ServiceDeskQuestions.complaints, "complaints", ComplaintStepTaken.type,
                ["source": "source", "complaintId": "complaint_id"], named: ["stepId"]),
            one(
                .servicedesk, RecoveryQuestions.list, "recoveries", TakeRecoveryStep.type,
                ["source": "source", "orderId": "order_id"], named: ["stepId"]),
        ].compactMap { $0 }
}
