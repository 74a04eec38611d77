import Contracts
import Domain
import Testing

@testable import ServiceKit

@Suite("The same again, or otherwise")
struct ContentTests {
    private static let note = Array(#"{"promiseId":"P1","note":"过节"}"#.utf8)

    @Test("marks are those that were stored by the releases before")
    func released() {
        // Reckoned elsewhere, from the definition of FNV-1a and of UUID version 8 over SHA-256.
        #expect(Int64.of(content: []) == 1_070_174_851_063_268_559)
        #expect(Int64.of(content: Self.note) == -4_156_002_232_790_846_933)
        #expect(String.of(content: Self.note) == "03d29b56-f1d3-8020-80c8-f2d0cd7a20b8")
    }

    @Test("what a release kept that did not know the later fields is the same content; anything else is not")
    func laterFields() {
        let later = ["channel", "note"]
        func content(_ json: String) -> Content<Int64> { Content(Array(json.utf8), later: later) }
        func mark(_ json: String) -> Int64 { .of(content: Array(json.utf8)) }
        let whole = #"{"id":"P1","channel":"mail","amount":"1","note":"x\"y"}"#
        #expect(content(whole).isSame(as: mark(whole)))
        // Kept by a release that knew the first of the two, and by one that knew neither.
        #expect(content(whole).isSame(as: mark(#"{"id":"P1","channel":"mail","amount":"1"}"#)))
        #expect(content(whole).isSame(as: mark(#"{"id":"P1","amount":"1"}"#)))
        // No release knew the second and not the first.
        #expect(!content(whole).isSame(as: mark(#"{"id":"P1","amount":"1","note":"x\"y"}"#)))
        #expect(!content(whole).isSame(as: mark(#"{"id":"P1","amount":"2"}"#)))
        #expect(!content(whole).isSame(as: mark(#"{"id":"P1","channel":"post","amount":"1"}"#)))
        // Without a later field the mark is what it always was.
        let old = #"{"id":"P1","amount":"1"}"#
        #expect(content(old).mark == mark(old))
        #expect(!content(old).isSame(as: mark(whole)))
        #expect(!Content<Int64>(Array(whole.utf8), later: []).isSame(as: mark(old)))
    }

    @Test("the first is new, the same again is counted, anything else is refused with its place")
    func known() throws {
        let time = Timestamp(microsecondsSinceEpoch: 0)
        func promise(_ amount: Int, position: Int) -> Received<PaymentPromised> {
            let body = PaymentPromised(
                promiseId: "P1", invoiceId: "I1", amount: FixedDecimal(amount), currency: .cny,
                promisedOn: CalendarDay(daysSinceEpoch: 20_000), madeAt: time, by: "li.wei")
            return Received(
                envelope: Envelope(id: "m\(position)", source: "erp", type: PaymentPromised.type, time: time),
                body: body, position: position)
        }
        var effects = Effects(now: time, source: "waybill.finance", wallClock: time)
        var known = KnownContent<OrderKey, Int64>([:])
        let key = OrderKey(source: "erp", orderId: "P1")
        var verdicts: [Bool] = []
        for (position, amount) in [1, 1, 2, 1].enumerated() {
            let message = promise(amount, position: position)
            let content = Content<Int64>(message.body)
            let isNew = known.isNew(message, key, content, at: "$.promiseId", counting: "repeated", &effects)
            verdicts.append(isNew)
            if isNew { known.keep(content, under: key) }
        }
        #expect(verdicts == [true, false, false, false])
        #expect(effects.counts == ["repeated": 2])
        #expect(effects.refused.keys.sorted() == [2])
        #expect(effects.refused[2]?.reason == .conflictingContent && effects.refused[2]?.path == "$.promiseId")
        // All at once, and what is refused for another reason is not known afterwards.
        var taking = KnownContent<OrderKey, Int64>([:])
        var told = Effects(now: time, source: "waybill.finance", wallClock: time)
        let messages = [3, 1, 1, 2].enumerated().map { (promise($1, position: $0), $1) }
        let taken = taking.take(messages, at: "$.promiseId", counting: "repeated", &told) { amount in
            (key, Content<Int64>(promise(amount, position: 0).body))
        } objection: { amount in
            amount == 3 ? Refusal(.currencyMismatch, path: "$.currency", "it is three") : nil
        }
        #expect(taken == [1])
        #expect(told.counts == ["repeated": 1])
        #expect(told.refused.mapValues(\.reason) == [0: .currencyMismatch, 3: .conflictingContent])
    }
}
