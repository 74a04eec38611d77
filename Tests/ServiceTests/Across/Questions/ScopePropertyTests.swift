import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Simulation
import Testing

/// A group of made-up divisions, branches and people, some of which move, and business at random places on random days.
private struct MadeUpGroup {
    /// What somebody has, or what is of a branch: by its number.
    struct Thing {
        let number: Int
        let owner: String?
        let branch: String
        let day: CalendarDay
    }

    static let today = CalendarDay(daysSinceEpoch: 20_515)
    /// A branch that nobody has recorded: what is there is the group's.
    static let nowhere = "ZZ99"

    /// Where each branch belongs, from which day on.
    private var places: [String: [(from: CalendarDay, division: String)]] = [:]
    /// Where each seller belongs, from which day on.
    private var sellers: [String: [(from: CalendarDay, branch: String)]] = [:]
    private(set) var divisions: [String] = []
    private(set) var things: [Thing] = []

    init(seed: UInt64, things count: Int = 60) {
        var random = RandomSource(seed: seed)
        let begin = Self.today.adding(days: -700)
        func move() -> CalendarDay { Self.today.adding(days: -1 - random.below(40)) }
        divisions = (1...(2 + random.below(3))).map { "D\($0)" }
        for number in 1...(3 + random.below(5)) {
            let branch = "B\(number)"
            places[branch] = [(begin, divisions[random.below(divisions.count)])]
            if random.happens(0.5) { places[branch]?.append((move(), divisions[random.below(divisions.count)])) }
            for place in 1...2 { sellers["s\(number).\(place)"] = [(begin, branch)] }
        }
        let branches = places.keys.sorted()
        for seller in sellers.keys.sorted() where random.happens(0.3) {
            sellers[seller]?.append((move(), branches[random.below(branches.count)]))
        }
        for number in 1...count {
            let branch = random.happens(0.1) ? Self.nowhere : branches[random.below(branches.count)]
            let logins = self.logins
            things.append(
                Thing(
                    number: number, owner: random.happens(0.2) ? nil : logins[random.below(logins.count)],
                    branch: branch, day: Self.today.adding(days: -random.below(60))))
        }
    }

    /// Who sells.
    var logins: [String] { sellers.keys.sorted() }

    /// Who leads a division.
    static func head(_ division: String) -> String { "head.\(division.lowercased())" }

    /// The division of a branch on a day; none of one that nobody has recorded.
    func division(_ branch: String, on day: CalendarDay) -> String? {
        places[branch]?.last { $0.from <= day }?.division
    }

    /// Where a seller belongs today.
    func branch(_ seller: String) -> String? { sellers[seller]?.last { $0.from <= Self.today }?.branch }

    /// The organisation and a policy, as a service keeps them.
    var people: String {
        func quoted(_ text: String?) -> String { text.map { "'\($0)'" } ?? "null" }
        func periods<Place>(_ life: [(from: CalendarDay, Place)]) -> [(CalendarDay, CalendarDay?, Place)] {
            life.enumerated().map { index, one in
                (one.from, index + 1 < life.count ? life[index + 1].from.adding(days: -1) : nil, one.1)
            }
        }
        var nodes = ["('G', '2020-01-01', null, 'group', null, 'G', 'business', 1)"]
        nodes += divisions.map { "('\($0)', '2020-01-01', null, 'division', 'G', '\($0)', 'business', 1)" }
        for (branch, life) in places.sorted(by: { $0.key < $1.key }) {
            nodes += periods(life.map { (from: $0.from, $0.division) }).map { from, until, division in
                "('\(branch)', '\(from)', \(quoted(until?.description)), 'branch', '\(division)', '\(branch)', 'business', 1)"
            }
        }
        var persons = divisions.map { "('\(Self.head($0))', '2020-01-01', null, 'h', '\($0)', 1)" }
        for (login, life) in sellers.sorted(by: { $0.key < $1.key }) {
            persons += periods(life.map { (from: $0.from, $0.branch) }).map { from, until, branch in
                "('\(login)', '\(from)', \(quoted(until?.description)), 's', '\(branch)', 1)"
            }
        }
        let roles =
            divisions.map { (Self.head($0), "division-head") } + logins.map { ($0, "division-head") }
            + [("director", "executive")]
        let document = """
            {"version": 1, "lines": [
                {"line": "division", "role": "division-head", "right": "see", "kinds": "*", "scope": "division"},
                {"line": "all", "role": "executive", "right": "see", "kinds": "*", "scope": "all",
                    "fields": ["cost", "margin", "purchase-rate", "personal-data"]}],
             "people": [\(roles.map { #"{"login": "\#($0.0)", "roles": ["\#($0.1)"]}"# }.joined(separator: ", "))]}
            """
        return """
            insert into organisation_node (node, valid_from, valid_until, kind, parent, name, nature, revision)
            values \(nodes.joined(separator: ", "));
            insert into organisation_person (login, valid_from, valid_until, name, node, revision)
            values \(persons.joined(separator: ", "));
            insert into permission_policy (version, document, set_by, set_at, reason)
            values (1, '\(document)', 'zhou.min', now(), 'test');
            update people_mark set mark = gen_random_uuid();
            """
    }

    /// All things as the rows `t` (n, owner, branch, day) of a statement.
    var rows: String {
        let values = things.map { thing in
            "(\(thing.number), \(thing.owner.map { "'\($0)'" } ?? "null::text"), '\(thing.branch)', date '\(thing.day)')"
        }
        return "(values \(values.joined(separator: ", "))) as t(n, owner, branch, day)"
    }
}

/// A list that is asked, and how its rows come about and are hidden.
private struct AskedList: Sendable {
    let question: String
    let table: String
    /// The column by which a thing's number is found.
    let key: String
    var values: [String: String] = ["state": "all"]
    /// Whether what is listed stays where its branch was on its day; else it is where that is today.
    var isOfItsDay = false
    /// What changes every hidden figure.
    let hide: String?
    /// Whether its sums need a right, so that nobody without it may ask by them.
    var isHiddenAmount = false
}

/// Whatever the organisation: the parts that people see are all that there is, each where it was on its day, and what is hidden from
/// somebody changes nothing of what this one is told.
@Suite("What the parts see, in random organisations", .services)
struct ScopePropertyTests {
    private static let now = Timestamp("\(MadeUpGroup.today)T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)

    private static let lists: [(service: ServiceName, fill: @Sendable (String) -> String, lists: [AskedList])] = [
        (
            .finance,
            { rows in
                """
                insert into account (source, code, customer_id, name, branch, sales_owner, revision)
                select 'erp', 'C' || n, 'party-' || n, 'Company ' || n, branch, owner, 1 from \(rows);
                insert into orders (source, order_id, version, revision, content_revision, fingerprint, is_cancelled,
                    customer_code, business_line, branch, sales_owner, placed_at, day, currency, lines, revenue,
                    known_revenue, cost, is_counted, is_provisional, low_raised, negative_raised, decision)
                select 'erp', 'T' || n, 1, 1, 1, n, false, 'C' || n, 'air-freight', branch, owner,
                    day + interval '9 hours', day, 'CNY',
                    '[{"line":1,"serviceItem":"R","quantity":"1","unit":"kg","revenue":"100","cost":"90"}]', 100 + n, 100 + n,
                    80 + n * 7 % 31, true, false, 0, 0, 'accepted'
                from \(rows);
                insert into alert (alert_id, level, severity, source, order_id, customer_id, customer_code, business_line,
                    branch, sales_owner, revenue, cost, currency, raised_at)
                select 'T' || n, 'order', 'low', 'erp', 'T' || n, 'party-' || n, 'C' || n, 'air-freight', branch, owner,
                    100 + n, 80 + n * 7 % 31, 'CNY', day + interval '9 hours'
                from \(rows);
                insert into receivable (source, invoice_id, fingerprint, customer_code, issued_at, issued_day, due_at,
                    due_day, amount, currency)
                select 'erp', 'T' || n, n, 'C' || n, day, day, day + interval '30 days', day + 30, 100 + n, 'CNY'
                from \(rows);
                """
            },
            [
                AskedList(
                    question: "orders.list", table: "orders", key: "order_id", values: [:], isOfItsDay: true,
                    hide: "update orders set cost = 300 - cost"),
                AskedList(
                    question: "alerts.list", table: "alerts", key: "alert_id", isOfItsDay: true,
                    hide: "update alert set cost = 300 - cost; update orders set cost = 300 - cost",
                    isHiddenAmount: true),
                AskedList(question: "receivables.invoices", table: "invoices", key: "invoice_id", hide: nil),
            ]
        ),
        (
            .sales,
            { rows in
                """
                insert into lead (lead_id, state, revision, owner, branch, business_line, company, source, channel, first_at,
                    last_at, touches, probability, expected_margin, currency)
                select 'T' || n, 'contacted', 1, owner, branch, 'air-freight', 'Company ' || n, 'erp', 'form', day, day, 1, 0.5,
                    n * 7 % 31, 'CNY'
                from \(rows);
                insert into opportunity (source, opportunity_id, revision, state, team, stage, stage_since, company, owner,
                    branch, business_line, amount, margin, currency, competitors, created_at, changed_at)
                select 'erp', 'T' || n, 1, 'open', '*', 'qualification', day, 'Company ' || n, owner, branch, 'air-freight',
                    100 + n, n * 7 % 31, 'CNY', '', day, day
                from \(rows);
                insert into quote_revision (quote_id, revision, state, customer_source, customer_code, owner, branch,
                    business_line, currency, amount, listed, cost, valid_until, content, changed_at)
                select 'T' || n, 1, 'priced', 'erp', 'C' || n, coalesce(owner, 'nobody'), branch, 'air-freight', 'CNY', 100 + n,
                    100 + n, 80 + n * 7 % 31, day + 90, '{}', day
                from \(rows);
                """
            },
            [
                AskedList(
                    question: "leads.list", table: "leads", key: "leadId",
                    hide: "update lead set expected_margin = 300 - expected_margin", isHiddenAmount: true),
                AskedList(
                    question: "opportunities.list", table: "opportunities", key: "opportunityId",
                    hide: "update opportunity set margin = 300 - margin"),
                AskedList(
                    question: "quotes.list", table: "quotes", key: "quoteId",
                    hide: "update quote_revision set cost = 300 - cost"),
            ]
        ),
        (
            .servicedesk,
            { rows in
                """
                insert into account (source, code, customer_id, branch, sales_owner, revision)
                select 'erp', 'C' || n, 'party-' || n, branch, owner, 1 from \(rows);
                insert into complaint (source, complaint_id, fingerprint, customer_code, category, severity, opened_at,
                    opened_by, summary, state, state_at, revision)
                select 'erp', 'T' || n, n::text, 'C' || n, 'damage', 'minor', day, 'desk', 'late', 'received', day, 1
                from \(rows);
                """
            },
            [
                AskedList(
                    question: "complaints.list", table: "complaints", key: "complaint_id", hide: nil)
            ]
        ),
    ]

    private static func ask(
        _ list: AskedList, _ more: [String: String] = [:], by login: String, _ fixture: ServiceFixture,
        _ pool: PostgresPool
    ) async throws -> QueryTable {
        let query = try #require(fixture.definition.queries.first { $0.name == list.question })
        let values = list.values.merging(["limit": "200"]) { old, _ in old }.merging(more) { _, new in new }
        return try await pool.withTransaction(isReadOnly: true) { transaction in
            try query.answer(
                values.map { QueryParameter(name: $0.key, value: $0.value) }, now: now, asker: .person(login),
                transaction)
        }[list.table]
    }

    private static func numbers(_ table: QueryTable, _ list: AskedList) -> Set<Int> {
        Set(table.column(list.key).compactMap { $0.flatMap { Int($0.dropFirst()) } })
    }

    private static func prepared(
        _ service: ServiceName, _ group: MadeUpGroup
    ) async throws -> (ServiceFixture, PostgresPool, [AskedList]) {
        let fixture = try await ServiceFixture.make(service.definition())
        let pool = try await fixture.enforceScopes()
        let (_, fill, asked) = try #require(lists.first { $0.service == service })
        let statements = [
            group.people, fill(group.rows),
            // As a service's start leaves it: without a zone an alert would have no day.
            "insert into organisation_zone (name) values ('Asia/Shanghai') on conflict do nothing",
        ]
        try await fixture.pool.withTransaction { transaction in
            for statement in statements { try transaction.script(statement) }
        }
        return (fixture, pool, asked)
    }

    @Test(
        "all divisions together see all that there is, each what was theirs on its day, and what is nobody's only the whole",
        arguments: [ServiceName.finance, .sales, .servicedesk], [1, 2] as [UInt64])
    func union(_ service: ServiceName, _ seed: UInt64) async throws {
        let group = MadeUpGroup(seed: seed)
        let (fixture, pool, asked) = try await Self.prepared(service, group)
        for list in asked {
            let place = "\(list.question), seed \(seed)"
            let whole = Self.numbers(try await Self.ask(list, by: "director", fixture, pool), list)
            #expect(whole == Set(group.things.map(\.number)), "\(place)")
            var seen: Set<Int> = []
            for division in group.divisions {
                let part = Self.numbers(
                    try await Self.ask(list, by: MadeUpGroup.head(division), fixture, pool), list)
                let wanted = Set(
                    group.things.filter { thing in
                        group.division(thing.branch, on: list.isOfItsDay ? thing.day : MadeUpGroup.today) == division
                    }.map(\.number))
                #expect(part == wanted, "\(place): \(division)")
                #expect(seen.isDisjoint(with: part), "\(place): \(division)")
                seen.formUnion(part)
            }
            let rest = Set(group.things.filter { $0.branch == MadeUpGroup.nowhere }.map(\.number))
            #expect(whole.subtracting(seen) == rest, "\(place)")
        }
    }

    @Test(
        "whoever asks less far sees a part of what they see otherwise, and of their own all",
        arguments: [ServiceName.finance, .sales, .servicedesk], [4, 5] as [UInt64])
    func nested(_ service: ServiceName, _ seed: UInt64) async throws {
        let group = MadeUpGroup(seed: seed)
        let (fixture, pool, asked) = try await Self.prepared(service, group)
        for list in asked {
            var owned: Set<Int> = []
            for login in group.logins {
                var before: Set<Int> = []
                for within in ["own", "team", "node", "division", "group"] {
                    let part = Self.numbers(
                        try await Self.ask(list, ["within": within], by: login, fixture, pool), list)
                    #expect(part.isSuperset(of: before), "\(list.question), seed \(seed): \(login) \(within)")
                    if within == "own" {
                        #expect(
                            part == Set(group.things.filter { $0.owner == login }.map(\.number)),
                            "\(list.question), seed \(seed): \(login)")
                        owned.formUnion(part)
                    }
                    before = part
                }
            }
            #expect(
                owned == Set(group.things.filter { $0.owner != nil }.map(\.number)), "\(list.question), seed \(seed)")
        }
    }

    @Test(
        "what is hidden from somebody is found by no order, page, sum or filter: other figures, the same answer",
        arguments: [ServiceName.finance, .sales], [6, 7] as [UInt64])
    func hidden(_ service: ServiceName, _ seed: UInt64) async throws {
        let group = MadeUpGroup(seed: seed)
        let (fixture, pool, asked) = try await Self.prepared(service, group)
        let askers = group.divisions.map(MadeUpGroup.head) + group.logins.prefix(2)
        for list in asked {
            guard let hide = list.hide else { continue }
            let tries: [[String: String]] = [
                [:], ["totals": "true"], ["limit": "3"], ["limit": "3", "totals": "true"], ["atLeast": "120"],
                ["atMost": "150"],
                ["from": "\(MadeUpGroup.today.adding(days: -20))"],
            ]
            /// What everybody is told of each; of what is refused, that it is.
            func told(_ logins: [String]) async throws -> [String] {
                var answers: [String] = []
                for login in logins {
                    for more in tries {
                        do {
                            let table = try await Self.ask(list, more, by: login, fixture, pool)
                            let totals = table.totals.map { "\($0)" }
                            answers.append(
                                "\(table.rows.map(\.values)) \(table.next ?? "") \(table.count ?? -1) \(totals) \(table.blanked)"
                            )
                        } catch let refusal as Refusal {
                            answers.append("\(login) \(more): \(refusal.reason.rawValue) \(refusal.path)")
                        }
                    }
                }
                return answers
            }
            let place = "\(list.question), seed \(seed)"
            let (before, whole) = (try await told(askers), try await told(["director"]))
            try await fixture.pool.withTransaction { try $0.script(hide) }
            #expect(try await told(askers) == before, "\(place)")
            // They are other figures to whoever sees them.
            #expect(try await told(["director"]) != whole, "\(place)")
            let refused = before.filter { $0.contains("not-authorised parameters.at") }.count
            #expect(refused == (list.isHiddenAmount ? askers.count * 2 : 0), "\(place)")
        }
    }
}
