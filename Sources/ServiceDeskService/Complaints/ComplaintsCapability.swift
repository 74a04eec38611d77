import Contracts
import ServiceKit

extension Capability {
    /// What customers complain of, and how far its settlement has come.
    static let complaints = Capability(
        handlers: [
            .on(ComplaintReported.self, ComplaintHandlers.reported),
            .on(ComplaintStepTaken.self, ComplaintHandlers.stepTaken),
        ],
        questions: ComplaintQueries.all)
}
