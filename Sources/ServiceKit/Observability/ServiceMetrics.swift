import Contracts
import Domain
import Synchronization

/// What a service counts and measures.
final class ServiceMetrics: Sendable {
    let handled: Counter
    let duplicates: Counter
    let retries: Counter
    let splits: Counter
    let batchSize: Histogram
    let batchDuration: Histogram
    let endToEndLatency: Histogram
    /// Messages whose time cannot be that at which they were sent.
    let unbelievableTimes: Counter
    let published: Counter
    let publishFailures: Counter
    let outboxReclaimed: Counter
    let confirmLatency: Histogram
    let scheduled: Counter
    let queries: Counter
    let auditWritten: Counter
    let auditFailures: Counter
    let auditFolded: Counter
    let auditLost: Counter
    private let deniedQuestions: CountersByName
    let inHand = BatchesInHand()
    private let refusals: CountersByName
    private let deniedActs: CountersByName
    private let taskFailures: CountersByName
    private let named: CountersByName

    /// - Parameters:
    ///   - service: whose they are: counters of its own rules carry its name.
    ///   - tasks: its scheduled tasks, each of which is told before it has ever failed.
    ///   - registry: where they are told.
    init(of service: ServiceName, tasks: [String] = [], in registry: PrometheusMetrics = PrometheusMetrics()) {
        handled = registry.counter("waybill_messages_handled_total", "Messages that had their effect.")
        duplicates = registry.counter(
            "waybill_messages_duplicate_total", "Messages handled before, without effect.")
        let refused = ("waybill_messages_refused_total", "Messages put into the dead letters.")
        registry.announce(counter: refused.0, refused.1)
        refusals = CountersByName { registry.counter(refused.0, refused.1, labels: [("reason", $0)]) }
        retries = registry.counter("waybill_batches_retried_total", "Batches committed at a later try.")
        splits = registry.counter("waybill_batches_split_total", "Batches split to find a poison message.")
        batchSize = registry.histogram("waybill_batch_size", "Messages in one commit.", bounds: Histogram.sizes)
        batchDuration = registry.histogram(
            "waybill_batch_duration_seconds", "From a batch's start to its commit.", bounds: Histogram.seconds)
        endToEndLatency = registry.histogram(
            "waybill_end_to_end_seconds", "From the time a message names to its commit here.",
            bounds: Histogram.seconds)
        unbelievableTimes = registry.counter(
            "waybill_message_times_wrong_total",
            "Messages whose time is ahead by more than a minute or older than thirty days: a clock is wrong.")
        published = registry.counter("waybill_messages_published_total", "Messages the broker confirmed.")
        publishFailures = registry.counter(
            "waybill_publish_failures_total", "Publishes not confirmed, tried again.")
        outboxReclaimed = registry.counter(
            "waybill_outbox_reclaimed_total", "Messages published from the table rather than from memory.")
        confirmLatency = registry.histogram(
            "waybill_confirm_seconds", "From publishing a batch to its last confirm.", bounds: Histogram.seconds)
        scheduled = registry.counter("waybill_scheduled_total", "Scheduled items run.")
        let failed = ("waybill_schedule_failures_total", "Runs of a task that failed for a reason of its own.")
        registry.announce(counter: failed.0, failed.1)
        taskFailures = CountersByName { registry.counter(failed.0, failed.1, labels: [("task", $0)]) }
        queries = registry.counter("waybill_queries_total", "Queries answered.")
        auditWritten = registry.counter("waybill_audit_written_total", "Entries of the audit written down.")
        auditFailures = registry.counter(
            "waybill_audit_failures_total", "Times that the audit could not be written; it is tried again.")
        auditFolded = registry.counter(
            "waybill_audit_folded_total", "Answers and denials noted by number only, for want of room.")
        auditLost = registry.counter("waybill_audit_lost_total", "Entries of the audit that were not written down.")
        let deniedAct = (
            "waybill_acts_denied_total", "Commands refused for want of a right, or of one that goes so far."
        )
        registry.announce(counter: deniedAct.0, deniedAct.1)
        deniedActs = CountersByName { registry.counter(deniedAct.0, deniedAct.1, labels: [("reason", $0)]) }
        let deniedQuestion = (
            "waybill_queries_denied_total",
            "Queries refused for want of a right: to what is asked for (kind), to a field that would be found out (field), or "
                + "because the broker does not say who asks (asker)."
        )
        registry.announce(counter: deniedQuestion.0, deniedQuestion.1)
        deniedQuestions = CountersByName {
            registry.counter(deniedQuestion.0, deniedQuestion.1, labels: [("reason", $0)])
        }
        named = CountersByName {
            registry.counter("waybill_\(service.rawValue)_\($0)_total", "Counted by the service's own rules.")
        }
        for task in tasks { taskFailures.add(0, to: task) }
    }

    func refused(_ reason: Reason) { refusals.add(1, to: reason.rawValue) }

    /// A command was refused for want of a right, or of one that goes so far.
    func actDenied(_ reason: Reason) { deniedActs.add(1, to: reason.rawValue) }

    /// A question was refused for want of a right.
    func denied(_ refusal: Refusal) {
        if refusal.reason == .publisherUnknown || refusal.path.hasPrefix("headers.") {
            deniedQuestions.add(1, to: "asker")
        } else {
            deniedQuestions.add(1, to: refusal.path.hasPrefix("parameters.") ? "field" : "kind")
        }
    }

    /// A scheduled task has failed for a reason of its own.
    func taskFailed(_ task: String) { taskFailures.add(1, to: task) }

    /// Adds to counters of the service's own.
    func add(_ counts: [String: Int]) {
        for (name, count) in counts { named.add(count, to: name) }
    }

    var refusedByReason: [String: Int] { refusals.current }
    var actsDeniedByReason: [String: Int] { deniedActs.current }
    var deniedByReason: [String: Int] { deniedQuestions.current }
    var failuresByTask: [String: Int] { taskFailures.current }
}

/// Counters that are made when they are counted for the first time.
private final class CountersByName: Sendable {
    private let made = Mutex<[String: Counter]>([:])
    private let make: @Sendable (String) -> Counter

    init(_ make: @escaping @Sendable (String) -> Counter) {
        self.make = make
    }

    func add(_ amount: Int, to name: String) {
        let counter = made.withLock { made in
            if let counter = made[name] { return counter }
            let counter = make(name)
            made[name] = counter
            return counter
        }
        counter.add(amount)
    }

    /// What is not nought.
    var current: [String: Int] { made.withLock { $0.mapValues(\.current).filter { $0.value != 0 } } }
}
