import Contracts
import Logging
import Messaging

@testable import ServiceKit

/// One run of the services over the models, from the first message to the last, under the faults of one seed.
final class Schedule: @unchecked Sendable {
    /// What came of it.
    struct Outcome {
        let seed: UInt64
        let problems: [String]
        let digest: UInt64
        let steps: Int
        let crashes: [Int]
        let handled: Int
    }

    /// Virtual time by which everything must have settled, in microseconds.
    private static let deadline: Int64 = 300_000_000
    private static let quiet = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    private static let services: [ServiceName] = [.supplier, .finance, .finance, .sales]

    private let seed: UInt64
    private let world: World
    private let broker: ModelBroker
    private let workload: Workload
    private let databases: [ModelDatabase]
    private var processes: [Incarnation] = []
    private var running = 0
    private var unsent: Int
    private var crashSteps: [Int]

    private init(seed: UInt64, control: NegativeControl?, isVerbose: Bool) {
        self.seed = seed
        world = World(seed: seed, control: control, isVerbose: isVerbose)
        broker = ModelBroker(world, bindings: SimulatedServices.bindings)
        workload = Workload(seed: seed)
        unsent = workload.inputs.count
        let world = world
        databases = ServiceName.allCases.map { ModelDatabase(world, $0) }
        crashSteps = (0..<world.chance.below(3)).map { _ in world.chance.below(1_500) }.sorted()
    }

    /// Runs the schedule of a seed.
    static func run(seed: UInt64, control: NegativeControl? = nil, isVerbose: Bool = false) -> Outcome {
        Schedule(seed: seed, control: control, isVerbose: isVerbose).run()
    }

    private func database(_ service: ServiceName) -> ModelDatabase { databases[ModelBroker.index(service)] }

    private func run() -> Outcome {
        // Unowned: what hangs on this schedule does not outlive it.
        world.restart = { [unowned self] old in
            processes[old.number - 1] = start(number: old.number, old.service)
        }
        broker.isSafe = { [unowned self] service, message in
            let name = MessageName(source: message.properties.appID ?? "", id: message.properties.messageID ?? "")
            return database(service).tables.inbox[name] != nil
                || broker.dead[ModelBroker.index(service)][name.id] != nil
        }
        for (index, service) in Self.services.enumerated() {
            processes.append(start(number: index + 1, service))
        }
        for input in workload.inputs {
            world.clock.after(milliseconds: world.chance.below(900)) { [self] in
                unsent -= 1
                broker.accept(input.message)
            }
        }
        plan()
        let hasSettled = world.executor.run(until: { isSettled }, deadline: Self.deadline) { step in
            guard let next = crashSteps.first, step >= next else { return }
            crashSteps.removeFirst()
            world.crash(processes[world.chance.below(processes.count)], at: .betweenJobs)
        }
        let steps = world.executor.steps
        for process in processes { process.kill() }
        world.clock.dropEvents()
        _ = world.executor.run(until: { running == 0 }, deadline: .max)
        var problems = world.violations
        if !hasSettled { problems.append("messages were still under way after \(Self.deadline / 1_000_000) virtual s") }
        problems += Account(
            workload: workload, tables: databases.map(\.tables), dead: broker.dead
        ).problems()
        return Outcome(
            seed: seed, problems: problems, digest: world.trace.digest, steps: steps, crashes: world.crashes,
            handled: databases.reduce(0) { $0 + $1.tables.tally.count })
    }

    private var isSettled: Bool {
        world.isHealed && unsent == 0 && broker.isEmpty && processes.allSatisfy(\.isAlive)
            && databases.allSatisfy { $0.tables.pending.isEmpty }
    }

    // MARK: Faults

    /// Cuts and absences at times of their own, and the end of them all.
    private func plan() {
        let (chance, clock) = (world.chance, world.clock)
        let end = chance.number(in: 800...2_000)
        for _ in 0..<chance.below(4) {
            clock.after(milliseconds: chance.below(end)) { [self] in
                guard !world.isHealed else { return }
                let process = processes[chance.below(processes.count)]
                if chance.happens(0.6) { process.subscription?.cut() }
                if chance.happens(0.6) { process.cutPublishing() }
            }
        }
        if chance.happens(0.4) {
            let database = database(Self.services[chance.below(Self.services.count)])
            clock.after(milliseconds: chance.below(end)) { database.isAway = true }
        }
        if chance.happens(0.3) {
            clock.after(milliseconds: chance.below(end)) { [self] in
                broker.isAway = true
                for process in processes {
                    process.subscription?.cut()
                    process.cutPublishing()
                }
            }
            clock.after(milliseconds: chance.below(end)) { [self] in broker.isAway = false }
        }
        clock.after(milliseconds: end) { [self] in
            world.heal()
            world.note(.heal, nil)
            broker.isAway = false
            for database in databases { database.isAway = false }
        }
    }

    // MARK: Processes

    private func start(number: Int, _ service: ServiceName) -> Incarnation {
        let process = Incarnation(number: number, service: service)
        world.note(.start, process)
        running += 1
        process.task = Task(executorPreference: world.executor) { [self] in
            await live(process)
            running -= 1
        }
        return process
    }

    /// A service as its host puts it together, over the models.
    private func live(_ process: Incarnation) async {
        let chance = world.chance
        let pauses = Pauses(
            clock: world.clock, look: .milliseconds(chance.number(in: 300...1_000)),
            sweep: .milliseconds(chance.number(in: 100...400)),
            backOff: { BackOff { 0.5 + chance.fraction() / 2 } })
        let database = database(process.service)
        let publisher = ModelPublisher(broker: broker, process: process)
        let metrics = ServiceMetrics(of: .finance)
        let handlers = SimulatedServices.handlers(process.service)
        let relay = Relay(
            outbox: ModelOutboxStore(database: database, process: process), publisher: publisher, metrics: metrics,
            logger: Self.quiet, pauses: pauses)
        let work = UnitOfWork(
            service: process.service, handlers: handlers, publishers: .any, principals: Principals(isByWord: true),
            batches: ModelBatchStore(
                database: database, process: process, work: BatchWork(service: process.service, handlers: handlers)),
            relay: relay, publisher: publisher, clock: ServiceClock(mode: .system) { _ in }, metrics: metrics,
            logger: Self.quiet, pauses: pauses)
        await withTaskGroup { group in
            group.addTask { try? await relay.run() }
            group.addTask { [self] in await consume(process, work) }
        }
    }

    /// What ``Consumer`` promises: batches in the order of the queue, acknowledged when they are handled, a new
    /// subscription whenever the connection is lost.
    private func consume(_ process: Incarnation, _ work: UnitOfWork) async {
        while process.isAlive {
            if !broker.isAway {
                let subscription = broker.subscribe(process, prefetch: 1 + world.chance.below(12))
                do {
                    while true {
                        let batch = try await subscription.next(maximum: 8)
                        guard let last = batch.last else { continue }
                        if world.control == .acknowledgeBeforeCommit {
                            try await subscription.acknowledge(upTo: last.tag)
                            try await work.process(batch)
                        } else {
                            try await work.process(batch)
                            try await subscription.acknowledge(upTo: last.tag)
                        }
                    }
                } catch {
                    subscription.cut()
                }
            }
            try? await world.clock.sleep(for: .milliseconds(50 + world.chance.below(50)))
        }
    }
}
