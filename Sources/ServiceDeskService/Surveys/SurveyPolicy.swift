import Contracts
import Domain

/// Which answers to surveys count, and how they are read. Pure.
enum SurveyPolicy {
    /// From so many points on a customer is satisfied, of five.
    static let satisfied = 4
    /// From so many points on a customer recommends us, of ten.
    static let promoter = 9
    /// Up to so many points a customer speaks against us, of ten.
    static let detractor = 6

    /// What lets a customer answer a survey: said to the program that asks customers, and to nobody of ours, who could answer
    /// for them.
    static func invitation(to survey: SurveyRequested, for days: Int, by token: SurveyToken) -> SurveyInvited {
        SurveyInvited(
            surveyId: survey.surveyId, customerId: survey.customerId, customerCode: survey.customerCode,
            source: survey.source, orderId: survey.orderId, token: token.text, requestedAt: survey.requestedAt,
            expiresAt: survey.requestedAt.adding(seconds: Int64(days) * 86_400))
    }

    /// Why an answer to a survey that is known does not count; `nil` when it does.
    ///
    /// - Parameters:
    ///   - answeredAt: when the customer answered.
    ///   - requestedAt: when the customer was asked.
    ///   - expiresAt: until when answers count.
    static func objection(
        to answeredAt: Timestamp, requestedAt: Timestamp, expiresAt: Timestamp
    ) -> Refusal? {
        if answeredAt < requestedAt {
            return Refusal(.contradictoryTimes, path: "$.at", "it would have been answered before it was asked")
        }
        if answeredAt > expiresAt {
            return Refusal(.expired, path: "$.at", "answers to this survey count until \(expiresAt)")
        }
        return nil
    }
}
