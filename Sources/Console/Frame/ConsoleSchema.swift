import Logging
import Postgres
import ServiceKit

/// The console's own schema: what it keeps of sessions, users, tokens, views and marks. It looks into no other.
enum ConsoleSchema {
    /// Its name, and the beginning of its roles' names.
    static let name = "console"

    /// The steps of the schema, in order. A released one never changes.
    static let migrations = [
        Migration(number: 1, name: "console", sql: PackageResources._001_console_sql),
        Migration(number: 2, name: "tokens", sql: PackageResources._002_tokens_sql),
        Migration(number: 3, name: "views", sql: PackageResources._003_views_sql),
        Migration(number: 4, name: "links", sql: PackageResources._004_links_sql),
        Migration(number: 5, name: "many", sql: PackageResources._005_many_sql),
        Migration(number: 6, name: "provider", sql: PackageResources._006_provider_sql),
    ]

    /// What brings it up to date.
    ///
    /// - Parameters:
    ///   - schema: the schema; the console's own when none is named.
    ///   - logger: where the steps are told.
    static func migrator(in schema: String = name, logger: Logger) -> Migrator {
        Migrator(schema: schema, component: "console", migrations: migrations, logger: logger)
    }
}
