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

@Suite("Fields that nobody reads")
struct UnknownFieldTests {
    private func unknown(_ type: MessageType, _ json: String) throws -> [String] {
        try #require(Catalogue.description(of: type)).unknownFields(in: JSONDocument(parsing: Array(json.utf8)).root)
    }

    @Test("each is named once by its path, those of objects and lists too; fields that there are, are none")
    func paths() throws {
        let customer =
            #"{"code":"C","name":"N","branch":"KS01","emails":["a@b.example"],"salesOnwer":"li.wei","mail":{"x":1}}"#
        #expect(try unknown(CustomerReported.type, customer) == ["$.salesOnwer", "$.mail"])
        let order = """
            {"orderId":"O","customer":{"code":"C","nmae":"N"},"curency":"CNY",
             "lines":[{"line":1,"qty":"1"},{"line":2,"qty":"2","supplier":{"cod":"S"}}]}
            """
        #expect(
            try unknown(OrderPlaced.type, order)
                == ["$.customer.nmae", "$.curency", "$.lines[].qty", "$.lines[].supplier.cod"])
        // Escaped it is the same name; what is no object has no fields.
        #expect(try unknown(CustomerReported.type, #"{"c\u006fde":"C","name":{"x":1}}"#).isEmpty)
        #expect(try unknown(CustomerReported.type, "[1]").isEmpty)
    }
}
