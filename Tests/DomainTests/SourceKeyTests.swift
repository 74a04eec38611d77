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
}
