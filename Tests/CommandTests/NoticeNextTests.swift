import ArgumentParser
import Contracts
import Testing

@testable import WaybillCLI

@Suite("What a notice says to do next")
struct NoticeNextTests {
    @Test("is a command that there is, with the options that it has", arguments: NoticeKind.allCases)
    func commands(_ kind: NoticeKind) throws {
        let words = kind.about.next.split(separator: " ").map(String.init)
        #expect(words.first == "waybill")
        let typed = words.dropFirst().map { word in
            // A version is a number, a level one of three.
            word == "{version}" ? "1" : word == "{level}" ? "product" : word.hasPrefix("{") ? "X1" : word
        }
        #expect(throws: Never.self) { try Waybill.parseAsRoot(Array(typed)) }
    }
}
