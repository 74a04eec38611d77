import CaseClocks
import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of clocks: worked out when it is asked, of what was said.
struct ClockQueries: Sendable {
    let policies: ClockPolicies

    var all: [Query] {
        [
            Query(DeskQuestions.clocks, clocks), Query(DeskQuestions.events, events),
            Query(DeskQuestions.policyChanged, policyChanged), Query(DeskQuestions.told, ClockStore.list),
        ]
    }

    /// Which complaints are meant, over the complaint `c`.
    private static func meant(_ arguments: QueryArguments) throws -> SQL {
        let state = try arguments.required("state")
        return """
            (\(state) = 'all' or c.state <> 'closed')
            and c.complaint_id = coalesce(\(arguments["complaintId"].postgresBind)::text, c.complaint_id)
            """
    }

    private static func ofSource(_ arguments: QueryArguments, _ column: SQL) -> SQL {
        "\(column) = coalesce(\(arguments["source"].postgresBind)::text, \(column))"
    }

    func clocks(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let at = try arguments.time("at")
        let accounts = try arguments.accounts(
            among: "select customer_source as source, customer_code as code from complaint", transaction)
        let scope: SQL =
            if let accounts {
                """
                (c.customer_source, c.customer_code) in (
                    select * from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))))
                """
            } else {
                Self.ofSource(arguments, "c.source")
            }
        let meant: SQL = """
            select c.opened_at, c.source, c.complaint_id, c.branch from complaint c
            where \(try Self.meant(arguments)) and \(scope)
            """
        let selection = try arguments.selection(of: "clocks", meant, order: "opened_at, source, complaint_id")
        let (page, found) = try arguments.reading("clocks", transaction) {
            let page = try transaction.query(
                """
                select s.source, s.complaint_id, s.opened_at::text from (\(selection)) s
                order by s.opened_at, s.source, s.complaint_id
                """, as: (String, String, String).self)
            let keys = page.map { ComplaintKey(source: $0.0, complaintId: $0.1) }
            return (page, try ClockStore.facts(of: keys, transaction))
        }
        var bench = ClockBench(policies, for: found)
        let rows = found.map { Self.row($0, bench.clocks(of: $0, at: at), at: at) }
        return [
            try arguments.table(
                "clocks", selected: rows, keys: page.map { [$0.2, $0.0, $0.1] }, of: meant, transaction)
        ]
    }

    private static func row(_ facts: ComplaintFacts, _ clocks: ComplaintClocks, at now: Timestamp) -> [String?] {
        let (answer, containment, resolution) = (clocks[.firstAnswer], clocks[.containment], clocks[.resolution])
        let promise = facts.history.promises.last { $0.madeAt <= now }
        let broken = facts.history.promises.first { $0.madeAt <= now && $0.state(at: now) == .broken }
        return [
            shown(facts.history.openedAt), facts.key.source, facts.key.complaintId, facts.customerCode, facts.branch,
            facts.severity, String(clocks.priority), facts.history.progress.state.rawValue, word(clocks.owner),
            seconds(clocks.us), seconds(clocks.customer), seconds(clocks.supplier), resolution.target.map(seconds),
            resolution.due.map(shown), resolution.breached.map(shown), seconds(answer.used), answer.due.map(shown),
            answer.breached.map(shown), answer.end.map(shown), seconds(containment.used),
            containment.due.map(shown), containment.breached.map(shown), containment.end.map(shown),
            promise.map { shown($0.promisedAt) }, broken.map { shown($0.promisedAt) }, clocks.policyFrom.description,
        ]
    }

    private static func word(_ owner: TimeOwner) -> String {
        switch owner {
        case .us: "us"
        case .customer: "customer"
        case .supplier: "supplier"
        case .nobody: "nobody"
        }
    }

    private static func seconds(_ microseconds: Int64) -> String { String(microseconds / 1_000_000) }

    private static func shown(_ time: Timestamp) -> String { time.inZone().description }

    /// The events of each complaint in their order; the last one says only how far the time has come.
    func events(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let at = try arguments.time("at")
        let condition: SQL = "\(try Self.meant(arguments)) and \(Self.ofSource(arguments, "c.source"))"
        var rows: [[String?]] = []
        for facts in try ClockStore.facts(where: condition, transaction) where facts.history.openedAt <= at {
            let policy = policies.policy(of: facts.history.openedAt)
            let events = facts.history.events(of: .resolution, upTo: at, by: policy)
            rows += events.enumerated().map { place, event in
                ["\(facts.key)", event.at.inZone().description, event.event.rawValue, String(place + 1)]
            }
        }
        return [try arguments.table("events", rows: rows) { [$0[0] ?? "", $0[3] ?? "0"] }]
    }

    // MARK: What a policy has changed

    func policyChanged(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let at = try arguments.time("at")
        let held = try ClockStore.policies(transaction)
        let version = arguments.optionalInteger("version")
        let other = held.first { policy in
            version.map { $0 == policy.version } ?? (policy.mark != policies.mark)
        }
        let known = try arguments.table(
            "policies",
            rows: held.map {
                [String($0.version), $0.heldFrom.inZone().description, $0.mark == policies.mark ? "true" : "false"]
            })
        guard let other else {
            return [known, try arguments.table("effect", rows: []), try Self.changes([], arguments)]
        }
        let before = try ClockPolicies(json: Array(other.document.utf8))
        let state = try arguments.required("state")
        let found = try ClockStore.facts(where: "(\(state) = 'all' or c.state <> 'closed')", transaction)
        var (former, present) = (ClockBench(before, for: found), ClockBench(policies, for: found))
        var (changes, counts) = ([[String?]](), [0, 0, 0, 0, 0, 0])
        for facts in found {
            let (one, two) = (former.clocks(of: facts, at: at), present.clocks(of: facts, at: at))
            counts[0] += 1
            guard !one.isSame(as: two) else { continue }
            let (old, new) = (one[.resolution], two[.resolution])
            counts[1] += 1
            if let first = old.due, let second = new.due, first != second { counts[second < first ? 2 : 3] += 1 }
            if (old.breached == nil) != (new.breached == nil) { counts[old.breached == nil ? 4 : 5] += 1 }
            changes.append([
                String(changes.count + 1), Self.shown(facts.history.openedAt), facts.key.source,
                facts.key.complaintId, String(one.priority), String(two.priority), Self.seconds(old.used),
                Self.seconds(new.used), old.due.map(Self.shown), new.due.map(Self.shown),
                old.breached.map(Self.shown), new.breached.map(Self.shown),
            ])
        }
        return [
            known, try arguments.table("effect", rows: [counts.map(String.init)]),
            try Self.changes(changes, arguments),
        ]
    }

    private static func changes(_ rows: [[String?]], _ arguments: QueryArguments) throws -> QueryTable {
        try arguments.table("changed complaints", rows: rows) { [$0[0] ?? "0"] }
    }
}
