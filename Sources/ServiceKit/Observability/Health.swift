import Contracts
import Domain
import Hummingbird
import Logging
import Messaging
import Postgres
import ServiceLifecycle

/// Whether the service lives, whether it is ready, and what it measures, over HTTP.
///
/// *Live* says only that the threads turn: it stays so while broker or database are away, for a restart would mend
/// neither. *Ready* says that work gets done. A task that fails makes it *degraded*: messages are handled and answered as
/// ever, so it stays ready, and says which task it is.
struct Health: Sendable {
    private let rules: Current<ServiceRules>
    private let reread: Reread
    let pool: PostgresPool
    let consumer: Consumer
    let publisher: Publisher
    let replies: ReplyServer
    let metrics: ServiceMetrics
    let registry: PrometheusMetrics
    let outboxLagLimit: Double
    let batchLimit: Duration
    let liveness: LivenessProbe
    /// The settings for which made-up data stands in.
    let madeUp: [String]
    /// Why the audit is not as it should be: each says nothing when all is well.
    let audit: [@Sendable () -> String?]
    /// How many entries of the audit are not written yet.
    let waiting: @Sendable () -> Int
    let logger: Logger
    /// The spans that wait to be exported; `nil` when nobody wants any.
    let spans: SpanQueue?
    private let lag: CachedValue<(count: Int, oldestAge: Double)>
    private let readsOnly: CachedValue<Bool>
    private let schema: CachedValue<[String]>
    private let schedule: CachedValue<ScheduleState>
    private let figures: CachedValue<[[(String, Double)]]>
    private let deadLetters: CachedValue<Int>
    private let policy: CachedValue<Int>

    init(
        rules: Current<ServiceRules>, reread: Reread, pool: PostgresPool, consumer: Consumer, publisher: Publisher,
        replies: ReplyServer, metrics: ServiceMetrics, registry: PrometheusMetrics, outboxLagLimit: Double,
        batchLimit: Duration, liveness: LivenessProbe, scheduler: Scheduler, dead: DeadLetterCount,
        madeUp: [String] = [],
        audit: [@Sendable () -> String?], waiting: @escaping @Sendable () -> Int, logger: Logger,
        spans: SpanQueue? = nil
    ) {
        self.rules = rules
        self.reread = reread
        self.pool = pool
        self.consumer = consumer
        self.publisher = publisher
        self.replies = replies
        self.metrics = metrics
        self.registry = registry
        self.outboxLagLimit = outboxLagLimit
        self.batchLimit = batchLimit
        self.liveness = liveness
        self.madeUp = madeUp
        self.audit = audit
        self.waiting = waiting
        self.logger = logger
        self.spans = spans
        lag = CachedValue { try await pool.withTransaction(isReadOnly: true) { try Outbox.depth($0) } }
        readsOnly = CachedValue {
            try await pool.withTransaction(isReadOnly: true) { transaction in
                try transaction.query(
                    "select pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean",
                    as: Bool.self
                ).first ?? false
            }
        }
        schedule = CachedValue { try await scheduler.state() }
        figures = CachedValue {
            try await pool.withTransaction(isReadOnly: true) { transaction in
                try rules.value.definition.figures.map { try $0.read(transaction) }
            }
        }
        deadLetters = CachedValue { try await dead.current() }
        policy = CachedValue {
            try await pool.withTransaction(isReadOnly: true) { try PeopleReplica.policyVersion($0) }
        }
        schema = CachedValue {
            var problems: [String] = []
            let scopes = Schema.scopes(of: rules.value.definition, logger: logger)
            for migrator in Schema.migrators(of: rules.value.definition, logger: logger) + [scopes] {
                let status = try await migrator.status(pool)
                // In a rolling change the schema is ahead of the copies that are still to be replaced.
                if !status.isAtHead, !status.isAhead {
                    problems.append("schema: \(status.problem ?? "migrations pending")")
                }
            }
            return problems
        }
    }

    /// The server with its three paths.
    func server(host: String, port: Int) -> some ServiceLifecycle.Service {
        let router = Router()
        // The paths that there are, and no others: what strangers ask for makes no metrics.
        let paths = router.group().add(middleware: MetricsMiddleware())
        paths.get("/health/live") { _, _ in
            self.liveness.silent().map { text(.serviceUnavailable, "the thread '\($0)' does not turn\n") }
                ?? text(.ok, "live\n")
        }
        paths.get("/health/ready") { _, _ in
            let problems = await self.problems()
            return problems.isEmpty
                ? text(.ok, await self.readyText()) : text(.serviceUnavailable, problems.map { $0 + "\n" }.joined())
        }
        paths.get("/metrics") { _, _ in
            text(.ok, await self.exposition(), "text/plain; version=0.0.4; charset=utf-8")
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return Application(
            router: router, configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in
                logger.info("health and metrics", metadata: ["port": "\(channel.localAddress?.port ?? port)"])
            }, logger: quiet)
    }

    private func readyText() async -> String {
        "ready\n" + (await degradations().map { "degraded: \($0)\n" }.joined())
            + (reread.record.problem.map {
                "the files of the settings cannot be used, what was read before holds: \($0)\n"
            }
                ?? "")
            + (madeUp.isEmpty ? "" : "made-up data instead of \(madeUp.joined(separator: ", "))\n")
            + (await (try? policy.current()) == 0 ? "\(QuestionScope.noPolicy)\n" : "")
    }

    /// Why the service is not ready; empty when it is.
    func problems() async -> [String] {
        var problems: [String] = []
        if !consumer.status.isSubscribed || consumer.status.isSilent {
            problems.append("not consuming: \(consumer.status.summary)")
        }
        if !publisher.status.isReady { problems.append("cannot publish: \(publisher.status.summary)") }
        if !replies.status.isSubscribed || replies.status.isSilent {
            problems.append("not answering questions: \(replies.status.summary)")
        }
        if let problem = metrics.inHand.problem(past: batchLimit) { problems.append(problem) }
        do {
            problems += try await schema.current()
            if try await readsOnly.current() { problems.append("database: it only reads now, and takes no changes") }
            let lag = try await lag.current()
            if lag.oldestAge > outboxLagLimit {
                problems.append(
                    "outbox: the oldest of \(lag.count) unpublished messages is \(Int(lag.oldestAge)) s old")
            }
        } catch {
            problems.append("database: \(error)")
        }
        return problems
    }

    /// What does not work although the service is ready: the audit when it cannot be written, and the tasks of which
    /// something was set aside.
    func degradations() async -> [String] {
        let audit = audit.compactMap { $0() }.map { problem in
            String(problem.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(400))
        }
        // Without a database the service is not ready, and says so.
        guard let state = try? await schedule.current() else { return audit }
        return audit
            + state.troubles.map {
                "task '\($0.task)': \($0.count) set aside, see 'waybill schedule list'; the last with: "
                    + $0.lastError.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(200)
            }
    }

    /// The metrics in the text format of Prometheus.
    func exposition() async -> String {
        var text = PrometheusText()
        registry.write(to: &text)
        let definition = rules.value.definition
        let tasks = definition.tasks.map(\.name)
        if let state = try? await schedule.current() {
            let troubles = Dictionary(state.troubles.map { ($0.task, $0.count) }, uniquingKeysWith: +)
            text.gauge(
                "waybill_schedule_set_aside", "Items of a task that have failed as often as they are tried.",
                label: "task", Set(tasks).union(troubles.keys).sorted().map { ($0, Double(troubles[$0] ?? 0)) })
            text.gauge(
                "waybill_schedule_overdue_seconds", "For how long the oldest item has been due.", state.overdue)
        }
        text.counter(
            "waybill_queries_expired_total", "Queries dropped because their askers had given them up.",
            replies.expiredCount)
        text.gauge(
            "waybill_queries_in_hand", "Queries delivered and not answered yet.",
            Double(replies.status.unacknowledged))
        // While the broker is away nobody waits for it to count.
        if consumer.status.isSubscribed, let count = try? await deadLetters.current() {
            text.gauge(
                "waybill_dead_letters", "Refused messages that wait for somebody to act.", Double(count))
        }
        text.gauge("waybill_audit_waiting", "Entries of the audit that are not written yet.", Double(waiting()))
        text.gauge("waybill_broker_subscribed", "1 while subscribed.", consumer.status.isSubscribed ? 1 : 0)
        text.gauge(
            "waybill_messages_in_hand", "Messages delivered and not acknowledged yet.",
            Double(consumer.status.unacknowledged))
        text.gauge(
            "waybill_calendar_days_left", "Days that the published working calendar still covers.",
            Double(WorkingCalendar.daysLeft(from: ServiceClock.wallClock().day())))
        text.gauge(
            "waybill_zone", "1 for the zone by whose days the service goes.", label: "zone",
            [(OrganisationZone.current.name, 1)])
        if let version = try? await policy.current() {
            text.gauge(
                "waybill_permission_policy", "The version of the policy of permissions that holds; 0 when none does.",
                Double(version))
        }
        let oldest = metrics.inHand.oldestAge().components
        text.gauge(
            "waybill_batch_oldest_seconds", "Age of the oldest batch in hand.",
            Double(oldest.seconds) + Double(oldest.attoseconds) / 1e18)
        text.gauge(
            "waybill_broker_blocked", "1 while the broker takes no messages.", publisher.status.isBlocked ? 1 : 0)
        text.gauge(
            "waybill_made_up_data", "1 for each setting for which made-up data stands in.", label: "setting",
            madeUp.map { ($0, 1) })
        let read = reread.record
        text.counter(
            "waybill_settings_reads_total", "How often the files of the settings were read and put in force.",
            read.reads
        )
        text.gauge(
            "waybill_settings_refused", "1 while the files of the settings, read again, cannot be used.",
            read.problem == nil ? 0 : 1)
        if let lag = try? await lag.current() {
            text.gauge("waybill_outbox_depth", "Messages not confirmed yet.", Double(lag.count))
            text.gauge("waybill_outbox_oldest_seconds", "Age of the oldest of them.", lag.oldestAge)
        }
        if !definition.figures.isEmpty, let values = try? await figures.current() {
            for (figure, values) in zip(definition.figures, values) {
                text.gauge(
                    "waybill_\(definition.name.rawValue)_\(figure.name)", figure.help, label: figure.label, values)
            }
        }
        if let spans {
            text.counter("waybill_spans_exported_total", "Spans the receiver has taken.", spans.exported.current)
            text.counter(
                "waybill_spans_dropped_total", "Spans that found no room or were not taken.", spans.dropped.current)
        }
        return text.text
    }
}

private func text(
    _ status: HTTPResponse.Status, _ body: String, _ contentType: String = "text/plain; charset=utf-8"
) -> Response {
    Response(
        status: status, headers: [.contentType: contentType],
        body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
}
