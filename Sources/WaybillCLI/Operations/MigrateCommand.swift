import ArgumentParser
import Contracts
import Foundation

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the services' schemas up to date.",
        discussion: """
            Runs 'waybill-SERVICE migrate', found beside this command, with WAYBILL_POSTGRES_MIGRATE_URL_SERVICE (or
            the file that $WAYBILL_HOME/secrets/migrate-SERVICE.url holds).
            """)

    @Argument(help: "The services; all five when none is named.")
    var services: [String] = []

    func run() async throws {
        let surroundings = Surroundings()
        guard let folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent() else {
            throw Failure("it is not known where this command lies: run 'waybill-SERVICE migrate' yourself")
        }
        for name in services.isEmpty ? ServiceName.allCases.map(\.rawValue) : services {
            guard ServiceName(rawValue: name) != nil else { throw ValidationError("'\(name)' is no service") }
            let process = Process()
            process.executableURL = folder.appendingPathComponent("waybill-\(name)")
            process.arguments = ["migrate"]
            var environment = ["PATH": surroundings["PATH"] ?? "", "WAYBILL_LOG_LEVEL": "warning"]
            if let url = surroundings["WAYBILL_POSTGRES_MIGRATE_URL_\(name.uppercased())"] {
                environment["WAYBILL_POSTGRES_MIGRATE_URL"] = url
            } else {
                let home = surroundings["WAYBILL_HOME"] ?? ".waybill"
                environment["WAYBILL_POSTGRES_MIGRATE_URL_FILE"] = "\(home)/secrets/migrate-\(name).url"
            }
            process.environment = environment
            let code = try await Self.run(process)
            guard code == 0 else { throw Failure("the schema of \(name) was not migrated (exit code \(code))") }
        }
    }

    /// Runs a program to its end.
    private static func run(_ process: Process) async throws -> Int32 {
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
