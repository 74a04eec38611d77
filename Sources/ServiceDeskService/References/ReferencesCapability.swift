import ServiceKit

extension Capability {
    /// What documents name and what has not come.
    static let references = Capability(questions: [ReferenceQueries.waiting.question])
}
