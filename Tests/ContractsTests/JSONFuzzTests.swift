import Foundation
import Testing

@testable import Contracts

@Suite("The reader of JSON beside Python's")
struct JSONFuzzTests {
    /// The content of a value written one way only: strings as the hexadecimal digits of their UTF-8, numbers as they
    /// stand, nothing between.
    private static func oneWay(_ node: JSONNode) -> String {
        func hexadecimal(_ text: String) -> String {
            text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }
        return switch node.kind {
        case .object:
            "{" + node.members.map { "\(hexadecimal($0.key)):\(oneWay($0.value))" }.joined(separator: ",") + "}"
        case .array: "[" + node.elements.map { oneWay($0) }.joined(separator: ",") + "]"
        case .string: "\"\(hexadecimal(node.string ?? ""))\""
        case .number: String(decoding: node.rawBytes, as: UTF8.self)
        case .true: "t"
        case .false: "f"
        case .null: "n"
        }
    }

    private static func verdict(_ body: [UInt8]) -> String {
        do {
            return oneWay(try JSONDocument(parsing: body).root)
        } catch {
            return "-"
        }
    }

    @Test(
        "takes and refuses the same of random and broken bodies, and reads the same out of them",
        arguments: [1, 20_260])
    func differential(seed: Int) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Oracles/json_bodies.py")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path, String(seed), "8000"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "json_bodies.py failed")
        var counts = (taken: 0, refused: 0)
        var differences: [String] = []
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            try #require(parts.count == 2)
            let body = try #require(Data(base64Encoded: Data(parts[0])))
            let expected = String(decoding: parts[1], as: UTF8.self)
            if expected == "-" { counts.refused += 1 } else { counts.taken += 1 }
            let found = Self.verdict(Array(body))
            if found != expected {
                differences.append("\(String(decoding: parts[0], as: UTF8.self)): \(found), Python: \(expected)")
            }
        }
        #expect(differences.isEmpty, "\(differences.count) differ: \(differences.prefix(5).joined(separator: "\n"))")
        // Neither side of the comparison is idle.
        #expect(counts.taken > 1_500 && counts.refused > 1_500, "\(counts)")
    }
}
