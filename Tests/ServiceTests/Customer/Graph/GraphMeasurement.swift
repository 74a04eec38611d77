import Contracts
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import CustomerService

enum GraphSize {
    /// Nodes and edges, as asked for.
    static let asked: (nodes: Int, edges: Int)? = {
        let parts = (ProcessInfo.processInfo.environment["WAYBILL_BENCH_GRAPH"] ?? "").split(separator: ",")
        guard parts.count == 2, let nodes = Int(parts[0]), let edges = Int(parts[1]) else { return nil }
        return (nodes, edges)
    }()
}

/// How long questions take on a large graph: asked for by `Benchmarks/graph.sh`, never part of the tests.
@Suite(
    "Measured: the graph and the overview",
    .enabled(if: GraphSize.asked != nil, "set WAYBILL_BENCH_GRAPH=NODES,EDGES"), .service(try customerDefinition()))
struct GraphMeasurement {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    @Test("prints a line of JSON a measure")
    func measure() async throws {
        let size = try #require(GraphSize.asked)
        try await Self.fill(customer, size.nodes, size.edges)
        var random = SystemRandomNumberGenerator()
        let codes = (0..<400).map { _ in "C\(Int.random(in: 1...size.nodes, using: &random))" }
        for (name, query, arguments) in [
            ("one hop", "graph.show", ["hops": "1"]), ("two hops", "graph.show", ["hops": "2", "fanout": "200"]),
            ("group", "graph.group", [:]), ("leads", "graph.leads", [:]), ("overview", "customers.overview", [:]),
        ] {
            try await Self.time(name, codes) { code in
                _ = try await customer.ask(query, arguments.merging(["customer": code]) { $1 })
            }
        }
        let hub = try await customer.rows(
            """
            select n.code from graph_node n join relation r on r.to_node = n.node
            group by 1 order by count(*) desc limit 1
            """)
        let code = hub.first?.first.flatMap(\.self) ?? "C1"
        try await Self.time("two hops from the largest hub", Array(repeating: code, count: 20)) { code in
            _ = try await customer.ask("graph.show", ["customer": code, "hops": "2", "fanout": "200"])
        }
        try await Self.time("rank the whole graph", ["once"]) { _ in
            try await customer.run("graph.rank", at: "2026-03-02T23:59:59+08:00")
        }
        try await Self.time("hubs", codes) { _ in _ = try await customer.ask("graph.hubs") }
    }

    private static func time(_ name: String, _ arguments: [String], _ body: (String) async throws -> Void) async throws
    {
        for argument in arguments.prefix(20) where arguments.count > 20 { try await body(argument) }
        var times: [Double] = []
        for argument in arguments {
            let started = ContinuousClock.now
            try await body(argument)
            let taken = ContinuousClock.now - started
            times.append(Double(taken.components.attoseconds) / 1e15 + Double(taken.components.seconds) * 1_000)
        }
        times.sort()
        func at(_ share: Double) -> Double {
            (times[min(times.count - 1, Int(Double(times.count) * share))] * 100).rounded() / 100
        }
        print(
            #"{"measure": "\#(name)", "runs": \#(times.count), "p50Milliseconds": \#(at(0.5)), "#
                + #""p95Milliseconds": \#(at(0.95)), "p99Milliseconds": \#(at(0.99))}"#)
    }

    private static func fill(_ customer: ServiceFixture, _ nodes: Int, _ edges: Int) async throws {
        let statements = [
            """
            insert into customer (customer_id, revision, founded_at, name, changed_at)
            select 'party-' || n, 1, now(), 'Company ' || n, now() from generate_series(1, \(nodes)) n
            """,
            """
            insert into account (source, code, customer_id, homing_revision, name, said_at, first_at, own_id)
            select 'erp', 'C' || n, 'party-' || n, 1, 'Company ' || n, 0, 0, 'party-' || n from generate_series(1, \(nodes)) n
            """,
            """
            insert into graph_node (role, source, code, own_id)
            select 'customer', 'erp', 'C' || n, 'party-' || n from generate_series(1, \(nodes)) n
            """,
            // Nine of ten ties anywhere, one of ten to few: hubs as forwarders and ports are. A tenth says who owns whom,
            // always a smaller number a larger one, in groups of about five.
            """
            insert into relation (relation_id, from_node, to_node, kind, origin, weight, weighed_at, evidence)
            select 'r' || n, f.node, t.node,
                (array['ships-to', 'pays-for', 'supplies', 'competes-with', 'same-contact'])[1 + n % 5], 'inferred',
                1 + n % 50, now() - n % 300 * interval '1 day', 1 + n % 9
            from (select n, 1 + floor(random() * \(nodes))::int as a,
                case when n % 10 = 0 then 1 + floor(power(random(), 6) * \(nodes))::int
                    else 1 + floor(random() * \(nodes))::int end as b
                from generate_series(1, \(edges)) n) e
            join graph_node f on f.code = 'C' || a join graph_node t on t.code = 'C' || b where a <> b
            """,
            """
            insert into relation (relation_id, from_node, to_node, kind, origin, weight, weighed_at, share)
            select 'o' || n, f.node, t.node, 'parent-of', 'declared', 1, now(), 0.6
            from generate_series(1, \(nodes)) n
            join graph_node f on f.code = 'C' || (n - n % 5) join graph_node t on t.code = 'C' || n where n % 5 > 0
            """,
            """
            insert into account_month select 'erp', 'C' || n, date '2025-06-01' + m * 31, 'CNY', m + 1, 1000 * m + n % 999
            from generate_series(1, \(nodes)) n, generate_series(0, 5) m on conflict do nothing
            """,
            """
            insert into invoice_replica (source, invoice_id, code, amount, open_amount, currency, issued_at, due_at)
            select 'erp', 'I' || n || '-' || m, 'C' || n, 100, 50 * m, 'CNY', now(), now()
            from generate_series(1, \(nodes)) n, generate_series(0, 2) m
            """,
            """
            insert into value_order (source, order_id, revision, customer_code, business_line, day, revenue,
                costed_revenue, cost)
            select 'erp', 'O' || n || '-' || m, 1, 'C' || n, 'air-freight', current_date - m, 100, 100, 90
            from generate_series(1, \(nodes)) n, generate_series(0, 4) m
            """,
            """
            insert into credit_figure (customer_id, state, exposure, credit_limit, available, currency, told_at)
            select 'party-' || n, 'ok', 10, 100, 90, 'CNY', now() from generate_series(1, \(nodes)) n
            """,
            """
            insert into interaction (source, channel, interaction_id, code, person_id, said_by, happened_at)
            select 'erp', 'phone', 'X' || n || '-' || m, 'C' || n, 'p' || n, 'li.wei', now()
            from generate_series(1, \(nodes)) n, generate_series(0, 2) m
            """,
            """
            insert into timeline (source, event_id, account_source, code, kind, detail, happened_at)
            select 'sales', 'T' || n || '-' || m, 'erp', 'C' || n, 'order anomaly raised', 'odd', now()
            from generate_series(1, \(nodes)) n, generate_series(0, 2) m
            """,
            """
            insert into class (customer_id, dimension, value, valid_from, valid_to, reason, model, recorded_at)
            select 'party-' || n, 'dimension ' || d, 'value', date '2026-01-01' + v * 31,
                case when v < 2 then date '2026-01-31' + v * 31 end, 'measured', 1, now()
            from generate_series(1, \(nodes)) n, generate_series(1, 11) d, generate_series(0, 2) v
            """, "analyze",
        ]
        for statement in statements {
            try await customer.pool.withTransaction { transaction in
                _ = try transaction.execute("set local statement_timeout = 0")
                _ = try transaction.execute(SQL(stringLiteral: statement))
            }
        }
    }
}
