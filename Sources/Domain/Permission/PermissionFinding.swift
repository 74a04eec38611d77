/// What is wrong with a policy, and where.
public struct PermissionFinding: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why a policy is refused though each of its words is known.
    public enum Reason: String, Sendable, CaseIterable {
        /// Two that must differ are the same.
        case duplicateElement = "duplicate-element"
        /// A field, or totals, stand where they say nothing, such as fields of a right to approve.
        case valueNotAllowed = "value-not-allowed"
        /// What a line gives, another line of the same role takes.
        case contradictoryLines = "contradictory-lines"
        /// Without it every decision would be the same.
        case neverMatters = "never-matters"
        /// Something may be done with what may not be seen.
        case notSeen = "not-seen"
        /// Something needs a second person's yes, and nobody may say it, or nobody to the largest amounts.
        case nobodyApproves = "nobody-approves"
        /// Nobody could set the next policy.
        case nobodyAdministers = "nobody-administers"
        /// Something is measured by amounts, and a role may do it that has none.
        case noAmount = "no-amount"
        /// There is no such person.
        case notFound = "not-found"
        /// Somebody stands for themselves.
        case samePerson = "same-person"
        /// Somebody lends what they do not have.
        case notHeld = "not-held"
        /// Somebody lends more than they have.
        case widerThanHeld = "wider-than-held"
        /// A delegation begins before it was written down, or ends before it begins.
        case contradictoryTimes = "contradictory-times"
    }

    /// The code.
    public let reason: Reason
    /// Where in the file, as a JSON path.
    public let path: String
    /// What is wrong and what to do.
    public let detail: String

    /// A finding.
    public init(_ reason: Reason, path: String, _ detail: String) {
        self.reason = reason
        self.path = path
        self.detail = detail
    }

    /// Code, place and words on one line.
    public var description: String { "\(reason.rawValue) at \(path): \(detail)" }
}
