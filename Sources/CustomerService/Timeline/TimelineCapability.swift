import Contracts
import ServiceKit

extension Capability {
    /// What has happened with a customer, in the order of its times.
    static let timeline = Capability(
        handlers: [
            .on(OrderAnomalyRaised.self, TimelineHandlers.anomalyRaised),
            .on(OrderAnomalyCleared.self, TimelineHandlers.anomalyCleared),
            .on(SurveyRequested.self, TimelineHandlers.surveyRequested),
        ])
}
