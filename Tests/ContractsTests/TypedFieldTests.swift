import Domain
import Testing

@testable import Contracts

@Suite("What people typed into messages and files")
struct TypedFieldTests {
    private func refusal(_ type: MessageType, _ json: String) throws -> Refusal? {
        let contract = try #require(Catalogue.description(of: type))
        do {
            try contract.refuseSlips(in: JSONDocument(parsing: Array(json.utf8)).root)
            return nil
        } catch { return error }
    }

    @Test("identifiers hold nothing that nobody sees, wherever they stand; words may")
    func identifiers() throws {
        let note = #""summary":"\u200b said\u00a0so ""#
        let good = #"{"interactionId":"I-1","customer":{"code":"KS（１）"},\#(note)}"#
        #expect(try refusal(InteractionLogged.type, good) == nil)
        let inside = #"{"interactionId":"I-1","customer":{"code":"C-1\u200b"},\#(note)}"#
        #expect(try refusal(InteractionLogged.type, inside)?.path == "$.customer.code")
        #expect(try refusal(InteractionLogged.type, inside)?.reason == .unseenCharacter)
        let outside = #"{"interactionId":" I-1","customer":{"code":"C-1"}}"#
        #expect(try refusal(InteractionLogged.type, outside)?.path == "$.interactionId")
        let listed = #"{"paymentId":"P","allocations":[{"invoiceId":"A"},{"invoiceId":"B\u00ad"}]}"#
        #expect(try refusal(PaymentAllocated.type, listed)?.path == "$.allocations[1].invoiceId")
    }

    @Test("what other systems send is read byte for byte")
    func machines() throws {
        let json = #"{"code":"C-1\u200b","name":"x","branch":"ＫＳ０１"}"#
        let read = try CustomerReported(json: Array(json.utf8))
        #expect(read.code.hasSameBytes(as: "C-1\u{200B}") && read.branch.hasSameBytes(as: "ＫＳ０１"))
    }

    @Test("in a file of settings nothing stands that nobody sees")
    func files() {
        func path(_ json: String) -> String? {
            do {
                _ = try SettingsFile.root(Array(json.utf8))
                return nil
            } catch { return error.reason == .unseenCharacter ? error.path : "\(error)" }
        }
        #expect(path(#"{"branches":[{"code":"KS01","name":"昆山　分公司 "}]}"#) == nil)
        #expect(path(#"{"branches":[{"code":"KS01"},{"code":"KS02\u200b"}]}"#) == "$.branches[1].code")
        #expect(path(#"{"branches":[{"code\ufeff":"KS01"}]}"#) == "$.branches[0]")
    }
}
