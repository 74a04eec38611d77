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
        guard let folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent() else {
            throw Failure(
                "it is not known where this command lies: run 'waybill-\(name) \(arguments.joined(separator: " "))' yourself"
            )
        }
        let process = Process()
        process.executableURL = folder.appendingPathComponent("waybill-\(name)")
        process.arguments = arguments
        var environment = ["PATH": surroundings["PATH"] ?? "", "WAYBILL_LOG_LEVEL": "warning"]
        if let url = surroundings["\(database)_\(name.uppercased())"] {
            environment[database] = url
        } else {
            let home = surroundings["WAYBILL_HOME"] ?? ".waybill"
            environment["\(database)_FILE"] = "\(home)/secrets/\(secret)-\(name).url"
        }
        process.environment = environment
        return try await withCheckedThrowingContinuation { continuation in
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
