import Client
import Contracts

extension Board {
    /// The funnel with what is behind it, what changed in it, and what stands still.
    static let sales = Board(
        place: .sales, help: .salesHelp, filters: ["on", "node", "team", "by", "branch", "owner", "within"],
        parts: [
            BoardPart(
                title: .funnel, help: .funnelHelp, service: .sales, question: FunnelQuestions.on, table: "funnel",
                form: .bars(
                    [
                        BoardBars(figure: "amount", label: stage, currency: "currency", records: ofStage),
                        BoardBars(figure: "deals", label: stage, isIn: { $0["amount"] == nil }, records: ofStage),
                    ], [])),
            BoardPart(
                title: .conversion, help: .conversionHelp, service: .sales, question: FunnelQuestions.conversion,
                table: "conversion", form: .bars([BoardBars(figure: "conversion", label: stage, records: ofStage)], [])),
            BoardPart(
                title: .stalled, help: .stalledHelp, service: .sales, question: OpportunityQuestions.stalled,
                table: "stalled", values: [("totals", "true")],
                form: .table([
                    "opportunityId", "title", "company", "stage", "owner", "days", "daysOver", "amount", "currency",
                    "nextStep", "nextStepDay",
                ]), action: step),
            BoardPart(
                title: .funnelChanges, service: .sales, question: FunnelQuestions.changes, table: "changes",
                form: .table([
                    "opportunityId", "title", "what", "owner", "stageBefore", "stage", "amountBefore", "amount",
                    "currency", "closeDayBefore", "closeDay",
                ])),
            BoardPart(
                title: .opportunities, service: .sales, question: OpportunityQuestions.list, table: "opportunities",
                values: [("totals", "true")],
                form: .table([
                    "opportunityId", "title", "company", "stage", "owner", "amount", "currency", "closeDay", "nextStep",
                    "nextStepDay",
                ]), action: step),
            BoardPart(
                title: .swings, help: .swingsHelp, service: .sales, question: SalesQuestions.anomalies,
                table: "anomalies",
                form: .table([
                    "raised_at", "kind", "direction", "metric", "customer_code", "business_line", "owner", "baseline",
                    "observed", "score",
                ])),
        ], acts: [OpportunityRecorded.type.description])

    /// Stages of several teams are told apart by the team.
    private static let stage: @Sendable (RowView) -> String? = { row in
        [row["branch"], row["owner"], row["stage"]].compactMap { $0 }.joined(separator: " ")
    }

    private static let ofStage: @Sendable (RowView, Asking.Answer, [String: String]) -> Link? = { row, _, given in
        row["stage"].map {
            Link(
                "q", "sales", OpportunityQuestions.list.name,
                values: [
                    ("stage", $0), ("team", row["team"]), ("node", given["node"]),
                    ("branch", row["branch"] ?? given["branch"]), ("owner", row["owner"] ?? given["owner"]),
                    ("within", given["within"]), ("totals", "true"),
                ])
        }
    }

    private static let step: @Sendable (RowView) -> (Text, Link)? = { row in
        row["opportunityId"].map {
            (.goOn, Link("act", TakeOpportunityStep.type.description, values: [("opportunityId", $0)]))
        }
    }

    /// Leads: what must be answered first, what is nobody's, and what sources bring.
    static let leads = Board(
        place: .leads, help: .leadsHelp, filters: ["from", "to", "branch", "line", "owner", "within"],
        parts: [
            BoardPart(
                title: .leadsDue, help: .leadsDueHelp, service: .sales, question: LeadQuestions.list, table: "leads",
                values: [("state", "due")],
                form: .table([
                    "leadId", "company", "contact", "owner", "grade", "probability", "dueAt", "source", "channel",
                ]), action: leadStep("contacted", .contacted)),
            BoardPart(
                title: .pool, help: .poolHelp, service: .sales, question: LeadQuestions.pool, table: "pool",
                form: .table([
                    "leadId", "company", "businessLine", "branch", "grade", "probability", "pooledAt", "reason",
                ]), action: leadStep("claimed", .claim)),
            BoardPart(
                title: .leads, service: .sales, question: LeadQuestions.list, table: "leads",
                form: .table([
                    "leadId", "state", "company", "owner", "grade", "expectedMargin", "currency", "lastCapturedAt",
                    "touches", "contactedAt",
                ]), action: leadStep(nil, .goOn)),
            BoardPart(
                title: .leadSources, help: .leadSourcesHelp, service: .sales, question: LeadQuestions.figures,
                table: "sources",
                form: .bars(
                    [
                        BoardBars(
                            figure: "conversion",
                            label: { [$0["source"], $0["channel"]].compactMap { $0 }.joined(separator: " ") })
                    ], [])),
            BoardPart(
                title: .leadGrades, service: .sales, question: LeadQuestions.figures, table: "grades", form: .table([])),
        ], acts: [LeadCaptured.type.description])

    /// What is sold, at which prices: the catalogue, what waits for a decision, and the rate cards.
    static let products = Board(
        place: .products, help: .productsHelp, filters: ["on", "level", "side"],
        parts: [
            BoardPart(
                title: .proposals, help: .proposalsHelp, service: .sales, question: ProductQuestions.list,
                table: "proposals", form: .table([])),
            BoardPart(
                title: .products, service: .sales, question: ProductQuestions.list, table: "products",
                form: .table([
                    "level", "code", "version", "name", "nameInChinese", "businessLine", "validFrom", "isValid",
                    "missing",
                ]),
                action: { row in
                    row["code"].map {
                        (
                            .openRecord,
                            Link(
                                "q", "sales", ProductQuestions.show.name,
                                values: [("level", row["level"]), ("code", $0)])
                        )
                    }
                }),
            BoardPart(
                title: .rateCards, service: .sales, question: CardQuestions.list, table: "cards",
                form: .table(["card", "side", "level", "group", "rules", "live", "validFrom", "storedAt"]),
                action: { row in
                    row["card"].map {
                        (.openRecord, Link("q", "sales", CardQuestions.show.name, values: [("card", $0)]))
                    }
                }),
        ], acts: [ProposeProduct.type.description, DecideProduct.type.description])

    private static func leadStep(_ step: String?, _ text: Text) -> @Sendable (RowView) -> (Text, Link)? {
        { row in
            row["leadId"].map {
                (text, Link("act", TakeLeadStep.type.description, values: [("leadId", $0), ("step", step)]))
            }
        }
    }
}
