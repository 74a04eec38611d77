import Foundation
import Testing

@Suite("Delivery, simulated", .timeLimit(.minutes(10)))
struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seed = environment["WAYBILL_SIMULATION_SEED"].flatMap { UInt64($0) }
    private static let schedules = environment["WAYBILL_SIMULATION_SCHEDULES"].flatMap { UInt64($0) } ?? 10_000

    private struct Total: Sendable {
        var schedules = 0
        var steps = 0
        var handled = 0
        var crashes = [Int](repeating: 0, count: CrashPoint.allCases.count)
        var failures: [(seed: UInt64, problems: [String])] = []

        mutating func add(_ outcome: Schedule.Outcome) {
            schedules += 1
            steps += outcome.steps
            handled += outcome.handled
            for index in crashes.indices { crashes[index] += outcome.crashes[index] }
            if !outcome.problems.isEmpty { failures.append((outcome.seed, outcome.problems)) }
        }

        mutating func add(_ other: Total) {
            schedules += other.schedules
            steps += other.steps
            handled += other.handled
            for index in crashes.indices { crashes[index] += other.crashes[index] }
            failures += other.failures
        }
    }

    /// Runs something long on a thread of its own: a schedule never waits, and on a thread of the common pool it would
    /// keep every other test waiting.
    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: body()) }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private static func total(lane: UInt64, of lanes: UInt64) -> Total {
        var total = Total()
        if let seed {
            if lane == 0 {
                let outcome = Schedule.run(seed: seed, isVerbose: true)
                print("simulation: seed \(seed), trace \(outcome.digest)")
                total.add(outcome)
            }
            return total
        }
        for seed in stride(from: lane + 1, through: schedules, by: Int(lanes)) {
            total.add(Schedule.run(seed: seed))
            if total.failures.count >= 5 { break }
        }
        return total
    }

    @Test("whatever is lost, doubled, late or crashes: each effect once, and the sums of a sequential run")
    func everySchedule() async {
        let lanes: UInt64 = 2
        let total = await withTaskGroup(of: Total.self) { group in
            for lane in 0..<lanes {
                group.addTask { await Self.onThread { Self.total(lane: lane, of: lanes) } }
            }
            return await group.reduce(into: Total()) { $0.add($1) }
        }
        for (seed, problems) in total.failures {
            Issue.record(
                """
                seed \(seed): \(problems.prefix(5).joined(separator: "; "))
                alone: WAYBILL_SIMULATION_SEED=\(seed) swift test --filter SimulationTests
                """)
        }
        print(
            "simulation: \(total.schedules) schedules, \(total.steps) steps, \(total.handled) effects, crashes "
                + zip(CrashPoint.allCases, total.crashes).map { "\($0) \($1)" }.joined(separator: ", "))
        if Self.seed == nil, Self.schedules >= 2_000 {
            for (point, count) in zip(CrashPoint.allCases, total.crashes) {
                #expect(count > 0, "no schedule has crashed at \(point)")
            }
        }
    }

    @Test("the same seed makes the same schedule", arguments: [1, 2, 3, 5, 8, 13, 21, 34] as [UInt64])
    func reproduces(seed: UInt64) {
        let first = Schedule.run(seed: seed)
        let second = Schedule.run(seed: seed)
        #expect(first.digest == second.digest)
        #expect(first.steps == second.steps)
        #expect(first.digest != Schedule.run(seed: seed + 1).digest)
    }

    @Test("what is broken on purpose is found", arguments: NegativeControl.allCases)
    func finds(control: NegativeControl) async {
        let found = await Self.onThread {
            (UInt64(1)...400).lazy.map { Schedule.run(seed: $0, control: control) }.first { !$0.problems.isEmpty }
        }
        guard let found, let problem = found.problems.first else {
            Issue.record("\(control.rawValue) was not found in 400 schedules")
            return
        }
        print("simulation: \(control.rawValue) found by seed \(found.seed): \(problem)")
    }
}
