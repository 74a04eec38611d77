import Contracts
import ServiceKit

extension Capability {
    /// What customers answer, and what that comes to.
    ///
    /// - Parameter minimum: of fewer answers no figure is told.
    static func surveys(minimum: Int) -> Capability {
        Capability(
            handlers: [.on(SurveyAnswered.self, SurveyHandlers.answered)],
            questions: SurveyQueries(minimum: minimum).all,
            tables: [
                ScopedTable(
                    "survey_answer", .through("exists (select from survey s where s.survey_id = t.survey_id)"))
            ])
    }
}
