import Domain
import Testing

@Suite("Keys of other systems")
struct SourceKeyTests {
    @Test("a key is both halves, and comes by source, then by identifier")
    func order() {
        let keys = [("b", "1"), ("a", "2"), ("a", "10"), ("b", "1")].map { OrderKey(source: $0.0, orderId: $0.1) }
        #expect(Set(keys).count == 3)
        #expect(keys.sorted().map(\.description) == ["a/10", "a/2", "b/1", "b/1"])
        #expect(OrderKey(source: "ab", orderId: "c") != OrderKey(source: "a", orderId: "bc"))
        #expect(AccountKey(source: "erp", code: "C1").code == "C1")
        #expect(ComplaintKey(source: "crm", complaintId: "K1").complaintId == "K1")
    }

    @Test("two keys are the same exactly when their bytes are, whatever Swift takes for the same text")
    func bytes() {
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        let keys = [composed, decomposed, composed].map { OrderKey(source: "erp", orderId: $0) }
        #expect(Set(keys).count == 2)
        #expect((keys[0] < keys[1]) != (keys[1] < keys[0]))
        #expect(OrderKey(source: composed, orderId: "1") != OrderKey(source: decomposed, orderId: "1"))
        let business = [composed, decomposed].map { BusinessKey(source: "erp", code: "C", businessLine: $0) }
        #expect(Set(business).count == 2)
        #expect((business[0] < business[1]) != (business[1] < business[0]))
    }

    @Test("texts come in the order of their bytes, a beginning before what goes on")
    func byteOrder() {
        // Short and long, of one byte and of several each, with nothing and with a nought in them.
        let texts =
            [
                "", "\0", "A", "AB", "B", "a", "cafe\u{301}", "caf\u{E9}", "erp", "erp\0", "\u{7F}", "\u{800}",
                "\u{FFFD}", "\u{1F600}",
            ]
            + [
                String(repeating: "x", count: 40), String(repeating: "x", count: 41),
                String(repeating: "x", count: 40) + "w",
            ]
        for first in texts {
            for second in texts {
                let order = first.compareBytes(with: second)
                #expect((order == 0) == Array(first.utf8).elementsEqual(Array(second.utf8)))
                #expect((order < 0) == Array(first.utf8).lexicographicallyPrecedes(Array(second.utf8)))
                #expect(first.hasSameBytes(as: second) == (order == 0))
            }
        }
    }
}
