import Postgres
import ServiceKit

/// The steps of the schema, in order. A released one never changes.
enum FinanceMigrations {
    static let all = [
        Migration(number: 1, name: "finance", sql: PackageResources._001_finance_sql),
        Migration(number: 2, name: "receivables", sql: PackageResources._002_receivables_sql),
        Migration(number: 3, name: "content_revision", sql: PackageResources._003_content_revision_sql),
        Migration(number: 4, name: "credit", sql: PackageResources._004_credit_sql),
        Migration(number: 5, name: "alert_loop", sql: PackageResources._005_alert_loop_sql),
        Migration(number: 6, name: "profit", sql: PackageResources._006_profit_sql),
        Migration(number: 7, name: "customer_class", sql: PackageResources._007_customer_class_sql),
        Migration(number: 8, name: "party_names", sql: PackageResources._008_party_names_sql),
        Migration(number: 9, name: "expenses", sql: PackageResources._009_expenses_sql),
        Migration(number: 10, name: "close", sql: PackageResources._010_close_sql),
        Migration(number: 11, name: "terms", sql: PackageResources._011_terms_sql),
        Migration(
            number: 12, name: "view",
            sql: PackageResources._012_view_sql + PackageResources._012_view_marks_sql),
        Migration(number: 13, name: "evidence", sql: PackageResources._013_evidence_sql),
        Migration(number: 14, name: "order_key", sql: PackageResources._014_order_key_sql),
        Migration(number: 15, name: "view_fold", sql: PackageResources._015_view_fold_sql),
        Migration(number: 16, name: "account_revision", sql: PackageResources._016_account_revision_sql),
        Migration(number: 17, name: "references", sql: PackageResources._017_references_sql),
        Migration(number: 18, name: "order_approvals", sql: PackageResources._018_order_approvals_sql),
        Migration(number: 19, name: "money_returned", sql: PackageResources._019_money_returned_sql),
        Migration(number: 20, name: "billed_part", sql: PackageResources._020_billed_part_sql),
        Migration(number: 21, name: "supplier_source", sql: PackageResources._021_supplier_source_sql),
        Migration(number: 22, name: "named_invoices", sql: PackageResources._022_named_invoices_sql),
        Migration(number: 23, name: "exchange_rates", sql: PackageResources._023_exchange_rates_sql),
        Migration(number: 24, name: "supplier_residues", sql: PackageResources._024_supplier_residues_sql),
        Migration(
            number: 25, name: "settled_references", sql: PackageResources._025_settled_references_sql),
        Migration(number: 26, name: "release_and_causes", sql: PackageResources._026_release_and_causes_sql),
        Migration(number: 27, name: "account_own", sql: PackageResources._027_account_own_sql),
        OwnershipReplica.migration(28),
        Migration(number: 29, name: "payment_sources", sql: PackageResources._029_payment_sources_sql),
        Migration(
            number: 30, name: "supplier_invoice_orders", sql: PackageResources._030_supplier_invoice_orders_sql),
        Migration(number: 31, name: "promised_day", sql: PackageResources._031_promised_day_sql),
        Migration(number: 32, name: "waiting_bills", sql: PackageResources._032_waiting_bills_sql),
        Migration(number: 33, name: "on_behalf_of", sql: PackageResources._033_on_behalf_of_sql),
        Migration(number: 34, name: "quoted_order", sql: PackageResources._034_quoted_order_sql),
    ]

    /// The functions and views, each after those that it is made of. Their text may change; name, arguments and result may not.
    static let repeatable = [
        RepeatableMigration(name: "account_party", sql: PackageResources.account_party_sql),
        RepeatableMigration(name: "account_old_revision", sql: PackageResources.account_old_revision_sql),
        RepeatableMigration(name: "account_revisions", sql: PackageResources.account_revisions_sql),
        RepeatableMigration(name: "name_account", sql: PackageResources.name_account_sql),
        RepeatableMigration(name: "closed_months", sql: PackageResources.closed_months_sql),
        RepeatableMigration(name: "add_exposure", sql: PackageResources.add_exposure_sql),
        RepeatableMigration(name: "expose_new_receivable", sql: PackageResources.expose_new_receivable_sql),
        RepeatableMigration(name: "expose_changed_receivable", sql: PackageResources.expose_changed_receivable_sql),
        RepeatableMigration(name: "expose_payment", sql: PackageResources.expose_payment_sql),
        RepeatableMigration(name: "expose_application", sql: PackageResources.expose_application_sql),
        RepeatableMigration(name: "mark_new_document", sql: PackageResources.mark_new_document_sql),
        RepeatableMigration(name: "mark_changed_document", sql: PackageResources.mark_changed_document_sql),
        RepeatableMigration(name: "mark_application", sql: PackageResources.mark_application_sql),
        RepeatableMigration(name: "mark_rounding", sql: PackageResources.mark_rounding_sql),
        RepeatableMigration(name: "view_names", sql: PackageResources.view_names_sql),
        RepeatableMigration(name: "view_entries", sql: PackageResources.view_entries_sql),
        RepeatableMigration(name: "view_pending", sql: PackageResources.view_pending_sql),
        RepeatableMigration(name: "view_difference", sql: PackageResources.view_difference_sql),
        RepeatableMigration(name: "view_fold", sql: PackageResources.view_fold_sql),
    ]
}
