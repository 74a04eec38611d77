import Contracts
import Domain
import Postgres
import ServiceKit

/// Customers that shall be asked how it went, said to whoever looks after them.
enum RaisedSurveys {
    /// For how many days a customer remembers.
    private static let days: Int64 = 30

    static func tell(
        _ surveys: [SurveyRequested], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !surveys.isEmpty else { return }
        func account(_ survey: SurveyRequested) -> AccountKey {
            AccountKey(source: survey.source, code: survey.customerCode)
        }
        let homes = try AccountHomeStore.homes(of: Set(surveys.map(account)), transaction)
        for survey in surveys {
            let name = NoticeName(
                .surveyRequested, source: survey.source, survey.customerCode, part: survey.surveyId)
            effects.raise(
                NoticeContent(
                    name, .information, revision: NoticeRevision.of(revision: 1, number: 1),
                    customerId: survey.customerId, businessLine: survey.businessLine, node: survey.branch,
                    owner: homes[account(survey)]?.owner,
                    facts: [
                        .code("order", survey.orderId), .code("customer", survey.customerCode),
                        .code("line", survey.businessLine), .code("rule", survey.rule),
                    ], next: name.kind.next(["code": survey.customerCode]),
                    expiresAt: survey.requestedAt.adding(seconds: days * 86_400), happenedAt: survey.requestedAt))
        }
    }
}
