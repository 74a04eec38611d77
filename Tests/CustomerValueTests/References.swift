import CustomerValue
import Foundation
import Testing

/// What others have published and computed, as far as it is installed: `make setup` puts the package `lifetimes` beside
/// the build, for the CDNOW data that it carries.
enum References {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let packages = root.appendingPathComponent(".build/oracles")
    static let lifetimes = packages.appendingPathComponent("lifetimes/datasets")
    static let hasLifetimes = FileManager.default.fileExists(
        atPath: lifetimes.appendingPathComponent("CDNOW_sample.txt").path)
    static let hasScikitLearn = (try? python(["-c", "import sklearn"])) != nil

    /// Rows of numbers of one of the data sets; fields are parted by commas or spaces.
    static func rows(_ name: String, skippingHeader: Bool) throws -> [[Double]] {
        let text = try String(contentsOf: lifetimes.appendingPathComponent(name), encoding: .utf8)
        return text.split(whereSeparator: \.isNewline).dropFirst(skippingHeader ? 1 : 0).map { line in
            line.split { $0 == "," || $0 == " " }.compactMap { Double($0) }
        }
    }

    /// The customers of CDNOW over 39 weeks.
    static func customers() throws -> [PurchaseRecord] {
        try rows("cdnow_customers_summary.csv", skippingHeader: true).map {
            PurchaseRecord(repeats: Int($0[1]), recency: $0[2], age: $0[3])
        }
    }

    /// What a program prints.
    static func python(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONPATH": packages.path]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "python3 \(arguments) failed")
        return String(decoding: data, as: UTF8.self)
    }
}
