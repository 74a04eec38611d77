public import Logging

/// Brings a schema up to date: numbered, checksummed migrations under an advisory lock.
public struct Migrator: Sendable {
    /// The schema.
    public let schema: String
    /// Whose migrations these are: one schema may be built by several, each with its own numbers.
    public let component: String
    private let migrations: [Migration]
    private let logger: Logger
    private static let attempts = 10

    /// - Parameters:
    ///   - schema: the schema.
    ///   - component: whose migrations these are.
    ///   - migrations: all there are, numbered from 1 without gaps.
    ///   - logger: where to say what is done.
    public init(schema: String, component: String, migrations: [Migration], logger: Logger) {
        self.schema = schema
        self.component = component
        self.migrations = migrations.sorted { $0.number < $1.number }
        self.logger = logger
    }

    /// Applies what is missing, each migration in a transaction of its own.
    ///
    /// Of several that run at once one applies and the others find nothing left. A migration waits at most two
    /// seconds for a lock, because whoever queues behind it waits as well; then it is rolled back and tried again.
    ///
    /// - Parameters:
    ///   - configuration: the database, in a role that owns the schema.
    ///   - isDryRun: only say what would be applied.
    /// - Returns: what was applied.
    /// - Throws: ``PostgresError`` of code `migration` when an applied migration was edited or a number is missing.
    public func migrate(_ configuration: PostgresConfiguration, isDryRun: Bool = false) async throws -> [Migration] {
        let connection = try await PostgresConnection.connect(configuration)
        do {
            try await prepare(connection)
            let status = try await connection.withTransaction { try self.status($0) }
            if let problem = status.problem { throw PostgresError(.migration, problem) }
            var applied: [Migration] = []
            for migration in migrations where status.pending.contains(migration.number) {
                if !isDryRun { try await apply(migration, connection) }
                applied.append(migration)
            }
            await connection.close()
            return applied
        } catch {
            await connection.close()
            throw error
        }
    }

    /// How the schema stands; needs only to read.
    public func status(_ pool: PostgresPool) async throws -> MigrationStatus {
        try await pool.withTransaction(isReadOnly: true) { try self.status($0) }
    }

    /// Takes the lock of the schema for as long as the connection lives, and makes the table of what was applied.
    private func prepare(_ connection: PostgresConnection) async throws {
        let (schema, table) = (schema, table)
        try await connection.withSession { session in
            // Waiting for another migrator is no reason to give up; its own time-outs end it.
            try session.script("set statement_timeout = '120s'; set lock_timeout = '120s'")
            try session.execute("select pg_advisory_lock(hashtext(\("waybill migrations \(schema)")))")
            let exists = try session.query(
                "select exists (select from pg_namespace where nspname = \(schema))", as: Bool.self)
            if exists.first != true { try session.script("create schema \(Wire.quoted(identifier: schema))") }
            try session.script(
                """
                set search_path = \(Wire.quoted(identifier: schema));
                create table if not exists \(table) (
                    component   text        not null,
                    number      integer     not null,
                    name        text        not null,
                    checksum    text        not null,
                    applied_at  timestamptz not null default now(),
                    primary key (component, number)
                );
                set lock_timeout = '2s'
                """)
        }
    }

    private func apply(_ migration: Migration, _ connection: PostgresConnection) async throws {
        let (component, table) = (component, table)
        for attempt in 1... {
            do {
                try await connection.withTransaction { transaction in
                    try transaction.script(migration.sql)
                    try transaction.execute(
                        """
                        insert into \(unsafe: table) (component, number, name, checksum)
                        values (\(component), \(migration.number), \(migration.name), \(migration.checksum))
                        """)
                }
                logger.info(
                    "migration applied",
                    metadata: ["schema": "\(schema)", "number": "\(migration.number)", "name": "\(migration.name)"])
                return
            } catch let error as PostgresError where error.isRetriable && attempt < Self.attempts {
                logger.warning(
                    "a migration waits for a lock that others hold; it is tried again",
                    metadata: ["schema": "\(schema)", "name": "\(migration.name)", "attempt": "\(attempt)"])
                try await Task.sleep(for: .milliseconds(200 * attempt))
            } catch let error as PostgresError {
                throw PostgresError(
                    .migration, "migration \(migration.number) '\(migration.name)' of schema '\(schema)': \(error)",
                    sqlState: error.sqlState, detail: error.detail)
            }
        }
    }

    private var table: String { "\(Wire.quoted(identifier: schema)).schema_migration" }

    private func status(_ transaction: borrowing Transaction) throws -> MigrationStatus {
        let exists = try transaction.query("select to_regclass(\(table)) is not null", as: Bool.self)
        let rows =
            exists.first == true
            ? try transaction.query(
                "select number, name, checksum from \(unsafe: table) where component = \(component) order by number",
                as: (Int, String, String).self) : []
        return Self.status(applied: rows, migrations: migrations, schema: schema)
    }

    /// Compares what was applied with what there is. Pure.
    static func status(
        applied: [(number: Int, name: String, checksum: String)], migrations: [Migration], schema: String
    ) -> MigrationStatus {
        var problem: String?
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            problem = problem ?? "the migrations of this build have a gap before number \(migration.number)"
        }
        for row in applied {
            guard let migration = migrations.first(where: { $0.number == row.number }) else {
                problem =
                    problem
                    ?? "schema '\(schema)' is ahead: migration \(row.number) '\(row.name)' is not known to this build"
                continue
            }
            if migration.checksum != row.checksum {
                problem =
                    problem
                    ?? "migration \(row.number) '\(row.name)' of schema '\(schema)' was edited after it was applied: "
                    + "restore it and write a new one"
            }
        }
        let numbers = Set(applied.map(\.number))
        let last = applied.map(\.number).max() ?? 0
        let pending = migrations.map(\.number).filter { !numbers.contains($0) }
        if let late = pending.first(where: { $0 < last }) {
            problem = problem ?? "migration \(late) of schema '\(schema)' was left out: \(last) is applied, it is not"
        }
        return MigrationStatus(
            applied: last, head: migrations.last?.number ?? 0, pending: pending, problem: problem)
    }
}
