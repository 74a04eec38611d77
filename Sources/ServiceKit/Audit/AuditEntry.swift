import Contracts
import Domain
import Foundation

/// By what somebody may do something, or may not: the line of the policy that decides, and in whose stead.
package struct AuditRule: Sendable, Hashable {
    /// The line that decides; nothing when no line gives it, or when no policy holds yet.
    package let line: String?
    /// The version of the policy; nothing when none holds yet.
    package let policyVersion: Int64?
    /// Whose rights are used, when somebody stands in for another.
    package let onBehalfOf: String?
    /// The delegation by which these are lent.
    package let delegation: String?
    /// The amount of the policy that was enough; nothing where nothing is measured.
    package let amount: String?

    /// - Parameters: as the properties.
    package init(
        line: String? = nil, policyVersion: Int64? = nil, onBehalfOf: String? = nil, delegation: String? = nil,
        amount: String? = nil
    ) {
        self.line = line
        self.policyVersion = policyVersion
        self.onBehalfOf = onBehalfOf
        self.delegation = delegation
        self.amount = amount
    }

    /// No policy holds.
    package static let none = AuditRule()
}

/// What an act or a question is about: a kind, and the keys of what it names. Never a value of personal data.
package struct AuditedObject: Sendable, Hashable {
    /// The kind, as the policy of permissions calls it; nothing when it is not said.
    package let kind: String?
    /// The parameters that name it, as `name=value`.
    package let parameters: [String]
    /// Its keys.
    package let keys: [String]

    /// - Parameters: as the properties.
    package init(kind: String? = nil, parameters: [String] = [], keys: [String] = []) {
        self.kind = kind
        self.parameters = parameters
        self.keys = keys
    }

    /// Nothing is said of it.
    package static let unnamed = AuditedObject()

    /// What an act is about, as the catalogue of acts says.
    ///
    /// - Parameters:
    ///   - message: the command.
    ///   - source: its source, whose number is meant where it does not say.
    init(of message: any Message, from source: String) {
        guard let claim = ActCatalogue.act(by: message)?.claim(message, from: source) else {
            self = .unnamed
            return
        }
        self.init(kind: claim.kind.rawValue, keys: claim.subjects.map(\.identifier).filter { !$0.isEmpty })
    }
}

/// One thing that the audit notes: that somebody was told something, or was denied it.
struct AuditEntry: Sendable, Equatable {
    /// Which of them.
    enum Event: Sendable, Hashable {
        /// Somebody was told personal data, took data out, or looked at the audit: by these columns, and whether it was to be
        /// taken out.
        case seen(columns: [String], isExport: Bool)
        /// Somebody was denied a question or an act, for this reason, by this parameter or field.
        case denied(reason: String, path: String, isAct: Bool)
    }

    /// Names the entry; it is there once, however often it is written.
    let id: String
    /// When, as the world sees it.
    let at: Timestamp
    /// Who; nothing when that cannot be told.
    let principal: Principal?
    /// By what.
    let rule: AuditRule
    /// The question, or the type of the command.
    let asked: String
    /// What it is about.
    let object: AuditedObject
    /// What became of it.
    let event: Event
    /// How many rows were told.
    let rows: Int
    /// For how many answers it stands.
    let answers: Int

    /// - Parameters: as the properties.
    init(
        _ event: Event, _ asked: String, _ object: AuditedObject, by principal: Principal?, under rule: AuditRule,
        rows: Int = 0, answers: Int = 1, at: Timestamp, id: String = UUID().uuidString.lowercased()
    ) {
        (self.event, self.asked, self.object, self.principal, self.rule) = (event, asked, object, principal, rule)
        (self.rows, self.answers, self.at, self.id) = (rows, answers, at, id)
    }

    /// How much room it takes, in texts.
    var weight: Int { 1 + object.keys.count + object.parameters.count }
}

/// A text that the audit takes from outside: without control characters, and no longer than it has room for.
func auditText(_ text: String, _ most: Int = 200) -> String {
    let isPlain = text.utf8.count <= most && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    guard !isPlain else { return text }
    let shown = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
    return String(shown.prefix(most))
}
