import Postgres

/// Whether there is the role that questions of who does not see everything run as.
///
/// A schema is not migrated without it, and no service starts without it, whether a policy of permissions holds or not: else the
/// first question after a policy is set would be the one that finds out.
enum ScopeReader {
    /// What is wrong before the schema is migrated: that the role is missing.
    static func missing(in schema: String, _ configuration: PostgresConfiguration) async throws -> String? {
        let reader = ScopeMigrations.reader(of: schema)
        let connection = try await PostgresConnection.connect(configuration)
        do {
            let isThere = try await connection.withTransaction(isReadOnly: true) {
                try $0.query("select exists (select from pg_roles where rolname = \(reader))", as: Bool.self)
            }
            await connection.close()
            return isThere.first == true ? nil : "the role '\(reader)' is missing: \(advice(schema))"
        } catch {
            await connection.close()
            throw error
        }
    }

    /// What is wrong when the service starts: that it may not become the role.
    static func problem(in schema: String, _ pool: PostgresPool) async throws -> String? {
        let reader = ScopeMigrations.reader(of: schema)
        let may = try await pool.withTransaction(isReadOnly: true) { transaction in
            try transaction.query(
                "select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = \(reader)",
                as: Bool.self)
        }
        guard may.first == true else {
            return "the user of the service may not become '\(reader)', the role for who does not see everything: "
                + advice(schema)
        }
        return nil
    }

    private static func advice(_ schema: String) -> String {
        "run deploy/postgres/roles.sql once more for '\(schema)', as a superuser"
    }
}
