public import Logging

/// Brings a schema up to date: numbered, checksummed migrations, then functions and views whose text has changed, under
/// an advisory lock.
public struct Migrator: Sendable {
    /// The schema.
    public let schema: String
    /// Whose migrations these are: one schema may be built by several, each with its own numbers.
    public let component: String
    private let migrations: [Migration]
    private let repeatables: [RepeatableMigration]
    private let logger: Logger
    /// How often a migration is tried that finds its tables locked.
    private static let attempts = 10
    /// How long one migration may take, and how long we wait for another migrator to finish.
    private static let patience = Duration.seconds(600)

    /// - Parameters:
    ///   - schema: the schema.
    ///   - component: whose migrations these are; the schema's own when not given.
    ///   - migrations: all there are, numbered from 1 without gaps.
    ///   - repeatables: the functions and views of this build, each after those that it is made of.
    ///   - logger: where to say what is done.
    public init(
        schema: String, component: String? = nil, migrations: [Migration], repeatables: [RepeatableMigration] = [],
        logger: Logger
    ) {
        self.schema = schema
        self.component = component ?? schema
        self.migrations = migrations.sorted { $0.number < $1.number }
        self.repeatables = repeatables
        self.logger = logger
    }

    /// A migration from a file named `0001_initial.sql`.
    ///
    /// - Throws: ``PostgresError`` of code `migration` when the name is not of that form.
    public static func parse(fileName: String, contents: String) throws(PostgresError) -> Migration {
        try Migration(fileName: fileName, contents: contents)
    }

    /// Applies what is missing, each migration in a transaction of its own.
    ///
    /// Of several that run at once one applies and the others find nothing left. A migration waits at most two
    /// seconds for a lock, because whoever queues behind it waits as well; then it is rolled back and tried again, ten
    /// times in all. The schema is made when it does not exist and the role may make one.
    ///
    /// - Parameters:
    ///   - configuration: the database, in a role that owns the schema.
    ///   - isDryRun: only say what would be applied; nothing is written and no lock is taken.
    /// - Returns: what was applied.
    /// - Throws: ``PostgresError`` of code `migration` when an applied migration was edited, one was left out, or the
    ///   schema is ahead of this build; then nothing is applied.
    public func migrate(
        _ configuration: PostgresConfiguration, isDryRun: Bool = false
    ) async throws -> AppliedMigrations {
        let connection = try await PostgresConnection.connect(
            configuration.with(statementTimeout: Self.patience, lockTimeout: Self.patience))
        do {
            if !isDryRun { try await prepare(connection) }
            let status = try await connection.withTransaction(isReadOnly: true) { try self.status($0) }
            if let problem = status.problem { throw PostgresError(.migration, problem) }
            let missing = AppliedMigrations(
                numbered: migrations.filter { status.pending.contains($0.number) },
                repeatable: repeatables.filter { status.changed.contains($0.name) })
            if !isDryRun {
                for migration in missing.numbered { try await apply(step(migration), connection) }
                for repeatable in missing.repeatable { try await apply(step(repeatable), connection) }
            }
            await connection.close()
            return missing
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
        let (schema, table, repeatableTable) = (schema, table, repeatableTable)
        try await connection.withSession { session in
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
                create table if not exists \(repeatableTable) (
                    component   text        not null,
                    name        text        not null,
                    checksum    text        not null,
                    applied_at  timestamptz not null default now(),
                    primary key (component, name, checksum)
                );
                set lock_timeout = '2s'
                """)
        }
    }

    /// Something to apply, and how it is written down.
    private struct Step: Sendable {
        let title: String
        let sql: String
        let record: SQL
        let metadata: Logger.Metadata
    }

    private func step(_ migration: Migration) -> Step {
        Step(
            title: "migration \(migration.number) '\(migration.name)'", sql: migration.sql,
            record: """
                insert into \(unsafe: table) (component, number, name, checksum)
                values (\(component), \(migration.number), \(migration.name), \(migration.checksum))
                """,
            metadata: ["schema": "\(schema)", "number": "\(migration.number)", "name": "\(migration.name)"])
    }

    private func step(_ repeatable: RepeatableMigration) -> Step {
        Step(
            title: "the function or view '\(repeatable.name)'", sql: repeatable.sql,
            record: """
                insert into \(unsafe: repeatableTable) (component, name, checksum)
                values (\(component), \(repeatable.name), \(repeatable.checksum))
                """,
            metadata: ["schema": "\(schema)", "name": "\(repeatable.name)"])
    }

    private func apply(_ step: Step, _ connection: PostgresConnection) async throws {
        for attempt in 1... {
            do {
                try await connection.withTransaction { transaction in
                    try transaction.script(step.sql)
                    try transaction.execute(step.record)
                }
                logger.info("migration applied", metadata: step.metadata)
                return
            } catch let error as PostgresError where Self.isInTheWay(error) && attempt < Self.attempts {
                logger.warning(
                    "a migration waits for a lock that others hold; it is tried again",
                    metadata: step.metadata.merging(["attempt": "\(attempt)"]) { $1 })
                try await Task.sleep(for: .milliseconds(200 * attempt))
            } catch let error as PostgresError {
                throw PostgresError(
                    .migration, "\(step.title) of schema '\(schema)': \(error.message)", sqlState: error.sqlState,
                    detail: error.detail, isConnectionLost: error.isConnectionLost,
                    isCommitUnknown: error.isCommitUnknown)
            }
        }
    }

    /// A lock that was not had in time, a deadlock, a serialisation failure: others are in the way, and will go.
    private static func isInTheWay(_ error: PostgresError) -> Bool {
        !error.isConnectionLost && ["55P03", "40P01", "40001"].contains(error.sqlState)
    }

    private var table: String { "\(Wire.quoted(identifier: schema)).schema_migration" }

    private var repeatableTable: String { "\(Wire.quoted(identifier: schema)).schema_repeatable" }

    private func exists(_ table: String, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.query("select to_regclass(\(table)) is not null", as: Bool.self).first == true
    }

    private func status(_ transaction: borrowing Transaction) throws -> MigrationStatus {
        let rows =
            try exists(table, transaction)
            ? try transaction.query(
                "select number, name, checksum from \(unsafe: table) where component = \(component) order by number",
                as: (Int, String, String).self) : []
        let texts =
            try !repeatables.isEmpty && exists(repeatableTable, transaction)
            ? try transaction.query(
                "select name, checksum from \(unsafe: repeatableTable) where component = \(component)",
                as: (String, String).self) : []
        return Self.status(
            applied: rows, migrations: migrations, texts: texts, repeatables: repeatables, schema: schema)
    }

    /// Compares what was applied with what there is. Pure.
    static func status(
        applied: [(number: Int, name: String, checksum: String)], migrations: [Migration],
        texts: [(name: String, checksum: String)] = [], repeatables: [RepeatableMigration] = [], schema: String
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
            applied: last, head: migrations.last?.number ?? 0, pending: pending,
            changed: repeatables.filter { repeatable in
                !texts.contains { $0.name == repeatable.name && $0.checksum == repeatable.checksum }
            }.map(\.name), problem: problem)
    }
}
