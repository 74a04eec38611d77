import ServiceKit

extension Capability {
    /// What is told of leads.
    static let leadReading = Capability(questions: LeadQueries.all)
}
