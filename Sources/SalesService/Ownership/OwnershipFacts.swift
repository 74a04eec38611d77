import Contracts
import Domain

/// Marks keys of assignments.
enum AssignmentKind {}
/// Which assignment.
typealias AssignmentKey = SourceKey<AssignmentKind>

/// Marks keys of handovers.
enum HandoverKind {}
/// Which handover.
typealias HandoverKey = SourceKey<HandoverKind>

/// Days from a first to a last one; without a last they have no end.
struct DayStretch: Sendable, Equatable {
    var from: CalendarDay
    var until: CalendarDay?

    func contains(_ day: CalendarDay) -> Bool { from <= day && (until.map { day <= $0 } ?? true) }
}

/// Who looks after an account from a day on, in a line of business or in all: as it was assigned.
struct OwnershipAssignment: Sendable {
    let key: AssignmentKey
    /// `nil` for every line that has no assignment of its own.
    let businessLine: String?
    let days: DayStretch
    let owners: [OwnershipShare]
    let branch: String?
    let assignedAt: Timestamp

    /// Whether another one that holds on the same day gives way to this one: the later of them holds.
    func isLater(than other: OwnershipAssignment) -> Bool {
        if days.from != other.days.from { return days.from > other.days.from }
        if assignedAt != other.assignedAt { return assignedAt > other.assignedAt }
        return key > other.key
    }
}

/// One person's customers are another's from a day on.
struct OwnershipHandover: Sendable {
    let key: HandoverKey
    let fromLogin: String
    let toLogin: String
    /// Whether it is of all customers of that person, and not of some.
    let isWhole: Bool
    let days: DayStretch
    let handedAt: Timestamp

    /// Whether it comes before another of the same person: the earlier by its day does, for what it takes is gone then; of
    /// the same day one of some customers before one of all, and what was said later before what was said earlier.
    func comes(before other: OwnershipHandover) -> Bool {
        if days.from != other.days.from { return days.from < other.days.from }
        if isWhole != other.isWhole { return !isWhole }
        if handedAt != other.handedAt { return handedAt > other.handedAt }
        return key > other.key
    }
}

/// What an order, or the customer's record, says of who looks after an account.
struct OwnershipWord: Sendable, Equatable {
    let day: CalendarDay
    let owner: String
    let branch: String?
}

/// Everything that is said of who looks after one account.
struct OwnershipFacts: Sendable {
    /// Those that are not withdrawn.
    var assignments: [OwnershipAssignment] = []
    /// Those that are not withdrawn, of all customers or of this one.
    var handovers: [OwnershipHandover] = []
    /// What its orders say by line of business, in their order: each word differs from the one before.
    var orders: [String: [OwnershipWord]] = [:]
    /// What its record says, in the order in which it was said. The first word holds before it, too.
    var records: [OwnershipWord] = []
}

/// One of those who look after an account.
struct AccountOwner: Sendable, Equatable {
    /// `nil` when somebody has left and nobody is above them.
    var login: String?
    var share: FixedDecimal
    /// Who has handed it over.
    var handedFrom: String?
    /// Who has left, and the last day.
    var actingFor: String?
    var leftOn: CalendarDay?
}

/// Who looks after an account in a line for a stretch of days.
struct OwnershipStretch: Sendable, Equatable {
    var days: DayStretch
    let ground: OwnershipGround
    let branch: String?
    /// The one with the greatest share first; the shares come to 100.
    let owners: [AccountOwner]

    /// Whether it says the same of other days.
    func isSame(as other: OwnershipStretch) -> Bool {
        ground == other.ground && branch == other.branch && owners == other.owners
    }
}
