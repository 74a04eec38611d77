import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private func day(_ text: String) -> CalendarDay { CalendarDay(text) ?? CalendarDay(daysSinceEpoch: 0) }

private func terms(
    _ revision: Int = 1, until: String? = "2026-03-31", renews: Bool? = nil, noticeDays: Int? = nil,
    endedOn: String? = nil, title: String = "Rates"
) -> AgreementTerms {
    AgreementTerms(
        agreementId: "K1", revision: revision, kind: .rates, title: title, validFrom: day("2025-04-01"),
        validUntil: until.map(day), renews: renews, noticeDays: noticeDays, endedOn: endedOn.map(day))
}

@Suite("How an agreement stands")
struct AgreementTermsTests {
    @Test(
        "by its days: before, in, near its end, after",
        arguments: [
            ("2025-03-31", AgreementState.upcoming), ("2025-04-01", .active), ("2026-01-29", .active),
            ("2026-01-30", .ending), ("2026-03-31", .ending), ("2026-04-01", .expired),
        ])
    func ends(_ text: String, _ state: AgreementState) {
        #expect(terms().state(on: day(text)) == state)
    }

    @Test("one that is renewed never expires, and tells of each of its ends")
    func renews() {
        let renewed = terms(renews: true, noticeDays: 30)
        #expect(renewed.state(on: day("2026-03-01")) == .renewing)
        #expect(renewed.state(on: day("2026-04-01")) == .active)
        #expect(renewed.end(asOf: day("2026-04-01")) == day("2027-03-31"))
        #expect(renewed.state(on: day("2030-03-02")) == .renewing)
        #expect(renewed.noticeDay(asOf: day("2030-03-02")) == day("2030-03-01"))
    }

    @Test("the end of a leap year's February is the 28th in years without a 29th")
    func leap() {
        let leap = terms(until: "2028-02-29", renews: true)
        #expect(leap.end(asOf: day("2028-02-29")) == day("2028-02-29"))
        #expect(leap.end(asOf: day("2028-03-01")) == day("2029-02-28"))
        #expect(leap.end(asOf: day("2032-01-01")) == day("2032-02-29"))
    }

    @Test("without an end it holds on; ended before its time it is over from that day")
    func others() {
        #expect(terms(until: nil).state(on: day("2099-01-01")) == .active)
        #expect(terms(endedOn: "2025-12-01").state(on: day("2025-11-30")) == .active)
        #expect(terms(endedOn: "2025-12-01").state(on: day("2025-12-01")) == .ended)
    }
}

@Suite("Agreements", .service(SalesService.definition))
struct AgreementTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static func recorded(_ terms: AgreementTerms, customer: String = "C1") -> AgreementRecorded {
        AgreementRecorded(terms, customer: CustomerCode(code: customer), by: "li.wei")
    }

    private static let kept = "select agreement_id, revision::text, title, valid_until::text from agreement order by 1"

    @Test(
        "the highest revision holds in whatever order they come; the same again has no second effect",
        arguments: 0..<4)
    func revisions(_ round: Int) async throws {
        let messages: [ServiceFixture.Message] = [
            .init("1", Self.recorded(terms(1))), .init("2", Self.recorded(terms(2, until: "2027-03-31"))),
            .init("3", Self.recorded(terms(3, until: nil, title: "Rates for good"))),
        ]
        let arrival = round == 0 ? messages : (messages + messages).shuffled()
        for message in arrival { try await sales.handle([message]) }
        #expect(try await sales.rows(Self.kept) == [["K1", "3", "Rates for good", nil]])
    }

    @Test("the same revision with other content is refused, and what stands stays")
    func conflicts() async throws {
        try await sales.handle([.init("1", Self.recorded(terms(1)))])
        let outcome = try await sales.handle([
            .init("2", Self.recorded(terms(1, until: "2027-03-31"))), .init("3", Self.recorded(terms(2))),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [0: .conflictingRevision])
        #expect(try outcome.events(AgreementChanged.self).map(\.terms.revision) == [2])
        let again = try await sales.handle([.init("4", Self.recorded(terms(2)))])
        #expect(again.refused.isEmpty && again.published.isEmpty)
    }

    @Test("its owner is told once that it ends; a revision that moves the end takes that back")
    func notices() async throws {
        let told = """
            select kind, (cleared_at is not null)::text
            from finance_notice order by told_at, kind
            """
        try await sales.handle([
            .init(
                "0",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: AccountIdentifier.customer(source: "erp", code: "C1"), revision: 1, name: "C1",
                        salesOwner: "li.wei", accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                        at: try #require(Timestamp("2026-01-01T09:00:00+08:00"))))),
            .init("1", Self.recorded(terms(1))),
        ])
        var said: [SaidNotice] = []
        for text in ["2026-01-29", "2026-01-30", "2026-01-31"] {
            said += try await sales.run("agreements.evaluate", at: "\(text)T23:59:59+08:00").said()
        }
        #expect(said.map(\.kind) == ["agreement-ending"] && said.first?.content?.owner == "li.wei")
        #expect(said.first?.content?.next == "waybill agreements list --customer C1")
        #expect(said.first?.content?.dueAt == Timestamp("2026-03-31T23:59:59.999999+08:00"))
        #expect(try await sales.rows(told) == [["agreement-ending", "false"]])
        let moved = try await sales.handle([.init("2", Self.recorded(terms(2, until: "2027-03-31")))])
        #expect(try moved.said().map(\.id) == said.map(\.id) && moved.said().first?.clearing == "agreed otherwise")
        #expect(try await sales.rows(told).map(\.last) == ["true"])
        let expired = try await sales.run("agreements.evaluate", at: "2027-04-02T23:59:59+08:00")
        #expect(try expired.kinds() == ["agreement-expired"])
        #expect(
            try await sales.rows(told).map(\.first)
                == ["agreement-ending", "agreement-expired"])
    }

    @Test("one that is renewed is said when notice may still be given, until it is agreed otherwise")
    func renewing() async throws {
        try await sales.handle([.init("1", Self.recorded(terms(1, renews: true, noticeDays: 30)))])
        func told(_ day: String) async throws -> [SaidNotice] {
            try await sales.run("agreements.evaluate", at: "\(day)T23:59:59+08:00").said()
        }
        var said: [SaidNotice] = []
        for day in ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"] { said += try await told(day) }
        #expect(said.map(\.kind) == ["agreement-renewing"])
        let renewing = try #require(said.first)
        #expect(renewing.fact("notice-by") == "2026-03-01" && renewing.fact("state") == "renewing")
        let ended = try await sales.handle([.init("2", Self.recorded(terms(2, endedOn: "2026-03-31")))])
        #expect(try ended.said().map(\.id) == [renewing.id] && ended.kinds() == ["cleared"])
    }

    @Test("asked of a day, what has to be looked at comes first, and what is over only when wanted")
    func list() async throws {
        func named(_ id: String, _ terms: AgreementTerms) -> AgreementRecorded {
            Self.recorded(
                AgreementTerms(
                    agreementId: id, revision: 1, kind: terms.kind, title: terms.title, validFrom: terms.validFrom,
                    validUntil: terms.validUntil, renews: terms.renews, endedOn: terms.endedOn))
        }
        try await sales.handle([
            .init("1", named("A", terms(until: nil))), .init("2", named("B", terms(renews: true))),
            .init("3", named("C", terms())), .init("4", named("D", terms(endedOn: "2026-01-05"))),
        ])
        let current = try await sales.ask("agreements.list", ["customer": "C1", "at": "2026-02-01"])[0]
        #expect(current.column("agreementId") == ["C", "B", "A"])
        #expect(current.column("state") == ["ending", "renewing", "active"])
        let all = try await sales.ask("agreements.list", ["state": "all", "at": "2026-02-01"])[0]
        #expect(all.column("agreementId") == ["C", "B", "A", "D"])
        await #expect(throws: Refusal.self) { try await sales.ask("agreements.list", ["at": "yesterday"]) }
    }

    @Test("how all of them stand is what the rule says of each, and a filter loses none to the size of a page")
    func standing() async throws {
        let all = [nil, "2024-02-29", "2025-03-31", "2026-12-31"].flatMap { until in
            [nil, true].filter { until != nil || $0 == nil }.flatMap { renews in
                [nil, 0, 400].flatMap { notice in
                    [nil, "2025-06-30", "2030-01-01"].map { ended in (until, renews, notice, ended) }
                }
            }
        }.enumerated().map { index, one in
            AgreementTerms(
                agreementId: "K\(index)", revision: 1, kind: .rates, title: "Rates", validFrom: day("2023-05-01"),
                validUntil: one.0.map(day), renews: one.1, noticeDays: one.2, yearlyAmount: .of("12000.50"),
                currency: .cny, endedOn: one.3.map(day))
        }
        try await sales.handle(all.enumerated().map { .init("\($0)", Self.recorded($1)) })
        for text in [
            "2023-04-30", "2023-05-01", "2024-02-28", "2024-02-29", "2024-03-01", "2025-02-28", "2025-03-01",
            "2025-03-31", "2025-04-01", "2025-06-30", "2026-12-31", "2027-01-01", "2028-02-29", "2031-01-01",
        ] {
            let on = day(text)
            let found = try await sales.ask("agreements.list", ["state": "all", "limit": "2000"], at: time(text))[0]
            #expect(found.rows.count == all.count)
            for row in found.rows {
                let terms = try #require(all.first { $0.agreementId == row.values[0] })
                #expect(row.values[1] == terms.state(on: on).rawValue, "\(terms) on \(text)")
                #expect(row.values[5] == (terms.endedOn ?? terms.end(asOf: on))?.description, "\(terms) on \(text)")
                #expect(row.values[6] == terms.noticeDay(asOf: on)?.description, "\(terms) on \(text)")
                #expect(row.values[8] == terms.yearlyAmount?.description)
            }
            for state in AgreementState.allCases {
                let few = try await sales.ask(
                    "agreements.list", ["state": state.rawValue, "limit": "1"], at: time(text))[0]
                let wanted = all.filter { $0.state(on: on) == state }
                #expect(few.rows.count == min(1, wanted.count) && few.isCut == (wanted.count > 1))
            }
        }
    }

    private func time(_ day: String) -> Timestamp {
        Timestamp("\(day)T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)
    }
}
