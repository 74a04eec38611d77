import Contracts
import ServiceKit

extension Capability {
    /// Needs of customers that are seen at the service desk: given to sales, and what becomes of them told to who saw them.
    static let leadSuggestions = Capability(
        handlers: [
            .on(SuggestLead.self, LeadSuggestionHandlers.suggested),
            .on(SuggestedLeadChanged.self, LeadSuggestionHandlers.changed),
        ],
        questions: [Query(LeadSuggestionQuestions.leads, LeadSuggestionQueries.leads)],
        tables: [
            // Of who saw it, of the branch whose customer it is, and of whoever looks after the account.
            ScopedTable(
                "lead_suggestion",
                .either([
                    .owned(owner: "t.suggested_by", branch: "t.branch", day: nil),
                    .ofAccount("t.customer_source", "t.customer_code"),
                ]))
        ])
}
