import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import Simulation

@Suite("Write-offs in any order", .service(try financeDefinition()))
struct WriteOffTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let books = """
        select 'invoice ' || concat_ws(' ', invoice_id, paid, settled_day) from receivable where amount is not null
        union all
        select 'allocation ' || concat_ws(' ', invoice_id, kind, payment_id, amount, applied) from payment_allocation
        order by 1
        """

    @Test(
        "two proposals that together exceed their invoice stand both, whether it comes before or after them",
        arguments: 0..<4)
    func together(_ number: Int) async throws {
        let invoice = try Collect.invoice("I1", "100")
        let proposals = [
            try Collect.writeOff("W1", "I1", "60"), try Collect.writeOff("W2", "I1", "60", by: "zhao.min"),
        ]
        let approvals = [
            try Collect.approve("W1", at: "2026-01-11T10:00:00+08:00"),
            try Collect.approve("W2", at: "2026-01-12T10:00:00+08:00"),
        ]
        let arrivals: [[any Contracts.Message]] = [
            [invoice] + proposals + approvals, proposals + [invoice] + approvals, proposals + approvals + [invoice],
            approvals + [invoice] + proposals.reversed(),
        ]
        for (place, body) in arrivals[number].enumerated() {
            let outcome = try await finance.handle([.init("m\(place)", body)])
            #expect(outcome.refused.isEmpty)
        }
        #expect(
            try await finance.rows(Self.books).compactMap(\.first) == [
                "allocation I1 write-off W1 60.0000 60.0000", "allocation I1 write-off W2 60.0000 40.0000",
                "invoice I1 100.0000 2026-01-12",
            ])
        #expect(
            try await finance.rows("select set_aside from receivable_adjustment where set_aside <> ''") == [])
    }

    @Test("shuffled, in batches of any size, the books end the same")
    func anyOrder() async throws {
        var random = RandomSource(seed: 20_260_111)
        var messages: [any Contracts.Message] = []
        func cents(_ count: Int) -> String { FixedDecimal(units: Int128(count) * 100).description }
        for number in 0..<25 {
            let amount = 1_000 + random.below(9_000)
            messages.append(try Collect.invoice("I\(number)", cents(amount)))
            if random.below(2) == 0 {
                messages.append(
                    Collect.body(
                        try Make.payment(
                            "P\(number)", cents(amount), for: [("I\(number)", cents(1 + random.below(amount)))])))
            }
            for part in 0..<random.below(4) {
                let id = "W\(number)-\(part)"
                // Some are larger than the invoice: refused, or set aside when the invoice comes later.
                messages.append(
                    try Collect.writeOff(
                        id, "I\(number)", cents(1 + random.below(amount + amount / 4)), by: ["a", "b"][random.below(2)])
                )
                if random.below(4) > 0 {
                    messages.append(
                        try Collect.approve(id, by: "c", at: "2026-01-1\(random.below(10))T10:00:00+08:00"))
                }
            }
        }
        var expected: [[String?]]?
        for round in 0..<4 {
            let arrival = messages.enumerated().map { ServiceFixture.Message("\(round)-\($0)", $1) }.shuffled(&random)
            let finance = try await ServiceFixture.make(financeDefinition())
            var rest = arrival[...]
            while !rest.isEmpty {
                let batch = rest.prefix(1 + random.below(12))
                rest = rest.dropFirst(batch.count)
                try await finance.handle(Array(batch))
            }
            let found = try await finance.rows(Self.books)
            #expect(found.count > 40)
            if let expected { #expect(found == expected) }
            expected = found
        }
    }
}
