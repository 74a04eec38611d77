import BrokerLayout

/// All of a running service that follows from the files of its settings: what is replaced, as a whole, when they are
/// read again. What it stands on, connections and clocks and what waits in memory, stays.
struct ServiceRules: Sendable {
    /// What the service does.
    let definition: ServiceDefinition
    /// Who may have published what.
    let publishers: Publishers
    /// What partners hear; `nil` when nobody does.
    let partners: PartnerPost?

    /// - Parameters: as the properties.
    init(_ definition: ServiceDefinition, _ publishers: Publishers) {
        self.definition = definition
        self.publishers = publishers
        partners = PartnerPost(publishers)
    }
}
