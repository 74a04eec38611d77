import Domain
import Testing

@testable import Contracts

@Suite("Fields that came later")
struct LaterFieldTests {
    @Test("each is an optional field of its contract's own object")
    func listed() throws {
        for (type, names) in LaterFields.byType {
            let fields = SchemaCompatibility.snapshot.filter { $0.hasPrefix("\(type) $.") && $0.hasSuffix(" optional") }
            for name in names {
                #expect(fields.contains { $0.hasPrefix("\(type) $.\(name) ") }, "\(type) has no optional '\(name)'")
            }
        }
    }

    @Test("what is left is what the contract writes without the field")
    func leftOut() throws {
        func promise(by: String?) -> [UInt8] {
            PaymentPromised(
                promiseId: "P\"1\\", invoiceId: "发票", amount: FixedDecimal(1), currency: .cny,
                promisedOn: CalendarDay(daysSinceEpoch: 20_000), madeAt: Timestamp(microsecondsSinceEpoch: 1), by: by
            ).encode()
        }
        #expect(LaterFields.leavingOut(["by"], of: promise(by: "li.wei")) == promise(by: nil))
        #expect(LaterFields.leavingOut(["by"], of: promise(by: nil)) == nil)
        #expect(LaterFields.leavingOut(["other"], of: promise(by: "li.wei")) == nil)
        #expect(LaterFields.leavingOut(["by"], of: Array("[]".utf8)) == nil)
    }
}
