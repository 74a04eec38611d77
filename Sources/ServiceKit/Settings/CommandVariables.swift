import Contracts

/// The variables of the command `waybill` and of the scripts that start an installation. They say where broker, services and
/// databases are, and a person's shell has them: a service that is started there passes over them.
enum CommandVariables {
    private static let names: Set<String> = [
        "HOME", "CLI", "OUTPUT", "CONFIGURATION", "BINARIES", "CLUSTER", "AMQP_OPERATOR_URL", "AMQP_USER_URL",
        "AMQP_PARTNER_URL", "AMQP_FINANCE_URL", "HTTP_PARTNER_URL", "HTTP_MANAGEMENT_URL",
    ]
    /// What has one value for each program that runs, told by its name behind it.
    private static let ofServices = ["HTTP_", "POSTGRES_URL_", "POSTGRES_MIGRATE_URL_"]

    private static let programs = ServiceName.allCases.map(\.rawValue) + ["console"]

    /// - Parameter name: without `WAYBILL_` before it.
    static func contains(_ name: String) -> Bool {
        let name = name.hasSuffix("_FILE") ? String(name.dropLast("_FILE".count)) : name
        return names.contains(name)
            || ofServices.contains { start in
                name.hasPrefix(start)
                    && programs.contains { $0.uppercased() == name.dropFirst(start.count) }
            }
    }
}
