import Contracts
import Domain

/// What a need was seen by, as far as the service desk knows it.
struct SeenEvidence: Sendable, Equatable {
    /// Whose it is now.
    let customerId: String
    let customerCode: String
    /// The system whose code that is.
    let customerSource: String
    let branch: String?
    let businessLine: String?
    /// The survey that was answered, of an order.
    var surveyId: String?
    /// Whether the complaint is closed.
    var isClosed = false
    /// Whether the customer was called after a low score.
    var isCalled = false
    /// Whether the customer has answered.
    var isAnswered = false
}

/// What a lead may be suggested by. Pure.
enum LeadSuggestionPolicy {
    /// Why a suggestion does not count; `nil` when it does.
    ///
    /// - Parameters:
    ///   - body: the suggestion.
    ///   - evidence: what is known of what it names; `nil` when that is not there.
    static func objection(to body: SuggestLead, _ evidence: SeenEvidence?) -> Refusal? {
        switch body.evidence {
        case .complaint:
            guard let evidence else {
                return Refusal(
                    .notFound, path: "$.complaintId",
                    "there is no complaint '\(body.complaintId ?? "")' of '\(body.source)'")
            }
            return evidence.isClosed
                ? nil
                : Refusal(
                    .wrongState, path: "$.complaintId",
                    "the complaint is not closed: who still complains is sold nothing")
        case .callback, .survey:
            guard let evidence else {
                return Refusal(
                    .notFound, path: "$.orderId",
                    "nobody was asked about order '\(body.orderId ?? "")' of '\(body.source)'")
            }
            if body.evidence == .callback {
                return evidence.isCalled
                    ? nil
                    : Refusal(.wrongState, path: "$.orderId", "nobody has called the customer about this order yet")
            }
            return evidence.isAnswered
                ? nil : Refusal(.wrongState, path: "$.orderId", "the customer has not answered about this order")
        }
    }

    /// What is told of a suggestion that counts.
    static func told(_ body: SuggestLead, _ evidence: SeenEvidence) -> LeadSuggested {
        LeadSuggested(
            suggestionId: body.suggestionId, evidence: body.evidence, source: body.source,
            complaintId: body.complaintId, orderId: body.orderId, surveyId: evidence.surveyId,
            customerId: evidence.customerId, customerCode: evidence.customerCode,
            customerSource: evidence.customerSource == body.source ? nil : evidence.customerSource,
            branch: evidence.branch, businessLine: body.businessLine ?? evidence.businessLine, need: body.need,
            by: body.by, suggestedAt: body.at)
    }
}
