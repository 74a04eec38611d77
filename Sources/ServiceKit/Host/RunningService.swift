import BrokerLayout
import Contracts
import Domain
import Logging
import Messaging
import Postgres
import ServiceLifecycle
import Tracing
import UnixSignals

/// A service with everything it stands on, from its start to its end.
struct RunningService {
    private let definition: ServiceDefinition
    private let settings: Settings
    private let logger: Logger
    private let registry: PrometheusMetrics
    private let limit: ShutdownLimit
    private let remake: @Sendable () throws -> ServiceDefinition

    /// - Parameters:
    ///   - registry: where its metrics are told.
    ///   - limit: how long its end may take; as long as an installation allows when not given.
    ///   - remake: makes the definition anew of the files that settings name.
    init(
        _ definition: ServiceDefinition, _ settings: Settings, _ logger: Logger,
        registry: PrometheusMetrics = PrometheusMetrics(), limit: ShutdownLimit? = nil,
        remake: (@Sendable () throws -> ServiceDefinition)? = nil
    ) {
        self.definition = definition
        self.settings = settings
        self.logger = logger
        self.registry = registry
        self.limit = limit ?? ShutdownLimit(logger: logger)
        self.remake = remake ?? { definition }
    }

    /// Runs until SIGTERM or SIGINT, then drains: stop taking deliveries, finish the batch, commit, acknowledge,
    /// publish what is in the outbox's memory, close. It ends within ten seconds, whatever broker and database do.
    ///
    /// - Returns: the exit code.
    func run() async throws -> Int32 {
        Reread.ignoreSignal()
        let group = try group()
        let mode = try settings.choice("clock", ServiceClock.Mode.self) ?? .system
        logger.info(
            "starting",
            metadata: [
                "clock": "\(mode.rawValue)", "profile": "\(settings.profile.rawValue)",
                "zone": "\(OrganisationZone.current)",
            ])
        if settings["partners"] == "any" {
            logger.warning("whoever may write to '\(Exchanges.inbound)' is believed: WAYBILL_PARTNERS is 'any'")
        }
        for (variable, summary) in settings.madeUp {
            logger.warning("made-up data is in use", metadata: ["instead_of": "\(variable)", "data": "\(summary)"])
        }
        Self.warn(ofCalendarOn: ServiceClock.wallClock().day(), logger)
        defer { limit.isOver() }
        do {
            try await group.run()
            logger.info("stopped")
        } catch is CancellationError where limit.isAsked {
            logger.warning("stopped with a batch or a message in hand; it is delivered, or published, again")
        }
        return 0
    }

    /// Warns when the calendar that is published covers few more days.
    static func warn(ofCalendarOn day: CalendarDay, _ logger: Logger) {
        let daysLeft = WorkingCalendar.daysLeft(from: day)
        guard daysLeft < WorkingCalendar.fewDays else { return }
        logger.warning(
            "the published working calendar ends soon; after it deadlines are guesses: set WAYBILL_CALENDAR",
            metadata: ["days_left": "\(daysLeft)"])
    }

    /// Everything that runs, put together and not started. What is wrong with a setting or a file is found here.
    func group() throws -> ServiceGroup {
        let name = definition.name
        let connections = try settings.integer("postgres.connections", in: 2...64)
        let pool = try pool("", size: connections)
        // Messages have connections of their own: no report makes them wait, and their plans are by key.
        let mode = try settings.choice("clock", ServiceClock.Mode.self) ?? .system
        let batches = try batches(mode)
        let messagePool = try self.pool(" messages", size: batches + 1, isKeyed: true)
        let metrics = ServiceMetrics(of: name, tasks: definition.tasks.map(\.name).sorted(), in: registry)
        let publisher = Publisher(configuration: try broker("publish"), logger: logger)
        let rules = Current(ServiceRules(definition, try Self.publishers(settings)))
        let exporter = exporter()
        let tracer = exporter.map { ServiceTracer(spans: $0.spans) }
        let relay = Relay(
            pool: messagePool, publisher: publisher, partners: { rules.value.partners }, metrics: metrics,
            logger: logger, tracer: tracer)
        let scheduler = Scheduler(
            service: name, tasks: { rules.value.definition.tasks }, pool: pool, relay: relay, metrics: metrics,
            logger: logger, mode: mode, tracer: tracer)
        let clock = ServiceClock(mode: mode) { try await scheduler.pass(until: $0) }
        let consumer = Consumer(
            configuration: try broker("consume"), queue: Queues.inbound(name),
            prefetch: try settings.integer("amqp.prefetch", in: 1...10_000),
            maximumBatch: try settings.integer("batch", in: 1...2_000), concurrency: batches, pace: definition.pace,
            rest: definition.rest, logger: logger)
        let audit = AuditBook(pool: pool, metrics: metrics, logger: logger)
        let intake =
            name == WaybillTopology.auditKeeper
            ? AuditIntake(try broker("audit"), pool: pool, logger: logger) : nil
        let principals = Principals(isByWord: settings.profile == .demo)
        let makeWork: @Sendable (ServiceRules) -> UnitOfWork = { rules in
            UnitOfWork(
                service: name, handlers: rules.definition.handlers, subjects: rules.definition.subjects,
                publishers: rules.publishers, partners: rules.partners, principals: principals, pool: messagePool,
                relay: relay,
                publisher: publisher, clock: clock, metrics: metrics, logger: logger, tracer: tracer,
                audit: audit)
        }
        let makeQueries: @Sendable (ServiceRules) -> QueryServer = { rules in
            QueryServer(
                service: name, queries: rules.definition.answered, pool: pool, clock: clock, metrics: metrics,
                audit: audit,
                partners: name == .finance ? PartnerQuestions(rules.publishers) : nil,
                publishers: rules.publishers, logger: logger)
        }
        let work = Current(makeWork(rules.value))
        let queries = Current(makeQueries(rules.value))
        let reread = Reread(logger: logger) { [settings, remake] in
            let next = ServiceRules(try remake(), try Self.publishers(settings))
            return {
                rules.replace(with: next)
                work.replace(with: makeWork(next))
                queries.replace(with: makeQueries(next))
            }
        }
        let replies = ReplyServer(
            configuration: try broker("answer"), queue: Queues.queries(name), replies: Exchanges.replies,
            // However many reports run, the schedule and the health find a connection.
            concurrency: connections - 1, addressee: { queries.value.addressee($0) }, logger: logger)
        let liveness = LivenessProbe([
            ("amqp-consume", { await consumer.signOfLife() }), ("amqp-publish", { await publisher.signOfLife() }),
            ("amqp-answer", { await replies.signOfLife() }),
        ])
        let health = Health(
            rules: rules, reread: reread, pool: pool, consumer: consumer, publisher: publisher, replies: replies,
            metrics: metrics, registry: registry,
            outboxLagLimit: Double(try settings.integer("outbox.lag", in: 1...86_400)),
            batchLimit: .seconds(try settings.integer("batch.limit", in: 1...86_400)), liveness: liveness,
            scheduler: scheduler, dead: DeadLetterCount(of: name, try broker("count")),
            madeUp: settings.madeUp.map(\.variable), audit: [{ audit.problem }, { intake?.problem }],
            waiting: { audit.waiting }, logger: logger, spans: exporter?.spans)
        let keeper = PartitionKeeper(
            pool: pool, inboxDays: try settings.integer("retention.inbox.days", in: 2...3_650),
            outboxDays: try settings.integer("retention.outbox.days", in: 1...3_650),
            auditDays: try settings.integer("retention.audit.days", in: 31...36_500), logger: logger)
        let preparation = Preparation(
            definition: definition, pool: pool, database: try database(" check"), broker: try broker("check"),
            audit: try settings["amqp.management.url"].map { try TopologyAudit(address: $0, broker: broker("check")) },
            keeper: keeper, scheduler: scheduler,
            clock: clock, logger: logger)

        // The last is shut down first: intake before relay, relay before publisher, everything before the database.
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(
                    service: health.server(
                        host: try settings.required("http.host"),
                        port: try settings.integer("http.port", in: 0...65_535))),
                .init(service: RunUntilShutdown { await pool.run() }),
                .init(service: RunUntilShutdown { await messagePool.run() }),
                .init(service: RunUntilShutdown { await publisher.run() }),
                .init(service: liveness),
                .init(service: reread),
                // What answers and batches note at their end is written, too.
                .init(service: audit),
                .init(service: relay),
                .init(service: keeper),
                .init(service: After(preparation, run: scheduler)),
                .init(
                    service: After(
                        preparation,
                        run: StandingWorker({ rules.value.definition.standing }, pool, clock, logger))),
                .init(
                    service: After(
                        preparation,
                        run: RunUntilShutdown {
                            await replies.run { delivery in
                                let span = tracer?.question(delivery)
                                defer { span?.end() }
                                return await queries.value.reply(delivery)
                            }
                        })),
                .init(
                    service: After(preparation, run: Intake(consumer: consumer, work: work)),
                    successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: limit),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        if let intake {
            configuration.services.insert(
                .init(service: After(preparation, run: intake)), at: configuration.services.count - 2)
        }
        // What the others do at their end is told as well.
        if let exporter { configuration.services.insert(.init(service: exporter), at: 0) }
        configuration.maximumGracefulShutdownDuration = limit.graceful
        return ServiceGroup(configuration: configuration)
    }

    /// How many full batches are in hand at once. Event time goes forward batch by batch; a service that takes its time
    /// over batches gains nothing by a second.
    private func batches(_ mode: ServiceClock.Mode) throws -> Int {
        guard mode == .system else { return 1 }
        return settings["batches"] == nil
            ? (definition.pace > .zero ? 1 : 2) : try settings.integer("batches", in: 1...8)
    }

    /// What sends traces; `nil` when there is nowhere to send them.
    private func exporter() -> SpanExporter? {
        guard var endpoint = settings["otlp.endpoint"] else { return nil }
        while endpoint.hasSuffix("/") { endpoint.removeLast() }
        return SpanExporter(
            spans: SpanQueue(), endpoint: endpoint, service: definition.name.rawValue, logger: logger)
    }

    private static func publishers(_ settings: Settings) throws -> Publishers {
        guard settings["partners"] != "any" else { return .any }
        _ = try settings.required("partners")
        guard let registry = try settings.file("partners", PartnerRegistry.init(json:)) else { return .any }
        return .registered(registry)
    }

    private func pool(_ purpose: String, size: Int, isKeyed: Bool = false) throws -> PostgresPool {
        PostgresPool(configuration: try database(purpose, isKeyed: isKeyed), size: size, logger: logger)
    }

    private func database(_ purpose: String, isKeyed: Bool = false) throws -> PostgresConfiguration {
        let name = definition.name.rawValue
        return try PostgresConfiguration(
            url: settings.required("postgres.url"), applicationName: "waybill-\(name)\(purpose)", searchPath: name,
            isKeyed: isKeyed)
    }

    private func broker(_ purpose: String) throws -> BrokerConfiguration {
        try BrokerConfiguration(
            url: settings.required("amqp.url"), connectionName: "waybill-\(definition.name.rawValue) \(purpose)",
            heartbeat: .seconds(settings.integer("amqp.heartbeat", in: 1...60)),
            tls: settings["amqp.ca"].map {
                BrokerConfiguration.TLSSettings(
                    caCertificatePath: $0, clientCertificatePath: settings["amqp.certificate"],
                    clientKeyPath: settings["amqp.key"])
            })
    }
}

/// Reads the service's queue and hands each batch to the unit of work.
private struct Intake: Service {
    let consumer: Consumer
    /// By the rules that hold when a batch begins: those of a batch do not change under its hands.
    let work: Current<UnitOfWork>

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await consumer.run { deliveries in try await work.value.process(deliveries) }
        } onGracefulShutdown: {
            consumer.stop()
        }
    }
}

/// Something that goes on until it is cancelled, ended by a graceful shutdown.
private struct RunUntilShutdown: Service {
    let operation: @Sendable () async -> Void

    init(_ operation: @escaping @Sendable () async -> Void) {
        self.operation = operation
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await operation() }
    }
}

/// A part of the service that waits until the set-up has been found safe.
private struct After<Part: Service>: Service {
    let preparation: Preparation
    let part: Part

    init(_ preparation: Preparation, run part: Part) {
        self.preparation = preparation
        self.part = part
    }

    func run() async throws {
        guard try await preparation.ready() else {
            // Shut down before it began. To the group, a part that ends before its turn has failed.
            return try await gracefulShutdown()
        }
        try await part.run()
    }
}
