package import Contracts

/// A command as a person gives it.
package struct PersonsCommand: Sendable, Equatable {
    /// What is commanded.
    package let type: MessageType
    /// Its data, as JSON.
    package let data: [UInt8]
    /// Who carries it out.
    package let service: ServiceName
    /// Whose numbers it speaks of.
    package let source: String
    /// Its identifier: the same again has no second effect and gets the same answer.
    package let id: String
    /// Who acts, by login.
    package let person: String

    /// - Parameters: as the properties.
    package init(
        type: MessageType, data: [UInt8], service: ServiceName, source: String, id: String, person: String
    ) {
        (self.type, self.data, self.service) = (type, data, service)
        (self.source, self.id, self.person) = (source, id, person)
    }
}

/// Gives services commands for people.
package protocol CommandGiving: Sendable {
    /// Publishes a command with the broker's confirm, and waits for the service's answer.
    ///
    /// - Parameter patience: how long to wait for the answer.
    /// - Returns: the answer; `nil` when none has come in time. The command is then kept, and takes effect.
    /// - Throws: ``ServiceSilence`` when it is not known whether the command was taken, or it was not; `CancellationError`.
    func give(_ command: PersonsCommand, within patience: Duration) async throws -> ActReply?
}
