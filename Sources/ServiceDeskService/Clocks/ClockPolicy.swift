import Contracts
import Domain
import ServiceKit

/// By what the clocks of complaints run that came from a day on. Pure.
struct ClockPolicy: Sendable, Equatable {
    /// How long each clock may run, in seconds of business time; one that is left out has no end.
    typealias Targets = [ComplaintClock: Int64]

    /// The first day on which a complaint goes by it.
    let from: CalendarDay
    /// When business is done, where nothing else is said of the branch.
    let hours: BusinessHours
    /// When business is done in branches that have hours of their own.
    let places: [String: BusinessHours]
    /// How soon a complaint is dealt with: by severity, then by the customer's class, `*` for any other.
    let priorities: [String: [String: Int]]
    /// How long the clocks of each priority may run.
    let targets: [Int: Targets]
    /// After so many days a wait is over by itself; `nil` for never.
    let longestWaitDays: Int?

    /// What comes last, and what a severity has of which nothing is said.
    static let lastPriority = 9
    /// The word for every class of which nothing else is said.
    static let anyClass = "*"
    /// So much of a target, in per cent, is told to whoever has the complaint.
    static let warning = 75
    /// So much, in per cent, is told one further step up.
    static let escalations = [100, 150, 200]

    /// How soon a complaint is dealt with: 1 comes first.
    func priority(severity: String, class value: String?) -> Int {
        guard let classes = priorities[severity] else { return Self.lastPriority }
        return value.flatMap { classes[$0] } ?? classes[Self.anyClass] ?? Self.lastPriority
    }

    /// How long a clock may run, in microseconds of business time; `nil` when nothing is said.
    func target(_ clock: ComplaintClock, priority: Int) -> Int64? {
        targets[priority]?[clock].map { $0 * 1_000_000 }
    }

    /// When business is done in a branch.
    func hours(in branch: String?) -> BusinessHours { branch.flatMap { places[$0] } ?? hours }

    /// When a wait is over that nobody has ended.
    func end(ofWaitFrom at: Timestamp, until: Timestamp?) -> Timestamp? {
        let longest = longestWaitDays.map { at.adding(seconds: Int64($0) * 86_400) }
        guard let until else { return longest }
        return longest.map { min($0, until) } ?? until
    }
}

/// The policies by which complaints are judged, each from a day on, and who takes complaints.
struct ClockPolicies: Sendable, Equatable {
    /// The policies, the earliest first; at least one.
    let policies: [ClockPolicy]
    /// Who takes complaints.
    let agents: [DeskAgent]
    /// The file, as it was read.
    let document: String

    /// By what the file is known again.
    var mark: String { StableIdentifier.of("clock-policy", document) }

    /// By what a complaint is judged: the last policy that began before it came. The first holds for what came before it, too.
    func policy(of openedAt: Timestamp) -> ClockPolicy {
        let day = openedAt.day()
        return policies.last { $0.from <= day } ?? policies[0]
    }
}
