import Contracts
import Messaging

@testable import ServiceKit

/// What is broken on purpose in the models, to show that the simulation would notice.
enum NegativeControl: String, CaseIterable {
    /// The inbox never knows a message again.
    case noInbox = "no-inbox"
    /// Deliveries are acknowledged when they are handed over.
    case acknowledgeBeforeCommit = "acknowledge-before-commit"
    /// Whatever was sent counts as confirmed.
    case ignoreConfirms = "ignore-confirms"
    /// The outbox gives "everything after the last", and not "everything not sent".
    case relayByCursor = "relay-by-cursor"
    /// The ledger numbers before the commit, so that a rollback leaves a gap.
    case numbersBeforeCommit = "numbers-before-commit"
    /// The domain rows are written outside the transaction.
    case effectsOutsideTransaction = "effects-outside-transaction"
}

/// Where a process can crash besides anywhere between two jobs.
enum CrashPoint: Int, CaseIterable {
    case beforeCommit
    case afterCommit
    case beforePublish
    case beforeConfirm
    case beforeRemove
    case afterRemove
    case beforeAcknowledge
    case afterAcknowledge
    case betweenJobs
}

/// How often what goes wrong in a schedule; each schedule draws its own mixture.
struct Faults {
    var crash = 0.0
    var conflict = 0.0
    var commitAnswerLost = 0.0
    var databaseError = 0.0
    var publishLost = 0.0
    var publishRefused = 0.0
    var publishReturned = 0.0
    var publishDoubled = 0.0
    var confirmLost = 0.0
    var connectionCut = 0.0
    var reorder = 0.0
    var delay = 0.0

    /// A mixture in which some kinds are missing and others frequent: together they would hide each other.
    init(_ chance: Chance) {
        for kind in [
            \Faults.crash, \.conflict, \.commitAnswerLost, \.databaseError, \.publishLost, \.publishRefused,
            \.publishReturned, \.publishDoubled, \.confirmLost, \.connectionCut, \.reorder, \.delay,
        ] where chance.happens(0.6) {
            self[keyPath: kind] = 0.02 + 0.2 * chance.fraction()
        }
        crash /= 3
    }
}

/// What all models of one schedule share: chance, time, faults, and the account of what has happened.
///
/// `@unchecked Sendable`, like the models that hang on it: everything of a schedule runs on the one thread that drives
/// its executor, so nothing is ever touched by two threads.
final class World: @unchecked Sendable {
    let chance: Chance
    let clock = SimulatedClock()
    let executor: SeededExecutor
    let control: NegativeControl?
    var faults: Faults
    /// From now on nothing goes wrong any more.
    private(set) var isHealed = false
    private(set) var crashesLeft: Int
    private(set) var crashes = [Int](repeating: 0, count: CrashPoint.allCases.count)
    /// What must never be, and was.
    private(set) var violations: [String] = []
    private(set) var trace: Trace
    /// How a crashed process comes back.
    var restart: (Incarnation) -> Void = { _ in }

    init(seed: UInt64, control: NegativeControl?, isVerbose: Bool) {
        chance = Chance(seed: seed)
        executor = SeededExecutor(chance: chance, clock: clock)
        faults = Faults(chance)
        crashesLeft = chance.below(5)
        self.control = control
        trace = Trace(isVerbose: isVerbose)
    }

    func heal() {
        isHealed = true
    }

    /// Whether a fault of a kind happens now.
    func strikes(_ kind: KeyPath<Faults, Double>) -> Bool {
        !isHealed && chance.happens(faults[keyPath: kind])
    }

    /// What a call to another machine takes: sometimes only a turn, sometimes time.
    func latency() async {
        if chance.happens(0.5) {
            await Task.yield()
        } else {
            try? await clock.sleep(for: .milliseconds(chance.number(in: 1...15)))
        }
    }

    func violated(_ what: String) {
        if violations.count < 10 { violations.append(what) }
    }

    func note(_ kind: Trace.Kind, _ process: Incarnation?, _ message: String? = nil) {
        trace.note(kind, process?.number ?? 0, message, at: clock.microseconds)
    }

    /// Gives a process the opportunity to crash.
    ///
    /// - Returns: whether it goes on.
    func survives(_ point: CrashPoint, _ process: Incarnation) -> Bool {
        guard process.isAlive else { return false }
        guard crashesLeft > 0, strikes(\.crash) else { return true }
        crash(process, at: point)
        return false
    }

    func crash(_ process: Incarnation, at point: CrashPoint) {
        guard process.isAlive, crashesLeft > 0, !isHealed else { return }
        crashesLeft -= 1
        crashes[point.rawValue] += 1
        note(.crash, process)
        process.kill()
        clock.after(milliseconds: chance.number(in: 0...800)) { [self] in restart(process) }
    }
}

/// What happened in a schedule, as a number: two runs of one seed must come to the same.
struct Trace {
    enum Kind: Int {
        case start, crash, heal, cut, committed, rolledBack, published, confirmed, notConfirmed, removed, delivered,
            acknowledged, dead
    }

    let isVerbose: Bool
    private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    private(set) var count = 0
    /// Messages by the order of their appearance: their identifiers are different in each run.
    private var ordinals: [String: Int] = [:]

    init(isVerbose: Bool) {
        self.isVerbose = isVerbose
    }

    mutating func note(_ kind: Kind, _ process: Int, _ message: String?, at time: Int64) {
        var ordinal = 0
        if let message {
            ordinal = ordinals[message] ?? ordinals.count + 1
            ordinals[message] = ordinal
        }
        count += 1
        for value in [kind.rawValue, process, ordinal, Int(time)] {
            digest = (digest ^ UInt64(truncatingIfNeeded: value)) &* 0x0000_0100_0000_01b3
        }
        if isVerbose {
            print("\(time / 1_000) ms  process \(process)  \(kind)  \(ordinal > 0 ? "message \(ordinal)" : "")")
        }
    }
}

/// One life of a process: when it crashes, whatever it still asks of the models fails.
final class Incarnation: @unchecked Sendable {
    /// Which process, from 1.
    let number: Int
    let service: ServiceName
    private(set) var isAlive = true
    var task: Task<Void, Never>?
    var subscription: Subscription?
    var publishing: [PublishBatch] = []

    init(number: Int, service: ServiceName) {
        self.number = number
        self.service = service
    }

    /// Ends it between two steps, as SIGKILL does: no clean-up of its own reaches the models.
    func kill() {
        isAlive = false
        task?.cancel()
        subscription?.cut()
        subscription = nil
        cutPublishing()
    }

    /// Nothing that is under way will be answered.
    func cutPublishing() {
        let batches = publishing
        publishing = []
        for batch in batches { batch.close() }
    }
}
