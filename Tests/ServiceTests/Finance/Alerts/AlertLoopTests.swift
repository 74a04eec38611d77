import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("What people do about alerts")
struct AlertLoopPolicyTests {
    private static let day = CalendarDay("2026-03-03") ?? CalendarDay(daysSinceEpoch: 0)

    private func alert(owner: String? = "li.wei") -> AlertCase {
        AlertCase(
            reference: MarginAlertReference(
                alertId: "A1", level: .order, severity: .negative, orderId: "O1", source: "erp", customerId: "CU1",
                customerCode: "C1", businessLine: "air-freight", branch: "KS01", salesOwner: owner),
            diagnoseBy: Self.day, isCleared: false, escalatedTo: nil)
    }

    private func diagnosis(_ recoverBy: String = "2026-04-01", by login: String = "li.wei") throws -> DiagnoseAlert {
        DiagnoseAlert(
            alertId: "A1", reason: .cost, plan: "ask another carrier", recoverBy: try #require(CalendarDay(recoverBy)),
            by: login)
    }

    @Test(
        "a deadline counts working days: over a weekend, and over the New Year's week of 2026",
        arguments: [
            ("2026-03-02", 2, "2026-03-04"), ("2026-03-06", 1, "2026-03-09"), ("2026-03-07", 0, "2026-03-09"),
            ("2026-03-04", 0, "2026-03-04"), ("2026-02-13", 1, "2026-02-14"),
        ])
    func deadlines(_ raised: String, _ days: Int, _ expected: String) throws {
        #expect(AlertDeadline.day(days, after: try #require(CalendarDay(raised))) == CalendarDay(expected))
    }

    @Test(
        "the owner, the manager and the director may diagnose; others may not",
        arguments: [("li.wei", true), ("manager.ks01", true), ("finance.director", true), ("manager.sh01", false)])
    func whoMay(_ login: String, _ may: Bool) throws {
        var alert = alert()
        let command = try diagnosis(by: login)
        do throws(Refusal) {
            try AlertLoopPolicy.diagnose(&alert, command, Superiors(Authority()), on: Self.day)
            #expect(may)
        } catch {
            #expect(!may && error.reason == .notAuthorised)
        }
    }

    @Test("what a manager sells himself goes to the director; what nobody sold, to the manager")
    func managers() {
        let authority = Authority(managers: ["wang.fang": "chen.li"])
        #expect(authority.manager(of: "li.wei", branch: "KS01", on: Self.day) == "manager.ks01")
        #expect(authority.manager(of: nil, branch: "KS01", on: Self.day) == "manager.ks01")
        #expect(authority.manager(of: "manager.ks01", branch: "KS01", on: Self.day) == "finance.director")
        #expect(authority.manager(of: "wang.fang", branch: "KS01", on: Self.day) == "chen.li")
        #expect(authority.manager(of: "li.wei", branch: "??", on: Self.day) == "finance.director")
    }

    @Test(
        "where an organisation is recorded it goes along that of the day: the manager, then up; by the file to nobody in it"
    )
    func organisation() throws {
        let start = try #require(CalendarDay("2026-01-01"))
        let first = try #require(CalendarDay("2026-03-01"))
        func person(
            _ login: String, _ node: String, _ manager: String?, from: CalendarDay? = nil, until: CalendarDay? = nil
        ) -> PersonRecord {
            PersonRecord(login: login, name: login, node: node, manager: manager, from: from ?? start, until: until)
        }
        func node(_ id: String, _ kind: NodeKind, _ parent: String?) -> NodeRecord {
            NodeRecord(id: id, kind: kind, parent: parent, from: start, englishName: id)
        }
        let book = OrganisationBook(
            known: [node("G", .group, nil), node("EAST", .division, "G"), node("KS01", .branch, "EAST")],
            [
                person("ceo", "G", nil), person("head", "EAST", "ceo"), person("chief", "KS01", "head"),
                // Another manager from 1 March on.
                person("li.wei", "KS01", "chief", until: first.adding(days: -1)),
                person("li.wei", "KS01", "lead", from: first), person("lead", "KS01", "chief", until: Self.day),
                person("alone", "KS01", nil),
            ])
        let superiors = Superiors(Authority(managers: ["li.wei": "of.the.file"]), book)
        func manager(_ owner: String?, _ branch: String = "KS01", on day: CalendarDay = Self.day) -> String {
            superiors.manager(of: owner, branch: branch, on: day)
        }
        #expect(manager("li.wei", on: first.adding(days: -1)) == "chief" && manager("li.wei") == "lead")
        // The manager has left: who is above.
        #expect(manager("li.wei", on: Self.day.adding(days: 1)) == "chief")
        #expect(manager("chief") == "head" && manager("head") == "ceo")
        #expect(manager("ceo") == "finance.director")
        // Of nobody, and of who is not recorded: the head of the branch; of two without a manager who manages somebody.
        #expect(manager(nil) == "chief" && manager("stranger") == "chief" && manager("alone") == "chief")
        #expect(manager(nil, "nowhere") == "finance.director")
        #expect(superiors.mayHandle("lead", owner: "li.wei", escalatedTo: nil, branch: "KS01", on: Self.day))
        #expect(!superiors.mayHandle("of.the.file", owner: "li.wei", escalatedTo: nil, branch: "KS01", on: Self.day))
    }

    @Test("a plan for yesterday, and the same said twice, are refused")
    func badDiagnoses() throws {
        var alert = alert()
        let late = try diagnosis("2026-03-02")
        #expect(throws: Refusal.self) {
            try AlertLoopPolicy.diagnose(&alert, late, Superiors(Authority()), on: Self.day)
        }
        #expect(alert.diagnosis == nil)
        try AlertLoopPolicy.diagnose(&alert, diagnosis(), Superiors(Authority()), on: Self.day)
        let same = try diagnosis()
        let refusal = #expect(throws: Refusal.self) {
            try AlertLoopPolicy.diagnose(&alert, same, Superiors(Authority()), on: Self.day)
        }
        #expect(refusal?.reason == .wrongState)
    }

    @Test("an alert is closed only after its diagnosis, once, and accepted only by those above")
    func closing() throws {
        var alert = alert()
        func reason(_ outcome: AlertVerdict, by login: String) -> Reason? {
            do throws(Refusal) {
                _ = try AlertLoopPolicy.close(
                    &alert, CloseAlert(alertId: "A1", outcome: outcome, by: login), Superiors(Authority()), on: Self.day
                )
                return nil
            } catch {
                return error.reason
            }
        }
        #expect(reason(.stopped, by: "li.wei") == .wrongState)
        try AlertLoopPolicy.diagnose(&alert, diagnosis(), Superiors(Authority()), on: Self.day)
        #expect(reason(.accepted, by: "li.wei") == .notAuthorised)
        #expect(reason(.accepted, by: "manager.ks01") == nil)
        #expect(reason(.error, by: "manager.ks01") == .wrongState)
    }

    @Test("who may approve what is read from a file, which is refused when it contradicts itself")
    func authorityFile() throws {
        let json = #"""
            {"director": "cfo", "managers": [{"login": "li.wei", "manager": "zhao.min"}],
             "approvers": [{"login": "zhao.min", "tier": "lead"}],
             "tiers": [{"name": "lead", "cap": "5000", "currency": "CNY", "days": 7}]}
            """#
        let authority = try Authority(json: Array(json.utf8), organisation: .standard)
        #expect(authority.manager(of: "li.wei", branch: "KS01", on: Self.day) == "zhao.min")
        #expect(authority.tier(of: "zhao.min", branch: nil, on: Self.day)?.cap == .of("5000"))
        #expect(authority.tier(of: "manager.ks01", branch: "KS01", on: Self.day) == nil)
        let unknown = #"{"approvers": [{"login": "zhao.min", "tier": "king"}]}"#
        #expect(throws: Refusal.self) { try Authority(json: Array(unknown.utf8), organisation: .standard) }
    }
}

@Suite("The alert loop over its tables", .service(try financeDefinition()))
struct AlertLoopTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    /// An order that loses money, and its alert.
    private func badOrder(_ finance: ServiceFixture, _ id: String = "O1") async throws -> String {
        let outcome = try await finance.handle([.init("p-\(id)", OrderPlaced(makeOrder(id, [("100", "150")])))])
        return try #require(try outcome.events(MarginAlertRaised.self).first).alertId
    }

    private func diagnose(
        _ alertId: String, by login: String = "li.wei", recoverBy: String = "2026-03-20", _ reason: MarginReason = .cost
    ) throws -> DiagnoseAlert {
        DiagnoseAlert(
            alertId: alertId, reason: reason, plan: "ask another carrier",
            recoverBy: try #require(CalendarDay(recoverBy)), by: login)
    }

    @Test("nobody diagnoses: at the end of the deadline's day it goes to the manager, once")
    func escalation() async throws {
        let alert = try await badOrder(finance)
        let early = try await finance.run("alerts.escalate", at: "2026-03-03T23:59:59+08:00")
        #expect(early.published.isEmpty)
        let late = try await finance.run("alerts.escalate", at: "2026-03-04T23:59:59+08:00")
        let event = try #require(try late.events(MarginAlertEscalated.self).first)
        #expect(event.alert.alertId == alert && event.escalatedTo == "manager.ks01" && event.delay == .diagnosis)
        #expect(event.dueOn == CalendarDay("2026-03-04"))
        let said = try #require(try late.said().first)
        #expect(try late.said().count == 1 && said.kind == "margin-alert-escalated" && said.isChange)
        #expect(said.content?.owner == "li.wei" && said.content?.alsoTo == ["manager.ks01"])
        #expect(said.content?.severity == .critical && said.content?.dueAt == nil)
        #expect(said.fact("margin") == "-50.00" && said.fact("delay") == "diagnosis")
        #expect(early.notices.isEmpty)
        #expect(try await finance.run("alerts.escalate", at: "2026-03-05T23:59:59+08:00").published.isEmpty)
        // The manager's list shows it, the owner's no more.
        #expect(try await finance.ask("alerts.list", ["owner": "manager.ks01"]).first?.rows.count == 1)
        #expect(try await finance.ask("alerts.list", ["owner": "li.wei"]).first?.rows.isEmpty == true)
    }

    @Test("an alert is said to its owner with its day and what to type, changed by a diagnosis, and taken back")
    func notices() async throws {
        let placed = try await finance.handle([.init("p", OrderPlaced(makeOrder("O1", [("100", "150")])))])
        let alert = try #require(try placed.events(MarginAlertRaised.self).first).alertId
        let raised = try #require(try placed.said().first)
        #expect(try placed.said().count == 1 && raised.kind == "margin-alert" && raised.cause == "p")
        let content = try #require(raised.content)
        #expect(content.about == NoticeObject(kind: "margin-alert", identifier: alert))
        #expect(content.owner == "li.wei" && content.node == "KS01" && content.severity == .urgent)
        #expect(content.dueAt == Timestamp("2026-03-04T23:59:59.999999+08:00"))
        #expect(
            content.next == "waybill alerts diagnose \(alert) --reason REASON --plan PLAN --recover-by DAY")
        // What a margin tells is for who may see margins; what is at stake is the revenue.
        #expect(content.atStake == .of("100") && content.currency == .cny)
        #expect(content.facts.filter { $0.name == "margin" }.map(\.field) == ["margin"])
        #expect(content.facts.filter { $0.name == "cost" }.map(\.field) == ["cost"])
        let diagnosed = try await finance.handle(
            [.init("d", try diagnose(alert))], at: "2026-03-03T10:00:00+08:00")
        let change = try #require(try diagnosed.said().first)
        #expect(change.id == raised.id && change.kind == "margin-alert-diagnosed" && change.revision > raised.revision)
        #expect(change.content?.dueAt == Timestamp("2026-03-20T23:59:59.999999+08:00"))
        let better = try await finance.handle(
            [.init("q", OrderChanged(makeOrder("O1", revision: 2, [("200", "150")])))],
            at: "2026-03-05T10:00:00+08:00")
        let end = try #require(try better.said().first)
        #expect(end.id == raised.id && end.clearing == "recovered" && end.revision > change.revision)
    }

    @Test("an order that is taken and earns enough says nothing to anybody")
    func silence() async throws {
        let outcome = try await finance.handle([.init("p", OrderPlaced(makeOrder("O1", [("150", "100")])))])
        #expect(try outcome.events(OrderDecided.self).map(\.decision) == [.accepted])
        #expect(outcome.notices.isEmpty)
    }

    @Test("a diagnosis in time stays with its owner, until the day of the plan has passed")
    func plan() async throws {
        let alert = try await badOrder(finance)
        let outcome = try await finance.handle([.init("d", try diagnose(alert))])
        let said = try #require(try outcome.events(MarginAlertDiagnosed.self).first)
        #expect(said.reason == .cost && said.diagnoseBy == CalendarDay("2026-03-04") && said.by == "li.wei")
        #expect(outcome.published.first?.envelope.causationID == "d")
        #expect(try await finance.run("alerts.escalate", at: "2026-03-19T23:59:59+08:00").published.isEmpty)
        let late = try await finance.run("alerts.escalate", at: "2026-03-20T23:59:59+08:00")
        #expect(try late.events(MarginAlertEscalated.self).map(\.delay) == [.recovery])
        #expect(try await finance.run("alerts.escalate", at: "2026-03-23T23:59:59+08:00").published.isEmpty)
    }

    @Test("what has recovered ends by itself and escalates no more; what was closed is not raised again")
    func ends() async throws {
        let first = try await badOrder(finance)
        let second = try await badOrder(finance, "O2")
        let good = try await finance.handle([.init("c1", OrderChanged(makeOrder("O1", revision: 2)))])
        #expect(try good.events(MarginAlertCleared.self).map(\.alertId) == [first])
        try await finance.handle([.init("d", try diagnose(second))])
        let closed = try await finance.handle([
            .init("x", CloseAlert(alertId: second, outcome: .accepted, note: "as agreed", by: "manager.ks01"))
        ])
        #expect(try closed.events(MarginAlertClosed.self).map(\.reason) == [.cost])
        // Worse, and still negative: it was accepted, and is no news.
        let worse = try await finance.handle([
            .init("c2", OrderChanged(makeOrder("O2", revision: 2, [("100", "160")])))
        ])
        #expect(try worse.events(MarginAlertRaised.self).isEmpty)
        #expect(try await finance.run("alerts.escalate", at: "2026-04-04T23:59:59+08:00").published.isEmpty)
        #expect(try await finance.ask("alerts.list").first?.rows.isEmpty == true)
        // What people have closed is open nowhere.
        let summary = try #require(try await finance.ask("summary").first { $0.name == "margin alerts" })
        #expect(summary.rows.map { Array($0.values.suffix(2)) } == [["0", "2"]])
        let order = try #require(try await finance.ask("orders.show", ["orderId": "O2"]).first)
        let place = try #require(order.columns.firstIndex { $0.name == "alert" })
        #expect(order.rows.map { $0.values[place] } == [nil])
        #expect(
            try await finance.rows("select outcome from alert order by order_id") == [["recovered"], ["accepted"]])
    }

    @Test("bad commands are refused, each with its reason, and change nothing")
    func refusals() async throws {
        let alert = try await badOrder(finance)
        let outcome = try await finance.handle([
            .init("1", try diagnose("nothing")), .init("2", try diagnose(alert, by: "somebody")),
            .init("3", try diagnose(alert, recoverBy: "2026-03-01")),
            .init("4", CloseAlert(alertId: alert, outcome: .error, by: "li.wei")),
        ])
        #expect(
            outcome.refused.mapValues(\.reason) == [
                0: .notFound, 1: .notAuthorised, 2: .contradictoryTimes, 3: .wrongState,
            ])
        #expect(outcome.published.isEmpty)
        #expect(try await finance.rows("select reason, outcome, due_on from alert") == [[nil, nil, "2026-03-04"]])
    }

    @Test("the same command twice, and two people at once, end in one diagnosis each and one end")
    func concurrent() async throws {
        let alert = try await badOrder(finance)
        let diagnosis = try diagnose(alert)
        try await finance.handle([.init("d", diagnosis)])
        #expect(try await finance.handle([.init("d", diagnosis)]).duplicates == 1)
        let outcomes = try await withThrowingTaskGroup(of: ServiceFixture.Outcome.self) { group in
            for copy in 0..<4 {
                group.addTask {
                    try await finance.retrying([
                        .init("x\(copy)", CloseAlert(alertId: alert, outcome: .stopped, by: "manager.ks01"))
                    ])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(try outcomes.flatMap { try $0.events(MarginAlertClosed.self) }.count == 1)
        #expect(outcomes.flatMap { $0.refused.values.map(\.reason) } == [.wrongState, .wrongState, .wrongState])
    }

    @Test("more than one transaction holds is escalated in several, all of it")
    func many() async throws {
        for number in 1...5 { _ = try await badOrder(finance, "O\(number)") }
        let handlers = AlertLoopHandlers(authority: Authority())
        let due = try #require(Timestamp("2026-03-04T23:59:59+08:00"))
        let left = try await finance.pool.withTransaction { transaction in
            var effects = Effects(now: due, source: "waybill/finance", wallClock: due)
            let item = ScheduledItem(task: "alerts.escalate", key: "", due: due)
            try handlers.escalate([item], limit: 2, transaction, &effects)
            try handlers.escalate([item], limit: 2, transaction, &effects)
            try handlers.escalate([item], limit: 2, transaction, &effects)
            let events = effects.published.filter { $0.envelope.type == MarginAlertEscalated.type }
            #expect(events.count == 5 && effects.published.count == 10)
            return events.count
        }
        #expect(left == 5)
        #expect(try await finance.rows("select count(*) from alert where escalated_to is null") == [["0"]])
    }
}
