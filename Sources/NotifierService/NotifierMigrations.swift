import Postgres
import ServiceKit

/// The steps of the schema, in order. A released one never changes.
enum NotifierMigrations {
    static let all = [
        Migration(number: 1, name: "notifier", sql: PackageResources._001_notifier_sql),
        Migration(number: 2, name: "retention", sql: PackageResources._002_retention_sql),
        Migration(number: 3, name: "targets", sql: PackageResources._003_targets_sql),
        Migration(number: 4, name: "customer_owners", sql: PackageResources._004_customer_owners_sql),
    ]
}
