import ServiceKit

extension Capability {
    /// What the books have in common: whose numbers a document names, and what waits for one that has not come.
    static let books = Capability(questions: ReferenceQueries.all, figures: ReferenceQueries.figures)
}
