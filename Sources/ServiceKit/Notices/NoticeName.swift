package import Contracts
import Domain

/// Which notice: what it is a matter of, and of which object. The same ones are the same notice for ever, however often it is
/// raised and cleared.
package struct NoticeName: Sendable, Hashable {
    /// What kind of thing is said of the object now.
    package let kind: NoticeKind
    /// Whose number the object has; `nil` for our own identifiers.
    package let source: String?
    /// The object's number.
    package let identifier: String
    /// Which part of the object, where it may have several such notices at one time.
    package let part: String?

    /// - Parameters:
    ///   - kind: what kind of thing is said of the object now.
    ///   - source: whose number the object has; `nil` for our own identifiers.
    ///   - identifier: the object's number.
    ///   - part: which part of the object, where it may have several such notices at one time.
    package init(_ kind: NoticeKind, source: String? = nil, _ identifier: String, part: String? = nil) {
        self.part = part
        self.kind = kind
        self.source = source
        self.identifier = identifier
    }

    /// The notice's identifier.
    package var id: String { StableIdentifier.of("notice", kind.matter, source ?? "", identifier, part ?? "") }

    /// What the notice is about.
    var object: NoticeObject { NoticeObject(kind: kind.about.word, source: source, identifier: identifier) }
}
