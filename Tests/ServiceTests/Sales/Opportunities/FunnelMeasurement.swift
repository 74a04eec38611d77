import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private enum FunnelSize {
    /// How many changes there are to be, as asked for.
    static let asked = Int(ProcessInfo.processInfo.environment["WAYBILL_BENCH_FUNNEL"] ?? "")
}

/// How long the funnel of a day takes: asked for by `Benchmarks/funnel.sh`, never part of the tests.
///
/// Five changes an opportunity, over three years, in 34 branches with fifteen sellers each; one of two is never decided, so that
/// many are open. The buckets are made of the spans by SQL, apart from the service's own way, and what is told is compared with
/// the spans themselves.
@Suite(
    "Measured: the funnel of any day", .enabled(if: FunnelSize.asked != nil, "set WAYBILL_BENCH_FUNNEL=CHANGES"),
    .serialized, .service(SalesService.definition))
struct FunnelMeasurement {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static let branches = Organisation.standard.branches.map(\.code)

    private static func fill(_ changes: Int) -> [String] {
        let divisions = Organisation.standard.divisions
        let nodes =
            ["('WL', 'group', null)"]
            + divisions.flatMap { division in
                ["('\(division.code)', 'division', 'WL')"]
                    + division.branches.map { "('\($0.code)', 'branch', '\(division.code)')" }
            }
        let keys = "branch, owner, team, state, stage, currency"
        return [
            """
            insert into organisation_node (node, valid_from, kind, parent, name, nature, revision)
            select node, date '2020-01-01', kind, parent, node, 'business', 1
            from (values \(nodes.joined(separator: ", "))) as t(node, kind, parent)
            """,
            """
            insert into opportunity_span (source, opportunity_id, from_day, until_day, revision, state, team, stage, owner,
                branch, amount, margin, currency)
            select 'crm', 'O' || n, d.began + (m - 1) * d.pace,
                case when m = 5 then date 'infinity' else d.began + m * d.pace end, m,
                case when m = 5 and n % 2 = 0 then (array['won', 'lost'])[1 + n / 2 % 2] else 'open' end, '*',
                (array['qualification', 'analysis', 'proposal', 'negotiation', 'negotiation'])[m],
                'seller-' || n % \(branches.count) || '-' || n / 7 % 15,
                (array['\(branches.joined(separator: "', '"))'])[1 + n % \(branches.count)],
                100 + (n * 13 + m * 7) % 9000, 10, (array['CNY', 'CNY', 'CNY', 'USD'])[1 + n % 4]
            from generate_series(1, \(changes / 5)) n,
                lateral (select date '2023-07-01' + n * 7919 % 1000 as began, 3 + n % 30 as pace) d,
                generate_series(1, 5) m
            """,
            """
            insert into funnel_bucket (grain, first_day, \(keys), deals, without_amount, amount, margin)
            select g.grain, date_trunc(g.grain, c.day::timestamp)::date, \(keys), sum(c.sign), 0, sum(c.sign * amount),
                sum(c.sign * margin)
            from (
                select \(keys), amount, margin, from_day as day, 1 as sign from opportunity_span
                union all
                select \(keys), amount, margin, until_day, -1 from opportunity_span where until_day <> date 'infinity'
            ) c, (values ('day'), ('month'), ('year')) as g(grain)
            group by 1, 2, 3, 4, 5, 6, 7, 8
            """, "analyze",
        ]
    }

    @Test("prints a line of JSON for each who asks")
    func measure() async throws {
        let changes = try #require(FunnelSize.asked)
        let app = try await sales.enforceScopes()
        for statement in Self.fill(changes) {
            try await sales.pool.withTransaction { transaction in
                try transaction.execute("set local statement_timeout = 0")
                try transaction.script(statement)
            }
        }
        let division = try #require(Organisation.standard.divisions.first)
        let first = OpportunitySaid.day("2023-07-01")
        let branch = ScopedAsker(nodes: [Self.branches[0]])
        let asked: [(name: String, values: [String: String], asker: ScopedAsker?)] = [
            ("group", [:], nil), ("division", ["node": division.code], nil), ("branch", [:], branch),
        ]
        for (name, values, asker) in asked {
            var times: [Double] = []
            for run in 0..<110 {
                let day = first.adding(days: run * 7_919 % 1_100)
                let values = values.merging(["on": day.description]) { first, _ in first }
                let started = ContinuousClock.now
                let table: QueryTable
                if let asker {
                    table = try await sales.ask(
                        "funnel.on", values, as: asker, by: app, at: OpportunitySaid.time("2026-07-01"))["funnel"]
                } else {
                    table = try await sales.ask("funnel.on", values)["funnel"]
                }
                let taken = ContinuousClock.now - started
                // Until the server plans once for all.
                if run >= 10 {
                    times.append(
                        Double(taken.components.attoseconds) / 1e15 + Double(taken.components.seconds) * 1_000)
                }
                if name == "group", run % 20 == 0 { try await compare(table, on: day) }
            }
            times.sort()
            print(
                #"{"measure": "funnel.on", "asked": "\#(name)", "changes": \#(changes), "runs": \#(times.count), "#
                    + #""medianMilliseconds": \#(times[times.count / 2]), "p99Milliseconds": \#(times[times.count * 99 / 100])}"#
            )
        }
    }

    private func compare(_ table: QueryTable, on day: CalendarDay) async throws {
        let wanted = try await sales.rows(
            """
            select stage || ' ' || currency || ' ' || count(*) from opportunity_span
            where state = 'open' and from_day <= date '\(day)' and until_day > date '\(day)' group by stage, currency
            """
        ).compactMap { $0[0] }
        let (stages, currencies, deals) = (table.column("stage"), table.column("currency"), table.column("deals"))
        let told = table.rows.indices.map { "\(stages[$0] ?? "") \(currencies[$0] ?? "") \(deals[$0] ?? "")" }
        #expect(told.sorted() == wanted.sorted(), "\(day)")
    }
}
