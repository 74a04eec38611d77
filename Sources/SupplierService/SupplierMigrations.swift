import Postgres
import ServiceKit

/// The steps of the schema, in order. A released one never changes.
enum SupplierMigrations {
    static let all = [
        Migration(number: 1, name: "supplier", sql: PackageResources._001_supplier_sql),
        Migration(number: 2, name: "parties", sql: PackageResources._002_parties_sql),
        Migration(number: 3, name: "name_origin", sql: PackageResources._003_name_origin_sql),
        Migration(number: 4, name: "references", sql: PackageResources._004_references_sql),
        Migration(number: 5, name: "supplier_source", sql: PackageResources._005_supplier_source_sql),
        Migration(number: 6, name: "settled_cost", sql: PackageResources._006_settled_cost_sql),
        Migration(number: 7, name: "order_home", sql: PackageResources._007_order_home_sql),
        OrderHomeStore.accounts.migration(8),
    ]
}
