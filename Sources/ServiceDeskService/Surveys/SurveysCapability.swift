import Contracts
import ServiceKit

extension Capability {
    /// What customers answer, and what that comes to.
    ///
    /// - Parameters:
    ///   - minimum: of fewer answers no figure is told.
    ///   - policies: when business is done, by which customers are called.
    static func surveys(minimum: Int, policies: ClockPolicies) -> Capability {
        let surveys = SurveyHandlers(recovery: RecoveryHandlers(policies: policies))
        return Capability(
            handlers: [.on(SurveyAnswered.self, surveys.answered)],
            questions: SurveyQueries(minimum: minimum).all,
            tables: [
                ScopedTable(
                    "survey_answer", .through("exists (select from survey s where s.survey_id = t.survey_id)"))
            ])
    }
}
