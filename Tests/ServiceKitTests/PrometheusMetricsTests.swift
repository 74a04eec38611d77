import Contracts
import Metrics
import Testing

@testable import ServiceKit

@Suite("Metrics, by swift-metrics and in the text of Prometheus")
struct PrometheusMetricsTests {
    private func told(_ registry: PrometheusMetrics) -> [String] {
        var text = PrometheusText()
        registry.write(to: &text)
        return text.text.split(separator: "\n").map(String.init)
    }

    @Test("a question that is denied counts by what it lacks: the kind, a field, or who asks")
    func denied() {
        let metrics = ServiceMetrics(of: .finance)
        for (reason, path) in [
            (Reason.notAuthorised, "$"), (.notAuthorised, "parameters.atLeast"),
            (.notAuthorised, "headers.waybill-on-behalf-of"), (.publisherUnknown, "properties.user_id"),
        ] { metrics.denied(Refusal(reason, path: path, "")) }
        #expect(metrics.deniedByReason == ["kind": 1, "field": 1, "asker": 2])
    }

    @Test("a service's metrics are told from its start, under the names and labels that alarms know")
    func names() {
        let registry = PrometheusMetrics()
        let metrics = ServiceMetrics(of: .finance, tasks: ["credit.evaluate"], in: registry)
        #expect(
            told(registry).filter { $0.hasPrefix("# TYPE") } == [
                "# TYPE waybill_messages_handled_total counter", "# TYPE waybill_messages_duplicate_total counter",
                "# TYPE waybill_messages_refused_total counter", "# TYPE waybill_batches_retried_total counter",
                "# TYPE waybill_batches_split_total counter", "# TYPE waybill_batch_size histogram",
                "# TYPE waybill_batch_duration_seconds histogram", "# TYPE waybill_end_to_end_seconds histogram",
                "# TYPE waybill_message_times_wrong_total counter", "# TYPE waybill_messages_published_total counter",
                "# TYPE waybill_publish_failures_total counter", "# TYPE waybill_outbox_reclaimed_total counter",
                "# TYPE waybill_confirm_seconds histogram", "# TYPE waybill_scheduled_total counter",
                "# TYPE waybill_schedule_failures_total counter", "# TYPE waybill_queries_total counter",
                "# TYPE waybill_audit_written_total counter", "# TYPE waybill_audit_failures_total counter",
                "# TYPE waybill_audit_folded_total counter", "# TYPE waybill_audit_lost_total counter",
                "# TYPE waybill_acts_denied_total counter", "# TYPE waybill_queries_denied_total counter",
            ])
        metrics.handled.add(3)
        metrics.refused(.notJSON)
        metrics.refused(.missingField)
        metrics.refused(.notJSON)
        metrics.taskFailed("view.fold")
        metrics.add(["orders_odd": 2])
        metrics.add(["orders_odd": 3, "alerts_raised": 1])
        let lines = told(registry)
        for line in [
            "# HELP waybill_messages_handled_total Messages that had their effect.", "waybill_messages_handled_total 3",
            "waybill_messages_duplicate_total 0",
            "waybill_messages_refused_total{reason=\"\(Reason.notJSON.rawValue)\"} 2",
            "waybill_messages_refused_total{reason=\"\(Reason.missingField.rawValue)\"} 1",
            "waybill_schedule_failures_total{task=\"credit.evaluate\"} 0",
            "waybill_schedule_failures_total{task=\"view.fold\"} 1",
            "waybill_finance_orders_odd_total 5", "waybill_finance_alerts_raised_total 1",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(metrics.failuresByTask == ["view.fold": 1])
    }

    @Test("a histogram tells how many were at most each bound")
    func histogram() {
        let registry = PrometheusMetrics()
        let size = registry.histogram("batch_size", "Messages in one commit.", bounds: [1, 2.5, 10])
        for value in [0.5, 1, 2, 3, 40.25] { size.record(value) }
        #expect(
            told(registry) == [
                "# HELP batch_size Messages in one commit.", "# TYPE batch_size histogram",
                "batch_size_bucket{le=\"1\"} 2", "batch_size_bucket{le=\"2.5\"} 3", "batch_size_bucket{le=\"10\"} 4",
                "batch_size_bucket{le=\"+Inf\"} 5", "batch_size_sum 46.75", "batch_size_count 5",
            ])
    }

    @Test("what a library reports by swift-metrics is told beside it, in names that Prometheus allows")
    func libraries() {
        let registry = PrometheusMetrics()
        let labels = [("http.route", "/metrics"), ("why", "a \"quote\",\\ and\na line")]
        let written = "http_route=\"/metrics\",why=\"a \\\"quote\\\",\\\\ and\\na line\""
        Metrics.Counter(label: "hb.requests", dimensions: labels, factory: registry).increment(by: 2)
        // The same again is the same series.
        Metrics.Counter(label: "hb.requests", dimensions: labels, factory: registry).increment()
        Metrics.FloatingPointCounter(label: "bytes_total", factory: registry).increment(by: 2.5)
        Metrics.Gauge(label: "pool.size", factory: registry).record(4)
        Metrics.Meter(label: "active", factory: registry).increment(by: 3)
        Metrics.Meter(label: "active", factory: registry).decrement()
        Metrics.Recorder(label: "9 lives", factory: registry).record(7)
        Metrics.Timer(label: "request.duration", factory: registry).recordMilliseconds(30)
        let lines = told(registry)
        for line in [
            "# HELP hb_requests_total Reported by a library as 'hb.requests'.", "# TYPE hb_requests_total counter",
            "hb_requests_total{\(written)} 3", "bytes_total 2", "pool_size 4", "# TYPE active gauge", "active 2",
            "_9_lives_bucket{le=\"+Inf\"} 1", "_9_lives_sum 7.0",
            "request_duration_seconds_bucket{le=\"0.025\"} 0", "request_duration_seconds_bucket{le=\"0.05\"} 1",
            "request_duration_seconds_sum 0.03", "request_duration_seconds_count 1",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test("a library that takes a name of another kind, or makes too many series, spoils nothing")
    func strangers() {
        let registry = PrometheusMetrics()
        let own = registry.counter("waybill_messages_handled_total", "Messages that had their effect.")
        Metrics.Gauge(label: "waybill.messages.handled.total", factory: registry).record(99)
        own.add(1)
        #expect(told(registry).last == "waybill_messages_handled_total 1")
        for number in 0...PrometheusMetrics.mostSeries {
            let counter = Metrics.Counter(
                label: "paths", dimensions: [("path", "/\(number)")], factory: registry)
            counter.increment()
        }
        #expect(told(registry).filter { $0.hasPrefix("paths_total{") }.count == PrometheusMetrics.mostSeries)
    }

    @Test("what many count at once is counted")
    func together() async {
        let registry = PrometheusMetrics()
        let metrics = ServiceMetrics(of: .finance, in: registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        metrics.refused(.notJSON)
                        metrics.batchSize.record(1.0)
                        Metrics.Counter(label: "shared", factory: registry).increment()
                    }
                }
            }
        }
        #expect(metrics.refusedByReason == [Reason.notJSON.rawValue: 8_000])
        #expect(metrics.batchSize.snapshot.count == 8_000)
        #expect(told(registry).contains("shared_total 8000"))
    }
}
