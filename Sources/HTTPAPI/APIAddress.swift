import Contracts
package import Hummingbird

/// What an address of the API names.
package enum APIAddress: Sendable, Equatable {
    /// The document of the whole API.
    case document
    /// The catalogue of questions.
    case questions
    /// A question to a service, as it stands in the address.
    case question(service: String, name: String)
    /// Commands of a type.
    case command(String)
    /// Partners' events.
    case events
    /// What a partner is told.
    case heard

    /// Where all addresses begin.
    package static let root = "/api/v1"

    /// Whether an address is one of the API, be there anything at it or not.
    package static func holds(_ path: String) -> Bool { path == root || path.hasPrefix(root + "/") }

    /// Reads an address.
    ///
    /// - Parameter path: the path as it stands in the request, percent-encoded.
    /// - Returns: `nil` when there is nothing.
    package init?(path: String) {
        let parts = path.dropFirst(Self.root.utf8.count).split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst().map { AddressText.decoded(String($0), isForm: false) }
        switch (parts.count, parts.first ?? nil) {
        case (1, "openapi.json"): self = .document
        case (1, "questions"): self = .questions
        case (1, "events"): self = .events
        case (2, "partner") where parts[1] == "events": self = .heard
        case (2, "commands"):
            guard let type = parts[1], !type.isEmpty else { return nil }
            self = .command(type)
        case (2, let service?):
            guard ServiceName(rawValue: service) != nil, let name = parts[1], !name.isEmpty else { return nil }
            self = .question(service: service, name: name)
        default: return nil
        }
    }

    /// The methods that it takes.
    package var methods: [HTTPRequest.Method] {
        switch self {
        case .document, .questions, .question, .heard: [.get, .head]
        case .command, .events: [.post]
        }
    }

    /// The address without what varies in it, for metrics.
    package var label: String {
        switch self {
        case .document: "\(Self.root)/openapi.json"
        case .questions: "\(Self.root)/questions"
        case .question: "\(Self.root)/{service}/{question}"
        case .command: "\(Self.root)/commands/{type}"
        case .events: "\(Self.root)/events"
        case .heard: "\(Self.root)/partner/events"
        }
    }
}
