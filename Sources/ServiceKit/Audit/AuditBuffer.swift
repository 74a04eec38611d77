import Contracts

/// What waits to be written into the audit: in order, and never more than there is room for.
///
/// What finds no room is counted by who, what and how: what is written of it later still says who has seen something how
/// often, only no longer which objects. Pure.
struct AuditBuffer: Sendable {
    /// What became of an entry.
    enum Taken: Sendable, Equatable {
        /// It waits as it is.
        case kept
        /// It is counted, its objects are not kept.
        case folded
        /// There was no room even for that.
        case lost
    }

    /// What entries without room are told apart by.
    private struct Fold: Sendable, Hashable {
        let person: String?
        let proof: String?
        let user: String?
        let rule: AuditRule
        let asked: String
        let kind: String?
        let event: AuditEntry.Event

        init(_ entry: AuditEntry) {
            (person, proof, user) = (entry.principal?.person, entry.principal?.proof.rawValue, entry.principal?.user)
            (rule, asked, kind, event) = (entry.rule, entry.asked, entry.object.kind, entry.event)
        }
    }

    private let room: Int
    private let mostFolds: Int
    private var entries: [AuditEntry] = []
    private var weight = 0
    private var folds: [Fold: AuditEntry] = [:]

    /// - Parameters:
    ///   - room: how many texts there is room for: some tens of megabytes.
    ///   - mostFolds: how many entries are told apart of those without room.
    init(room: Int = 200_000, mostFolds: Int = 10_000) {
        self.room = room
        self.mostFolds = mostFolds
    }

    /// How many entries wait.
    var count: Int { entries.count + folds.count }

    /// When the oldest that waits happened.
    var oldest: AuditEntry? { entries.first ?? folds.values.min { $0.at < $1.at } }

    /// Takes an entry in.
    mutating func add(_ entry: AuditEntry) -> Taken {
        guard !entries.isEmpty, weight + entry.weight > room else {
            entries.append(entry)
            weight += entry.weight
            return .kept
        }
        let fold = Fold(entry)
        let known = folds[fold]
        guard known != nil || folds.count < mostFolds else { return .lost }
        folds[fold] = (known ?? entry).withoutObjects(
            answers: (known?.answers ?? 0) + entry.answers, rows: (known?.rows ?? 0) + entry.rows)
        return .folded
    }

    /// The entries that are to be written next, at most so many; they stay until they are removed.
    mutating func next(_ most: Int) -> [AuditEntry] {
        if entries.isEmpty {
            // From now on they are entries as any other: what is counted later has one of its own.
            entries = folds.values.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
            weight = entries.reduce(0) { $0 + $1.weight }
            folds = [:]
        }
        return Array(entries.prefix(most))
    }

    /// Takes the first entries out: they are written.
    mutating func removeFirst(_ count: Int) {
        weight -= entries.prefix(count).reduce(0) { $0 + $1.weight }
        entries.removeFirst(min(count, entries.count))
    }
}

extension AuditEntry {
    /// The same without objects, for so many answers.
    fileprivate func withoutObjects(answers: Int, rows: Int) -> AuditEntry {
        AuditEntry(
            event, asked, AuditedObject(kind: object.kind), by: principal, under: rule, rows: rows, answers: answers,
            at: at, id: id)
    }
}
