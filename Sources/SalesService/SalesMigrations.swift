import Postgres
import ServiceKit

/// The steps of the schema, in order. A released one never changes.
enum SalesMigrations {
    static let all = [
        Migration(number: 1, name: "sales", sql: PackageResources._001_sales_sql),
        Migration(number: 2, name: "receivable_notices", sql: PackageResources._002_receivable_notices_sql),
        Migration(number: 3, name: "account_customer", sql: PackageResources._003_account_customer_sql),
        Migration(number: 4, name: "agreement", sql: PackageResources._004_agreement_sql),
        Migration(number: 5, name: "order_room", sql: PackageResources._005_order_room_sql),
        Migration(number: 6, name: "currency", sql: PackageResources._006_currency_sql),
        Migration(number: 7, name: "references", sql: PackageResources._007_references_sql),
        Migration(number: 8, name: "decision_number", sql: PackageResources._008_decision_number_sql),
        Migration(number: 9, name: "content_revision", sql: PackageResources._009_content_revision_sql),
        Migration(number: 10, name: "waiting", sql: PackageResources._010_waiting_sql),
        Migration(number: 11, name: "notice_read", sql: PackageResources._011_notice_read_sql),
        Migration(number: 12, name: "ownership", sql: PackageResources._012_ownership_sql),
        Migration(number: 13, name: "account_branch", sql: PackageResources._013_account_branch_sql),
        Migration(number: 14, name: "notice_branch", sql: PackageResources._014_notice_branch_sql),
        Migration(number: 15, name: "notice_share", sql: PackageResources._015_notice_share_sql),
        Migration(number: 16, name: "leads", sql: PackageResources._016_leads_sql),
        Migration(number: 17, name: "opportunities", sql: PackageResources._017_opportunities_sql),
        Migration(number: 18, name: "products", sql: PackageResources._018_products_sql),
        Migration(number: 19, name: "rate_cards", sql: PackageResources._019_rate_cards_sql),
        Migration(number: 20, name: "quotes", sql: PackageResources._020_quotes_sql),
        Migration(number: 21, name: "card_ends", sql: PackageResources._021_card_ends_sql),
        Migration(number: 22, name: "acting_for", sql: PackageResources._022_acting_for_sql),
        Migration(number: 23, name: "handed_from", sql: PackageResources._023_handed_from_sql),
        Migration(number: 24, name: "quote_authority", sql: PackageResources._024_quote_authority_sql),
        Migration(number: 25, name: "quote_order", sql: PackageResources._025_quote_order_sql),
        Migration(number: 26, name: "suggested_leads", sql: PackageResources._026_suggested_leads_sql),
    ]
}
