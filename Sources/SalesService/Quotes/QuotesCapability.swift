import Contracts
import ServiceKit

extension Capability {
    /// What is offered to customers: priced by the stored cards, approved by another than who asked, and shown by nobody before.
    static let quotes = Capability(
        handlers: [.on(TakeQuoteStep.self, QuoteHandlers.stepTaken)],
        tasks: QuoteHandlers.tasks + [
            .daily("quotes.turn", QuotePassing.turn), .onDemand(QuotePassing.handOnTask, QuotePassing.handOn),
        ],
        questions: QuoteQueries.all,
        figures: [
            StandingFigure(
                "quotes_standing", "Quotes that are worked on, by how they stand.", label: "state", QuoteStore.standing)
        ],
        tables: [
            ScopedTable("quote_revision", .owned(owner: "t.owner", branch: "t.branch", day: nil)),
            ScopedTable(
                "quote_event", .through("exists (select from quote_revision q where q.quote_id = t.quote_id)")),
        ],
        subjects: ActSubjects([.quote: QuoteStore.homes]))
}
