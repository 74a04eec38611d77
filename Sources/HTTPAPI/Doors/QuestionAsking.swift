package import Contracts
import Hummingbird

/// A question as a person asks it.
package struct PersonsQuestion: Sendable, Equatable {
    /// Who is asked.
    package let service: ServiceName
    /// The question's name in the catalogue.
    package let name: String
    /// Its parameters, each of the kind that the catalogue has.
    package let parameters: [QueryParameter]
    /// Whether the answer is to be taken out of the system.
    package let isExport: Bool
    /// Who asks, by login.
    package let person: String

    /// - Parameters: as the properties.
    package init(
        service: ServiceName, name: String, parameters: [QueryParameter], isExport: Bool, person: String
    ) {
        (self.service, self.name, self.parameters) = (service, name, parameters)
        (self.isExport, self.person) = (isExport, person)
    }
}

/// Why there is no answer at all.
package struct ServiceSilence: Error, Sendable, Equatable {
    /// The kinds of it.
    package enum Kind: Sendable, Equatable {
        /// Nothing was heard in time.
        case late
        /// The service, or the broker before it, cannot be reached.
        case away
        /// What was heard cannot be read.
        case unreadable
    }

    /// Which kind.
    package let kind: Kind
    /// What happened, for the log: it may name what is inside.
    package let detail: String

    /// - Parameters: as the properties.
    package init(_ kind: Kind, _ detail: String) {
        (self.kind, self.detail) = (kind, detail)
    }

    /// What whoever calls is told of it.
    ///
    /// - Parameter service: who was asked.
    package func problem(of service: ServiceName) -> Problem {
        switch kind {
        case .late:
            Problem(
                .serviceLate, "\(service.rawValue) has not answered in time: ask again, or ask for less", retryAfter: 5)
        case .away: Problem(.serviceAway, "\(service.rawValue) cannot be reached now: ask again later", retryAfter: 10)
        case .unreadable: Problem(.badAnswer, "\(service.rawValue) has answered what cannot be read")
        }
    }
}

/// Asks services for people.
package protocol QuestionAsking: Sendable {
    /// Asks.
    ///
    /// - Parameter patience: how long to wait for the answer.
    /// - Returns: the answer, which may be that it is refused.
    /// - Throws: ``ServiceSilence`` when there is none; `CancellationError`.
    func ask(_ question: PersonsQuestion, within patience: Duration) async throws -> QueryReply
}
