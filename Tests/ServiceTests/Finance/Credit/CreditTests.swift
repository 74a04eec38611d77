import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import Simulation

@Suite("Credit", .service(try financeDefinition()))
struct CreditTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func limit(
        _ id: String, _ amount: String, customer: String? = "C1", group: String? = nil, from: String = "2026-01-01"
    ) throws -> CreditLimitSet {
        CreditLimitSet(
            limitId: id, customer: customer.map { CustomerCode(code: $0) }, group: group, amount: .of(amount),
            currency: .cny, from: try #require(CalendarDay(from)), setBy: "wang.fang",
            setAt: try moment("2026-01-01T09:00:00+08:00"))
    }

    private static func override(
        _ id: String, _ amount: String, tier: ApprovalTier = .supervisor, to: String = "2026-12-31"
    ) throws -> CreditOverrideApproved {
        CreditOverrideApproved(
            overrideId: id, customer: CustomerCode(code: "C1"), amount: .of(amount), currency: .cny,
            from: try #require(CalendarDay("2026-01-01")), to: try #require(CalendarDay(to)), approvedBy: "zhao.min",
            tier: tier, approvedAt: try moment("2026-01-01T09:00:00+08:00"))
    }

    private static func order(
        _ id: String, _ revenue: String, revision: Int = 1, customer: String = "C1"
    ) -> OrderPlaced {
        OrderPlaced(makeOrder(id, revision: revision, customer: customer, [(revenue, "1")]))
    }

    private static let exposure = """
        select customer_code, receivable, deposits, accepted, unbilled from account_exposure order by 1
        """

    @Test(
        "what a customer owes stands beside its class; of two words of the customer service the higher revision counts")
    func classes() async throws {
        func classified(_ revision: Int, _ value: String) throws -> CustomerClassified {
            CustomerClassified(
                customerId: AccountIdentifier.customer(source: "erp", code: "C1"), revision: revision,
                classes: [
                    CustomerClass(
                        dimension: .value, value: value, since: try #require(CalendarDay("2026-03-01")), reason: "?")
                ], model: 0, classifiedAt: try moment("2026-03-01T09:00:00+08:00"))
        }
        try await finance.handle([
            .init("o", Self.order("O1", "100")),
            .init(
                "r",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: AccountIdentifier.customer(source: "erp", code: "C1"), revision: 1, name: "C1",
                        accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                        at: try moment("2026-03-01T09:00:00+08:00")))),
            .init("b", try classified(2, "A")), .init("a", try classified(1, "D")),
        ])
        let table = try await finance.ask("credit.exposure", ["customer": "C1"])[0]
        let place = try #require(table.columns.firstIndex { $0.name == "value_class" })
        #expect(table.rows.map { $0.values[place] } == ["A"])
    }

    @Test("an order is taken up to the limit, moves through unbilled and invoiced, and deposits make room")
    func life() async throws {
        try await finance.handle([.init("l", try Self.limit("L1", "1000"))])
        func decide(_ id: String, _ body: any Message) async throws -> OrderDecided? {
            try await finance.handle([.init(id, body)]).events(OrderDecided.self).first
        }
        let first = try await decide("1", Self.order("O1", "600"))
        #expect(first?.decision == .accepted)
        #expect(first?.credit?.exposure == .zero)
        #expect(first?.credit?.limit == .of("1000"))
        let second = try await decide("2", Self.order("O2", "401"))
        #expect(second?.decision == .needsApproval)
        #expect(second?.rule == "credit-limit")
        #expect(second?.credit?.available == .of("400"))
        // A smaller revision fits; what the refused one asked for was never taken.
        #expect(
            try await decide("3", OrderChanged(makeOrder("O2", revision: 2, [("400", "1")])))?.decision == .accepted
        )
        #expect(try await finance.rows(Self.exposure) == [["C1", "0.0000", "0.0000", "1000.0000", "0.0000"]])
        try await finance.handle([
            .init(
                "4",
                OrderCompleted(
                    orderId: "O1", revision: 1, completedAt: try moment("2026-03-03T09:00:00+08:00")))
        ])
        #expect(try await finance.rows(Self.exposure) == [["C1", "0.0000", "0.0000", "400.0000", "600.0000"]])
        let invoice = InvoiceIssued(
            invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: ["O1"],
            issuedAt: try moment("2026-03-04T09:00:00+08:00"), dueAt: try moment("2026-04-04T09:00:00+08:00"),
            amount: .of("600"), currency: .cny)
        try await finance.handle([.init("5", invoice)])
        #expect(try await finance.rows(Self.exposure) == [["C1", "600.0000", "0.0000", "400.0000", "0.0000"]])
        try await finance.handle([.init("6", try Collect.payment("P1", "710", for: [("I1", "600")]))])
        #expect(try await finance.rows(Self.exposure) == [["C1", "0.0000", "110.0000", "400.0000", "0.0000"]])
        let fits = try await decide("7", Self.order("O3", "710"))
        #expect(fits?.decision == .accepted)
        #expect(try await decide("8", Self.order("O4", "0.01"))?.rule == "credit-limit")
        try await finance.handle([
            .init(
                "9",
                OrderCancelled(
                    orderId: "O3", revision: 2, cancelledAt: try moment("2026-03-05T09:00:00+08:00"), reason: nil))
        ])
        #expect(try await finance.rows(Self.exposure) == [["C1", "0.0000", "110.0000", "400.0000", "0.0000"]])
    }

    @Test(
        "an invoice for a part of an order takes over that part; one of several orders is shared by their revenue",
        arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
    func deposit(_ arrival: [Int]) async throws {
        func invoice(_ id: String, _ amount: String, _ orders: [String]) throws -> InvoiceIssued {
            InvoiceIssued(
                invoiceId: id, customer: CustomerCode(code: "C1"), orderIds: orders,
                issuedAt: try moment("2026-03-04T09:00:00+08:00"), dueAt: try moment("2026-04-04T09:00:00+08:00"),
                amount: .of(amount), currency: .cny)
        }
        let messages: [any Contracts.Message] = [
            Self.order("O1", "90000"), Self.order("O2", "10000"), try invoice("I1", "1000", ["O1"]),
            try invoice("I2", "50000", ["O2", "O1"]),
        ]
        for place in arrival {
            try await finance.handle([.init("m\(place)", messages[place])])
            for row in try await finance.rows("select key from schedule where task = 'credit.bill-order'") {
                try await finance.run("credit.bill-order", key: row[0] ?? "", at: "2026-03-04T10:00:00+08:00")
            }
        }
        // 44,000 of the first order and 5,000 of the second are not invoiced.
        #expect(
            try await finance.rows(Self.exposure) == [["C1", "51000.0000", "0.0000", "49000.0000", "0.0000"]])
        try await finance.handle([
            .init(
                "done",
                OrderCompleted(
                    orderId: "O1", revision: 1, completedAt: try moment("2026-03-05T09:00:00+08:00")))
        ])
        #expect(
            try await finance.rows(Self.exposure) == [
                ["C1", "51000.0000", "0.0000", "5000.0000", "44000.0000"]
            ])
    }

    @Test("an invoice under another code of the party frees the order that it names: they count once")
    func otherCode() async throws {
        func rule(_ id: String, _ revenue: String) async throws -> String? {
            try await finance.handle([.init(id, source: "tms", Self.order(id, revenue, customer: "T1"))])
                .events(OrderDecided.self).first?.rule
        }
        #expect(try await rule("O1", "90000") == "acceptance-open")
        try await finance.handle([
            .init("o", Self.order("OWN", "1")),
            .init(
                "c",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: AccountIdentifier.customer(source: "erp", code: "C1"), revision: 1, name: "C1",
                        accounts: [
                            AccountHoming(source: "erp", code: "C1", revision: 1),
                            AccountHoming(source: "tms", code: "T1", revision: 2),
                        ], at: try moment("2026-01-01T09:00:00+08:00")))),
        ])
        try await finance.handle([.init("l", try Self.limit("L1", "100001"))])
        try await finance.handle([
            .init(
                "i",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: ["O1"], orderSource: "tms",
                    issuedAt: try moment("2026-03-04T09:00:00+08:00"),
                    dueAt: try moment("2026-04-04T09:00:00+08:00"), amount: .of("90000"), currency: .cny))
        ])
        #expect(
            try await finance.rows(Self.exposure) == [
                ["C1", "90000.0000", "0.0000", "1.0000", "0.0000"], ["T1", "0.0000", "0.0000", "0.0000", "0.0000"],
            ])
        #expect(try await rule("O2", "5000") == "acceptance-open")
        #expect(try await rule("O3", "5000.01") == "credit-limit")
        #expect(try await rule("O4", "5000") == "acceptance-open")
    }

    @Test("two revisions of one batch that move an order to another account take its credit once")
    func movedInOneBatch() async throws {
        try await finance.handle([
            .init("l", try Self.limit("L2", "1000", customer: "C2")), .init("1", Self.order("O1", "600")),
        ])
        let outcome = try await finance.handle(
            [2, 3].map { revision in
                .init(
                    "r\(revision)",
                    OrderChanged(makeOrder("O1", revision: revision, customer: "C2", [("600", "1")])))
            })
        #expect(try outcome.events(OrderDecided.self).map(\.decision) == [.accepted, .accepted])
        #expect(
            try await finance.rows("\(Self.exposure.replacing("order by 1", with: "where accepted <> 0"))")
                == [["C2", "0.0000", "0.0000", "600.0000", "0.0000"]])
        // As much as is left is there for another order, and no more.
        let others = try await finance.handle([
            .init("2", Self.order("O2", "400", customer: "C2")),
            .init("3", Self.order("O3", "0.01", customer: "C2")),
        ])
        #expect(try others.events(OrderDecided.self).map(\.decision) == [.accepted, .needsApproval])
    }

    @Test("an invoice or a completion that comes before its order counts as soon as that comes")
    func early() async throws {
        try await finance.handle([
            .init("1", try Collect.invoice("I1", "100")),
            .init(
                "2",
                OrderCompleted(
                    orderId: "O2", revision: 1, completedAt: try moment("2026-03-03T09:00:00+08:00"))),
        ])
        try await finance.handle([
            .init("3", Self.order("SO-1", "100")), .init("4", Self.order("O2", "70")),
        ])
        #expect(try await finance.rows(Self.exposure) == [["C1", "100.0000", "0.0000", "0.0000", "70.0000"]])
    }

    @Test("a group's limit binds each of its members, and an override makes room for its days only")
    func groups() async throws {
        let at = try moment("2026-01-01T09:00:00+08:00")
        try await finance.handle([
            .init("1", try Self.limit("L1", "100", customer: nil, group: "G")),
            .init("2", CustomerGrouped(customer: CustomerCode(code: "C1"), group: "G", at: at)),
            .init("3", CustomerGrouped(customer: CustomerCode(code: "C2"), group: "G", at: at)),
        ])
        func rule(_ id: String, _ revenue: String, _ customer: String) async throws -> String? {
            try await finance.handle([.init(id, Self.order(id, revenue, customer: customer))])
                .events(OrderDecided.self).first?.rule
        }
        #expect(try await rule("O1", "60", "C1") == "acceptance-open")
        #expect(try await rule("O2", "60", "C2") == "credit-limit")
        #expect(try await rule("O3", "60", "C3") == "acceptance-open")
        try await finance.handle([
            .init("4", try Self.limit("L2", "50")), .init("5", try Self.override("V1", "10", to: "2026-03-01")),
        ])
        // 2 March: the override is over, and the own limit of C1 is 50, of which 60 are used.
        #expect(try await rule("O4", "1", "C1") == "credit-limit")
        try await finance.handle([.init("6", try Self.override("V2", "11"))])
        #expect(try await rule("O5", "1", "C1") == "acceptance-open")
        #expect(try await rule("O6", "1", "C1") == "credit-limit")
    }

    @Test("an override above the authority of its tier is refused, and so is one that comes otherwise again")
    func authority() async throws {
        let outcome = try await finance.handle([
            .init("1", try Self.override("V1", "50000.01")), .init("2", try Self.override("V2", "50000")),
            .init("3", try Self.override("V3", "500000.01", tier: .branchManager)),
            .init("4", try Self.override("V4", "900000", tier: .financeDirector)),
            .init("5", try Self.override("V2", "49000")), .init("6", try Self.limit("L1", "10")),
            .init("7", try Self.limit("L1", "11")),
        ])
        #expect(
            outcome.refused.mapValues(\.reason) == [
                0: .aboveAuthority, 2: .aboveAuthority, 4: .conflictingContent, 6: .conflictingContent,
            ])
        #expect(try await finance.rows("select line_id from credit_line order by 1") == [["L1"], ["V2"], ["V4"]])
    }

    @Test(
        "in pieces an override is no less: what stands approved for the same days counts, of whichever code of the customer"
    )
    func pieces() async throws {
        try await finance.handle([
            .init("o1", Self.order("O1", "1")), .init("o2", source: "tms", Self.order("O2", "1", customer: "T1")),
            .init(
                "c",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: AccountIdentifier.customer(source: "erp", code: "C1"), revision: 1, name: "C1",
                        accounts: [
                            AccountHoming(source: "erp", code: "C1", revision: 1),
                            AccountHoming(source: "tms", code: "T1", revision: 2),
                        ], at: try moment("2026-01-01T09:00:00+08:00")))),
        ])
        func approve(_ id: String, _ amount: String, _ code: String, _ source: String, _ from: String, _ to: String)
            throws -> ServiceFixture.Message
        {
            .init(
                id, source: source,
                CreditOverrideApproved(
                    overrideId: id, customer: CustomerCode(code: code), amount: .of(amount), currency: .cny,
                    from: try #require(CalendarDay(from)), to: try #require(CalendarDay(to)),
                    approvedBy: "zhao.min", tier: .supervisor, approvedAt: try moment("2026-01-01T09:00:00+08:00")))
        }
        let outcome = try await finance.handle([
            try approve("V1", "30000", "C1", "erp", "2026-01-01", "2026-01-31"),
            try approve("V2", "20000.01", "C1", "erp", "2026-01-31", "2026-02-28"),
            try approve("V3", "20000", "C1", "erp", "2026-01-31", "2026-02-28"),
            try approve("V4", "50000", "C1", "erp", "2026-03-01", "2026-03-31"),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [1: .aboveAuthority])
        let others = try await finance.handle([
            try approve("W1", "0.01", "T1", "tms", "2026-03-31", "2026-04-30"),
            try approve("W2", "50000", "T1", "tms", "2026-04-01", "2026-04-30"),
            try approve("W3", "0.01", "C1", "erp", "2026-04-30", "2026-04-30"),
        ])
        #expect(others.refused.mapValues(\.reason) == [0: .aboveAuthority, 2: .aboveAuthority])
        #expect(others.refused[0]?.detail.contains("50000.01") == true)
    }

    @Test("who has paid is off hold at once, whether the money pays an invoice or stands on account")
    func atOnce() async throws {
        let customer = AccountIdentifier.customer(source: "erp", code: "C1")
        try await finance.handle([
            .init("1", try Self.limit("L1", "1000")), .init("2", Self.order("O1", "100")),
            .init("3", try Collect.invoice("I1", "200")),
        ])
        func due() async throws -> [[String?]] {
            try await finance.rows("select key from schedule where task = 'credit.review'")
        }
        func look(_ time: String) async throws -> [CreditState] {
            #expect(try await due() == [[customer]])
            return try await finance.run("credit.review", key: customer, at: time)
                .events(CreditStateChanged.self).map(\.state)
        }
        #expect(
            try await finance.run("credit.evaluate", at: "2026-02-05T23:59:59.999999+08:00")
                .events(CreditStateChanged.self).map(\.state) == [.watch])
        #expect(
            try await finance.run("credit.evaluate", at: "2026-03-08T23:59:59.999999+08:00")
                .events(CreditStateChanged.self).map(\.state) == [.hold])
        try await finance.handle([.init("p", try Collect.payment("P1", "200", for: [("I1", "200")]))])
        #expect(try await look("2026-03-09T09:00:00+08:00") == [.ok])
        let order = try await finance.handle(
            [.init("O2", Self.order("O2", "10"))], at: "2026-03-09T09:00:01+08:00")
        #expect(try order.events(OrderDecided.self).map(\.rule) == ["acceptance-open"])
        // Above a limit that was lowered; cash on account brings it below again.
        try await finance.handle([.init("l", try Self.limit("L2", "50", from: "2026-03-01"))])
        #expect(try await look("2026-03-09T10:00:00+08:00") == [.hold])
        try await finance.handle([.init("q", try Collect.payment("P2", "100"))])
        #expect(try await look("2026-03-09T11:00:00+08:00") == [.ok])
        // Nobody without a limit is looked at.
        try await finance.handle([.init("r", try Collect.payment("P3", "100", customer: "C9"))])
        #expect(try await due() == [[customer]])
    }

    @Test("what is owed in a currency without a rate holds a customer: it does not count as nought")
    func unrated() async throws {
        try await finance.handle([
            .init("1", try Self.limit("L1", "1000")), .init("2", Self.order("O1", "100")),
            .init("3", try Collect.invoice("I1", "1000000", currency: "XAU")),
        ])
        let changed = try await finance.run("credit.evaluate", at: "2026-01-20T23:59:59.999999+08:00")
            .events(CreditStateChanged.self)
        #expect(changed.map(\.state) == [.hold])
        #expect(changed.map(\.reason) == ["owes in XAU, which has no rate"])
    }

    @Test("states go from ok over watch and hold to stop, each told once; a lift lets order until its day is over")
    func states() async throws {
        try await finance.handle([
            .init("1", try Self.limit("L1", "1000")), .init("2", Self.order("O1", "100")),
            .init("3", try Collect.invoice("I1", "200")),
        ])
        func state(_ day: String) async throws -> [CreditState] {
            try await finance.run("credit.evaluate", at: "\(day)T23:59:59.999999+08:00")
                .events(CreditStateChanged.self).map(\.state)
        }
        // Due on 4 February.
        #expect(try await state("2026-02-04") == [])
        #expect(try await state("2026-02-05") == [.watch])
        #expect(try await state("2026-02-05") == [])
        #expect(try await state("2026-02-12") == [.hold])
        #expect(try await state("2026-03-02") == [])
        func rule(_ id: String) async throws -> String? {
            try await finance.handle([.init(id, Self.order(id, "10"))], at: "2026-03-03T10:00:00+08:00")
                .events(OrderDecided.self).first?.rule
        }
        #expect(try await rule("O2") == "credit-hold")
        let lift = CreditHoldLifted(
            liftId: "H1", customer: CustomerCode(code: "C1"), until: try #require(CalendarDay("2026-03-03")),
            by: "wang.fang", at: try moment("2026-03-03T09:00:00+08:00"), reason: "pays tomorrow")
        let told = try await finance.handle([.init("h", lift)]).events(CreditStateChanged.self)
        #expect(told.map(\.state) == [.watch] && told.map(\.until?.description) == ["2026-03-03"])
        #expect(try await rule("O3") == "acceptance-open")
        let after = try await finance.handle(
            [.init("O4", Self.order("O4", "10"))], at: "2026-03-04T00:00:00+08:00")
        #expect(try after.events(OrderDecided.self).map(\.rule) == ["credit-hold"])
        #expect(try await state("2026-04-06") == [.stop])
        let stopped = try await finance.handle(
            [.init("O5", Self.order("O5", "10"))], at: "2026-04-07T10:00:00+08:00")
        #expect(try stopped.events(OrderDecided.self).map(\.rule) == ["credit-stop"])
        try await finance.handle([.init("p", try Collect.payment("P1", "200", for: [("I1", "200")]))])
        #expect(try await state("2026-04-07") == [.ok])
    }

    @Test("a limit, an override and a lift that come twice more, in one batch, are counted and change nothing")
    func again() async throws {
        let lift = CreditHoldLifted(
            liftId: "H1", customer: CustomerCode(code: "C1"), until: try #require(CalendarDay("2026-03-03")),
            by: "wang.fang", at: try moment("2026-03-03T09:00:00+08:00"), reason: "pays tomorrow")
        let said: [any Contracts.Message] = [
            try Self.limit("L1", "1000"), try Self.override("V1", "50"), lift,
        ]
        for round in ["first", "again"] {
            let messages = said.enumerated().flatMap { place, body in
                ["a", "b"].map { ServiceFixture.Message("\(round)-\(place)-\($0)", body) }
            }
            #expect(try await finance.handle(messages).refused.isEmpty)
        }
        let kept = """
            select (select count(*) from credit_line), (select count(*) from credit_lift)
            """
        #expect(try await finance.rows(kept) == [["2", "1"]])
    }

    @Test("the lifts of one batch are told to each held customer, to the others not at all")
    func lifts() async throws {
        try await finance.handle([
            .init("1", try Self.limit("L1", "1000")), .init("2", try Self.limit("L2", "1000", customer: "C2")),
            .init("3", try Self.limit("L3", "1000", customer: "C3")),
            .init("4", Self.order("O1", "100")), .init("5", Self.order("O2", "100", customer: "C2")),
            .init("6", Self.order("O3", "100", customer: "C3")),
            .init("7", try Collect.invoice("I1", "200")),
            .init("8", try Collect.invoice("I2", "200", customer: "C2")),
        ])
        try await finance.run("credit.evaluate", at: "2026-02-12T23:59:59.999999+08:00")
        let lifts = try ["C1", "C2", "C3", "unknown"].map { code in
            ServiceFixture.Message(
                "lift-\(code)",
                CreditHoldLifted(
                    liftId: "H-\(code)", customer: CustomerCode(code: code),
                    until: try #require(CalendarDay("2026-03-03")), by: "wang.fang",
                    at: try moment("2026-03-02T09:00:00+08:00"), reason: "pays tomorrow"))
        }
        let told = try await finance.handle(lifts).events(CreditStateChanged.self)
        #expect(
            told.map(\.customerId) == ["C1", "C2"].map { AccountIdentifier.customer(source: "erp", code: $0) })
        #expect(told.allSatisfy { $0.state == .watch && $0.previous == .hold && $0.maxDaysOverdue > 0 })
    }

    @Test(
        "four copies at once never take more than the limit and what is approved above it, and never less than nought")
    func concurrent() async throws {
        var random = RandomSource(seed: 5)
        try await finance.handle([
            .init("l1", try Self.limit("L1", "1000")), .init("v", try Self.override("V1", "200")),
            .init("l2", try Self.limit("L2", "1500", customer: nil, group: "G")),
            .init(
                "g1",
                CustomerGrouped(
                    customer: CustomerCode(code: "C1"), group: "G", at: try moment("2026-01-01T09:00:00+08:00"))),
            .init(
                "g2",
                CustomerGrouped(
                    customer: CustomerCode(code: "C2"), group: "G", at: try moment("2026-01-01T09:00:00+08:00"))),
        ])
        var lanes: [[ServiceFixture.Message]] = [[], [], [], []]
        for number in 0..<240 {
            let (lane, customer) = (random.below(4), random.below(2) + 1)
            let order = makeOrder(
                "O\(number)", customer: "C\(customer)", [("\(1 + random.below(90))", "1")])
            lanes[lane].append(.init("p\(number)", OrderPlaced(order)))
            if random.below(4) == 0 {
                lanes[random.below(4)].append(
                    .init(
                        "x\(number)",
                        OrderCancelled(
                            orderId: "O\(number)", revision: 2,
                            cancelledAt: try moment("2026-03-05T09:00:00+08:00"), reason: nil)))
            }
            if random.below(5) == 0 {
                lanes[random.below(4)].append(
                    .init(
                        "c\(number)",
                        OrderChanged(
                            makeOrder(
                                "O\(number)", revision: 3, customer: "C\(customer)",
                                [("\(1 + random.below(90))", "1")]))))
            }
        }
        let work = lanes
        try await withThrowingTaskGroup(of: [OrderDecided].self) { group in
            for lane in work {
                group.addTask {
                    var decided: [OrderDecided] = []
                    for start in stride(from: 0, to: lane.count, by: 5) {
                        let batch = Array(lane[start..<min(start + 5, lane.count)])
                        decided += try await finance.retrying(batch).events(OrderDecided.self)
                        let sums = try await finance.rows(
                            """
                            select coalesce(sum(accepted) filter (where customer_code = 'C1'), 0) <= 1200,
                                coalesce(sum(accepted), 0) <= 1500, coalesce(bool_and(accepted >= 0), true)
                            from account_exposure
                            """)
                        #expect(sums == [["t", "t", "t"]])
                    }
                    return decided
                }
            }
            var rules: Set<String> = []
            for try await decided in group {
                for decision in decided {
                    rules.insert(decision.rule)
                    if let credit = decision.credit, decision.decision == .accepted {
                        #expect(credit.exposure <= credit.limit + credit.overrides)
                    }
                }
            }
            #expect(rules == ["acceptance-open", "credit-limit"])
        }
        // What is kept by deltas is what the orders say.
        let differing = try await finance.rows(
            """
            select e.customer_code, e.accepted, o.reserved from account_exposure e full join (
                select customer_code, sum(revenue) as reserved from orders
                where decision = 'accepted' and not is_cancelled group by customer_code
            ) o using (customer_code) where e.accepted is distinct from o.reserved
            """)
        #expect(differing.isEmpty)
        let used = try await finance.rows("select sum(accepted) >= 1400 from account_exposure")
        #expect(used == [["t"]])
    }
}
