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

    /// For how many seconds an answer may be on its way to us: a week.
    static let mostUnderWay: Int64 = 7 * 86_400

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
    ///   - now: the time as the service sees it: what is under way for longer than ``mostUnderWay`` comes too late, whatever it
    ///     says of itself.
    static func objection(
        to answeredAt: Timestamp, requestedAt: Timestamp, expiresAt: Timestamp, now: Timestamp
    ) -> Refusal? {
        if answeredAt < requestedAt {
            return Refusal(.contradictoryTimes, path: "$.at", "it would have been answered before it was asked")
        }
        if answeredAt > expiresAt || now > expiresAt.adding(seconds: mostUnderWay) {
            return Refusal(.expired, path: "$.at", "answers to this survey count until \(expiresAt)")
        }
        return nil
    }
}
