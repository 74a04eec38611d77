import Client
import Contracts
import Testing

@testable import WaybillCLI

@Suite("Acts sent as JSON")
struct ActsCommandTests {
    private func filled(_ data: String) throws -> String {
        String(decoding: try ActsCommand.filled(Array(data.utf8), "by", "li.wei"), as: UTF8.self)
    }

    @Test("who acts is filled in where nobody is named, and everything else stays as it is")
    func filling() throws {
        #expect(try filled(#"{}"#) == #"{"by":"li.wei"}"#)
        #expect(
            try filled(#"{ "a": [1, {"b": null}], "c": "x\n" }"#) == #"{"by":"li.wei","a":[1, {"b": null}],"c":"x\n"}"#)
        #expect(try filled(#"{"by":"zhou.min"}"#) == #"{"by":"zhou.min"}"#)
        for wrong in ["", "[]", "{", "7"] { #expect(throws: Failure.self) { try filled(wrong) } }
    }

    @Test("every type that is listed is one by which people act")
    func types() {
        #expect(ActsCommand.types.contains("expense-budget.set.v1"))
        #expect(!ActsCommand.types.contains(OrderPlaced.type.description))
    }
}
