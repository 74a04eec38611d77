import Client
import Contracts
import Foundation

/// The program of a service, found beside this command: it does what is done in the service's database.
enum ServiceProgram {
    /// Runs it to its end, what it prints included.
    ///
    /// - Parameters:
    ///   - service: whose program.
    ///   - arguments: what it is to do.
    ///   - database: the variable for the database's address that it reads. With `_SERVICE` behind, it may be set for this
    ///     command.
    ///   - secret: the beginning of the file's name, in `$WAYBILL_HOME/secrets`, that holds the address otherwise.
    /// - Returns: its exit code.
    static func run(
        _ service: ServiceName, _ arguments: [String], database: String, secret: String
    ) async throws -> Int32 {
        let surroundings = Surroundings()
        let name = service.rawValue
        var environment: [String: String] = [:]
        if let url = surroundings["\(database)_\(name.uppercased())"] {
            environment[database] = url
        } else {
            let home = surroundings["WAYBILL_HOME"] ?? ".waybill"
            environment["\(database)_FILE"] = "\(home)/secrets/\(secret)-\(name).url"
        }
        return try await run(service, arguments, environment: environment.merging(quiet) { own, _ in own })
    }

    /// Runs it to its end with nothing but the variables given.
    ///
    /// - Parameter folder: where paths begin.
    static func run(
        _ service: ServiceName, _ arguments: [String], environment: [String: String], in folder: URL? = nil
    ) async throws -> Int32 {
        let process = try process(service, arguments, environment: environment)
        if let folder { process.currentDirectoryURL = folder }
        return try await end(of: process)
    }

    /// What it prints.
    static func output(_ service: ServiceName, _ arguments: [String]) throws -> String {
        let process = try process(service, arguments, environment: quiet)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("'waybill-\(service.rawValue)' did not answer") }
        return String(decoding: data, as: UTF8.self)
    }

    private static let quiet = ["WAYBILL_LOG_LEVEL": "warning"]

    private static func process(
        _ service: ServiceName, _ arguments: [String], environment: [String: String]
    ) throws -> Process {
        guard let folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent() else {
            let words = arguments.joined(separator: " ")
            throw Failure(
                "it is not known where this command lies: run 'waybill-\(service.rawValue) \(words)' yourself")
        }
        let process = Process()
        process.executableURL = folder.appendingPathComponent("waybill-\(service.rawValue)")
        process.arguments = arguments
        process.environment = environment.merging(["PATH": Surroundings()["PATH"] ?? ""]) { own, _ in own }
        return process
    }

    private static func end(of process: Process) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}
