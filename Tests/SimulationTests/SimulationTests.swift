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

    @Test("whatever is lost, doubled, late or crashes: each effect once, and the sums of a sequential run")
    func everySchedule() async {
        let lanes: UInt64 = 2
        let total = await withTaskGroup(of: Total.self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var total = Total()
                    if let seed = Self.seed {
                        if lane == 0 {
                            let outcome = Schedule.run(seed: seed, isVerbose: true)
                            print("simulation: seed \(seed), trace \(outcome.digest)")
                            total.add(outcome)
                        }
                        return total
                    }
                    for seed in stride(from: lane + 1, through: Self.schedules, by: Int(lanes)) {
                        total.add(Schedule.run(seed: seed))
                        if total.failures.count >= 5 { break }
                        // Other tests share the threads.
                        await Task.yield()
                    }
                    return total
                }
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
        for seed in UInt64(1)...400 {
            let outcome = Schedule.run(seed: seed, control: control)
            if !outcome.problems.isEmpty {
                print("simulation: \(control.rawValue) found by seed \(seed): \(outcome.problems[0])")
                return
            }
            await Task.yield()
        }
        Issue.record("\(control.rawValue) was not found in 400 schedules")
    }
}
