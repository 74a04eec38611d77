public import Domain

/// What one way of a message asks for when somebody of ours acts by it.
public struct ActRule: Sendable, Equatable {
    /// The field and its word by which it is this way; `nil` for every other.
    public let condition: String?
    /// Which right.
    public let right: PermissionRight
    /// To which kind of object.
    public let kind: PermissionKind
    /// What it is about.
    public let subject: ActSubject
    /// The field that names it; `nil` for the group.
    public let field: String?
    /// Whether it comes to an amount, or holds for days, so that the amounts of a policy can bound it.
    public let isMeasured: Bool
}

/// What people do by a kind of message: which right to which kind of object that takes, and whose the object is.
///
/// ```swift
/// ActDescription(
///     ReleasePayable.self,
///     .may(.approve, .payable, of: .supplierInvoice, "invoiceId", isMeasured: true) { body, _ in
///         [.init(.supplierInvoice, source: body.source, body.invoiceId)]
///     }.when("step approve") { $0.step == .approve },
///     .may(.act, .payable, of: .supplierInvoice, "invoiceId") { … })
/// ```
public struct ActDescription: Sendable {
    /// The kind of message.
    public let type: MessageType
    /// Its ways, in the order in which they are tried; the last is without condition.
    public let rules: [ActRule]
    private let claim: @Sendable (any Message, String) -> ActClaim?

    /// - Parameters:
    ///   - body: the kind of message.
    ///   - ways: what it asks for; the first whose condition is met. The last has none.
    init<Body: Message>(_ body: Body.Type, _ ways: ActWay<Body>...) {
        type = Body.type
        rules = ways.map(\.rule)
        claim = { message, source in
            guard let body = message as? Body, let way = ways.first(where: { $0.applies(body) }) else { return nil }
            let names = way.names(body, source)
            return ActClaim(
                right: way.rule.right, kind: way.rule.kind, subjects: names.isEmpty ? [.group] : names,
                path: way.rule.field.map { "$.\($0)" } ?? "$", line: way.line(body))
        }
    }

    /// What an act asks for; `nil` when the message is of another kind.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - source: its source, whose number is meant where it does not say.
    public func claim(_ message: any Message, from source: String) -> ActClaim? { claim(message, source) }
}

/// One way of a kind of message.
struct ActWay<Body: Message>: Sendable {
    let rule: ActRule
    let names: @Sendable (Body, String) -> [ActSubjectName]
    private(set) var applies: @Sendable (Body) -> Bool = { _ in true }
    private(set) var line: @Sendable (Body) -> String? = { _ in nil }

    /// A way that is about one thing, or several of a kind.
    ///
    /// - Parameters:
    ///   - right: which right it takes.
    ///   - kind: to which kind of object.
    ///   - subject: what it is about.
    ///   - field: the field that names it.
    ///   - isMeasured: whether the amounts of a policy bound it.
    ///   - names: the names of it, by the message and its source; none for the group.
    static func may(
        _ right: PermissionRight, _ kind: PermissionKind, of subject: ActSubject, _ field: String,
        isMeasured: Bool = false, _ names: @escaping @Sendable (Body, String) -> [ActSubjectName]
    ) -> ActWay {
        ActWay(
            rule: ActRule(
                condition: nil, right: right, kind: kind, subject: subject, field: field, isMeasured: isMeasured),
            names: names)
    }

    /// A way that is about the group as a whole.
    static func may(_ right: PermissionRight, _ kind: PermissionKind, isMeasured: Bool = false) -> ActWay {
        ActWay(
            rule: ActRule(
                condition: nil, right: right, kind: kind, subject: .group, field: nil, isMeasured: isMeasured),
            names: { _, _ in [.group] })
    }

    /// The same way under a condition, in words and in code.
    func when(_ words: String, _ applies: @escaping @Sendable (Body) -> Bool) -> ActWay {
        var way = ActWay(
            rule: ActRule(
                condition: words, right: rule.right, kind: rule.kind, subject: rule.subject, field: rule.field,
                isMeasured: rule.isMeasured), names: names)
        way.applies = applies
        way.line = line
        return way
    }

    /// The same way, of a line of business that the message says.
    func within(_ line: @escaping @Sendable (Body) -> String?) -> ActWay {
        var way = self
        way.line = line
        return way
    }
}
