package import Postgres
package import ServiceKit
import TestSupport

/// What the declarations of a service's tables come to in a database.
extension ServiceFixture {
    /// What is wrong with them: a table or view that nobody has declared, that is declared twice, or that is not there.
    package func undeclared() async throws -> [String] {
        let there = try await pool.withTransaction(isReadOnly: true) { transaction in
            try transaction.query(
                """
                select relname::text from pg_class
                where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm')
                    and not relispartition
                order by relname
                """, as: String.self)
        }
        let declared = Dictionary(grouping: definition.tables.map(\.name)) { $0 }
        return there.filter { declared[$0] == nil }.map { "'\($0)' is not declared" }
            + declared.filter { $0.value.count > 1 }.keys.sorted().map { "'\($0)' is declared more than once" }
            + declared.keys.filter { !there.contains($0) }.sorted().map { "'\($0)' is declared and not there" }
    }

    /// Makes grants and policies of them, with the roles that an installation has. What PostgreSQL does not understand is
    /// thrown.
    ///
    /// - Returns: connections of the role that the service runs as.
    @discardableResult
    package func enforceScopes() async throws -> PostgresPool {
        try await database.makeRoles()
        try await migrateScopes(of: definition)
        return try applicationPool()
    }

    /// Connections of the role that the service runs as, once ``enforceScopes()`` has made it.
    package func applicationPool(size: Int = 4) throws -> PostgresPool {
        try database.pool(size: size, configuration: database.configuration(user: ("\(database.schema)_app", "app")))
    }

    /// Makes grants and policies of the declarations of a service over the tables of this one.
    package func migrateScopes(of definition: ServiceDefinition) async throws {
        _ = try await Schema.scopes(of: definition, in: database.schema, logger: TestServers.quiet)
            .migrate(database.configuration())
    }

    /// The schema of the service's tables, after which its roles are named.
    package var schema: String { database.schema }
}
