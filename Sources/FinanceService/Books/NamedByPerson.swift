import Contracts
import Domain
import ServiceKit

/// What a person names is there. A system's documents come in any order, and one that names what is not there yet waits for
/// it; a person who types a number has the document in hand, and a number that nobody knows is a slip of the pen.
enum NamedByPerson {
    /// Why a message is refused that a person has typed, when what it names is not there.
    ///
    /// - Parameters:
    ///   - what: what it names, such as `invoice`.
    ///   - source: whose number that is; its own source's when not given.
    ///   - path: where it names it.
    static func refusal<Body>(
        of message: Received<Body>, unless isThere: Bool, _ what: String, _ identifier: String,
        of source: String? = nil, at path: String
    ) -> Refusal? {
        guard message.principal != nil, !isThere else { return nil }
        return Refusal(
            .notFound, path: path, "there is no \(what) '\(identifier)' of '\(source ?? message.envelope.source)'")
    }
}
