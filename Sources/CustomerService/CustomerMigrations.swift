import Postgres
import ServiceKit

/// The steps of the schema, in order. A released one never changes.
enum CustomerMigrations {
    static let all = [
        Migration(number: 1, name: "customer", sql: PackageResources._001_customer_sql),
        Migration(number: 2, name: "master", sql: PackageResources._002_master_sql),
        Migration(number: 3, name: "value", sql: PackageResources._003_value_sql),
        Migration(number: 4, name: "graph", sql: PackageResources._004_graph_sql),
        Migration(number: 5, name: "interactions", sql: PackageResources._005_interactions_sql),
        Migration(number: 6, name: "complaint", sql: PackageResources._006_complaint_sql),
        Migration(number: 7, name: "agreement", sql: PackageResources._007_agreement_sql),
        Migration(number: 8, name: "relation_nodes", sql: PackageResources._008_relation_nodes_sql),
        Migration(number: 9, name: "account_home", sql: PackageResources._009_account_home_sql),
        Migration(number: 10, name: "references", sql: PackageResources._010_references_sql),
        Migration(number: 11, name: "without_rate", sql: PackageResources._011_without_rate_sql),
        Migration(number: 12, name: "corrections", sql: PackageResources._012_corrections_sql),
        Migration(number: 13, name: "people", sql: PackageResources._013_people_sql),
        OwnershipReplica.migration(14),
        Migration(number: 15, name: "told_home", sql: PackageResources._015_told_home_sql),
        Migration(number: 16, name: "told_reviews", sql: PackageResources._016_told_reviews_sql),
        Migration(number: 17, name: "unknown_line", sql: PackageResources._017_unknown_line_sql),
        Migration(number: 18, name: "on_behalf_of", sql: PackageResources._018_on_behalf_of_sql),
    ]

    /// The functions and views, each after those that it is made of. Their text may change; name, arguments and result may not.
    static let repeatable = [
        RepeatableMigration(name: "graph_party", sql: PackageResources.graph_party_sql),
        RepeatableMigration(name: "refuse_change", sql: PackageResources.refuse_change_sql),
    ]
}
