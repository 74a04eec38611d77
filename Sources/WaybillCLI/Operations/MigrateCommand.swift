import ArgumentParser
import Client
import Contracts
import Foundation

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the services' schemas up to date.",
        discussion: """
            Runs 'waybill-SERVICE migrate', found beside this command, with WAYBILL_POSTGRES_MIGRATE_URL_SERVICE (or
            the file that $WAYBILL_HOME/secrets/migrate-SERVICE.url holds).
            """)

    @Argument(help: "The services; all six when none is named.")
    var services: [String] = []

    func run() async throws {
        for name in services.isEmpty ? ServiceName.allCases.map(\.rawValue) : services {
            guard let service = ServiceName(rawValue: name) else { throw ValidationError("'\(name)' is no service") }
            let code = try await ServiceProgram.run(
                service, ["migrate"], database: "WAYBILL_POSTGRES_MIGRATE_URL", secret: "migrate")
            guard code == 0 else { throw Failure("the schema of \(name) was not migrated (exit code \(code))") }
        }
    }
}
