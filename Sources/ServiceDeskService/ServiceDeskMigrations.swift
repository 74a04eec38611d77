import Postgres
import ServiceKit

/// The steps of the schema, in order. A released one never changes.
enum ServiceDeskMigrations {
    static let all = [
        Migration(number: 1, name: "servicedesk", sql: PackageResources._001_servicedesk_sql),
        Migration(number: 2, name: "account_customer", sql: PackageResources._002_account_customer_sql),
        Migration(number: 3, name: "customer_class", sql: PackageResources._003_customer_class_sql),
        Migration(number: 4, name: "complaint", sql: PackageResources._004_complaint_sql),
        Migration(number: 5, name: "counted_place", sql: PackageResources._005_counted_place_sql),
        Migration(number: 6, name: "references", sql: PackageResources._006_references_sql),
        Migration(number: 7, name: "settled_order", sql: PackageResources._007_settled_order_sql),
        Migration(number: 8, name: "complaint_order", sql: PackageResources._008_complaint_order_sql),
        Migration(number: 9, name: "account_home", sql: PackageResources._009_account_home_sql),
        Migration(number: 10, name: "complaint_clocks", sql: PackageResources._010_complaint_clocks_sql),
        Migration(number: 11, name: "survey_answers", sql: PackageResources._011_survey_answers_sql),
        Migration(number: 12, name: "recovery", sql: PackageResources._012_recovery_sql),
        Migration(number: 13, name: "told_promise", sql: PackageResources._013_told_promise_sql),
        Migration(number: 14, name: "told_agent", sql: PackageResources._014_told_agent_sql),
        Migration(number: 15, name: "on_behalf_of", sql: PackageResources._015_on_behalf_of_sql),
        Migration(number: 16, name: "survey_consent", sql: PackageResources._016_survey_consent_sql),
        Migration(number: 17, name: "lead_suggestion", sql: PackageResources._017_lead_suggestion_sql),
        Migration(number: 18, name: "bulletin", sql: PackageResources._018_bulletin_sql),
        Migration(number: 19, name: "milestone", sql: PackageResources._019_milestone_sql),
    ]
}
