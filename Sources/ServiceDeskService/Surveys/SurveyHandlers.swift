import Contracts
import Domain
import Postgres
import ServiceKit

/// What customers answer to surveys, and who is called because of it.
struct SurveyHandlers: Sendable {
    let recovery: RecoveryHandlers

    /// Keeps each answer once. One whose token nobody gave out, that comes too late or that says something else than the one
    /// before is refused: it is kept with its reason among the refused, and those beside it are taken.
    func answered(
        _ messages: [Received<SurveyAnswered>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let marks = messages.map { SurveyToken(text: $0.body.token).mark }
        let surveys = try SurveyStore.asked(Set(marks).sorted(), transaction)
        var known = KnownContent<String, String>(surveys.compactMapValues(\.fingerprint))
        var fresh: [(answer: SurveyStore.Answer, survey: SurveyStore.Asked, cause: Envelope)] = []
        for (message, mark) in zip(messages, marks) {
            let body = message.body
            guard let survey = surveys[mark] else {
                effects.refuse(message, Refusal(.notFound, path: "$.token", "no survey has this token"))
                continue
            }
            let content = Content<String>(body)
            guard
                known.isNew(
                    message, mark, content, at: "$.token", "this survey was answered before, and is so only once",
                    counting: "repeated_survey_answers", &effects)
            else { continue }
            if let refusal = SurveyPolicy.objection(
                to: body.at, requestedAt: survey.requestedAt, expiresAt: survey.expiresAt, now: effects.now)
            {
                effects.refuse(message, refusal)
                continue
            }
            known.keep(content, under: mark)
            let answer = SurveyStore.Answer(surveyId: survey.surveyId, fingerprint: content.mark, body: body)
            fresh.append((answer, survey, message.envelope))
        }
        try SurveyStore.put(fresh.map(\.answer), transaction)
        try recovery.open(fresh, transaction, &effects)
        effects.count("survey_answers", fresh.count)
    }
}
