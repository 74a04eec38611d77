import Foundation
import Testing

/// The oracle of surveys' statistics, which needs statsmodels.
enum SurveyOracle {
    static let howToEnable: Comment = "needs a python3 that has statsmodels: pip install statsmodels"
    /// Another python3 than the first one in the path, when the variable names one.
    private static let python = ProcessInfo.processInfo.environment["WAYBILL_ORACLE_PYTHON"] ?? "python3"
    static let isThere = (try? run(["-c", "import statsmodels, scipy"], input: Data())) != nil

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Oracles")

    /// What one of them makes of some cases.
    static func answer(_ script: String = "surveys.py", to cases: Data) throws -> Data {
        try run([folder.appendingPathComponent(script).path], input: cases)
    }

    private static func run(_ arguments: [String], input: Data) throws -> Data {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try input.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python] + arguments
        let output = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(arguments) failed")
        return data
    }
}
