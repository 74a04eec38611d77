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
        let words = ([service.rawValue] + arguments.prefix(1)).joined(separator: " ")
        return try await Waiting("'waybill-\(words)'").during {
            try await run(
                service.rawValue, arguments, environment: self.database(service.rawValue, database, secret: secret))
        }
    }

    /// The variable that says to a program where its database is.
    ///
    /// - Parameters:
    ///   - name: the program's name, without what all begin with.
    ///   - variable: the variable that it reads. With the name behind, it may be set for this command.
    ///   - secret: the beginning of the file's name, in `$WAYBILL_HOME/secrets`, that holds the address otherwise.
    static func database(_ name: String, _ variable: String, secret: String) -> [String: String] {
        let command = CommandEnvironment()
        var environment = quiet
        if let url = command["\(variable)_\(name.uppercased())"] {
            environment[variable] = url
        } else {
            let home = command["WAYBILL_HOME"] ?? ".waybill"
            environment["\(variable)_FILE"] = "\(home)/secrets/\(secret)-\(name).url"
        }
        return environment
    }

    /// Runs it to its end with nothing but the variables given.
    ///
    /// - Parameter folder: where paths begin.
    static func run(
        _ service: ServiceName, _ arguments: [String], environment: [String: String], in folder: URL? = nil
    ) async throws -> Int32 {
        try await run(service.rawValue, arguments, environment: environment, in: folder)
    }

    /// The same for whichever of our programs, by its name without what all begin with.
    static func run(
        _ name: String, _ arguments: [String], environment: [String: String], in folder: URL? = nil
    ) async throws -> Int32 {
        let process = try process(name, arguments, environment: environment)
        if let folder { process.currentDirectoryURL = folder }
        return try await end(of: process)
    }

    /// What one of our programs prints, by its name without what all begin with.
    static func output(_ name: String, _ arguments: [String]) throws -> String {
        let process = try process(name, arguments, environment: quiet)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("'waybill-\(name)' did not answer") }
        return String(decoding: data, as: UTF8.self)
    }

    private static let quiet = ["WAYBILL_LOG_LEVEL": "warning"]

    private static func process(
        _ name: String, _ arguments: [String], environment: [String: String]
    ) throws -> Process {
        guard let folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent() else {
            let words = arguments.joined(separator: " ")
            throw Failure(
                "it is not known where this command lies: run 'waybill-\(name) \(words)' yourself")
        }
        let process = Process()
        process.executableURL = folder.appendingPathComponent("waybill-\(name)")
        process.arguments = arguments
        process.environment = environment.merging(["PATH": CommandEnvironment()["PATH"] ?? ""]) { own, _ in own }
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
