import Crypto

/// One step of a schema: numbered, named, and never edited once applied.
public struct Migration: Sendable, Equatable {
    /// Its place, from 1 without gaps.
    public let number: Int
    /// What it does, in a few words.
    public let name: String
    /// The statements.
    public let sql: String

    /// - Parameters:
    ///   - number: its place, from 1.
    ///   - name: what it does.
    ///   - sql: the statements.
    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// SHA-256 of the statements, in hexadecimal.
    public var checksum: String { Self.checksum(of: sql) }

    fileprivate static func checksum(of text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    /// A migration from a file named `0001_initial.sql`.
    ///
    /// - Throws: ``PostgresError`` of code `migration` when the name is not of that form.
    init(fileName: String, contents: String) throws(PostgresError) {
        let parts = fileName.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].count == 4, parts[0].allSatisfy({ $0.isASCII && $0.isNumber }),
            let number = Int(parts[0]), number > 0, parts[1].hasSuffix(".sql"), parts[1].count > 4
        else {
            throw PostgresError(
                .migration, "the file '\(fileName)' is not named like a migration: call it 0001_what_it_does.sql")
        }
        self.init(number: number, name: String(parts[1].dropLast(4)), sql: contents)
    }
}

/// A function or view of a schema: made by `create or replace`, and made again whenever its text has changed.
///
/// It is in force for the copies of the release before as well, which go on beside the new ones: its name, arguments and
/// results stay, and what cannot stay gets a new name. The text that is in force is the last that is new to the schema; so
/// a copy of the release before neither misses its own text nor brings it back, and whoever wants an earlier text back
/// writes beside it why, which makes it new.
public struct RepeatableMigration: Sendable, Equatable {
    /// The function or view.
    public let name: String
    /// The one statement that makes it.
    public let sql: String

    /// - Parameters:
    ///   - name: the function or view.
    ///   - sql: the statement, `create or replace …`.
    public init(name: String, sql: String) {
        self.name = name
        self.sql = sql
    }

    /// SHA-256 of the text, in hexadecimal.
    public var checksum: String { Migration.checksum(of: sql) }
}

/// What was applied to a schema, or would be.
public struct AppliedMigrations: Sendable, Equatable {
    /// The numbered ones, in order.
    public let numbered: [Migration]
    /// Functions and views whose text is new, in order; they follow the numbered ones.
    public let repeatable: [RepeatableMigration]

    /// Whether nothing was left to do.
    public var isEmpty: Bool { numbered.isEmpty && repeatable.isEmpty }
}

/// How a schema stands against the migrations of a build.
public struct MigrationStatus: Sendable, Equatable {
    /// The number of the last migration applied; 0 for none.
    public let applied: Int
    /// The number of the last migration there is.
    public let head: Int
    /// The numbers not applied yet.
    public let pending: [Int]
    /// The functions and views of which this build has a text that the schema has never had.
    public let changed: [String]
    /// Why the schema does not fit this build; `nil` when it does or only lacks migrations.
    public let problem: String?

    /// Whether a later build has migrated the schema: what runs may go on, for a migration only ever adds first, but
    /// an older build must not start on it.
    public var isAhead: Bool { applied > head }

    /// What there is to apply, in a few words for whoever reads why a service does not start.
    public var lacking: String {
        let functions = changed.isEmpty ? "" : ", and \(changed.count) functions or views to renew"
        return "\(pending.count) migrations pending\(functions)"
    }

    /// Whether schema and build belong together.
    public var isAtHead: Bool { pending.isEmpty && changed.isEmpty && problem == nil }
}
