import ArgumentParser
import Client
import Domain

/// How much of what business something is, as it is typed, for the amounts of a policy.
struct PolicyMeasure: ParsableArguments {
    @Option(help: "How much it comes to, such as 60000.00.")
    var amount: String?
    @Option(help: "In which currency; CNY without.")
    var currency: String?
    @Option(help: "For how many days it is to hold.")
    var days: Int?
    @Option(help: "Of which line of business it is.")
    var line: String?
    @Option(help: "To which node it belongs, such as a branch; once more for each one above it.")
    var node: [String] = []

    var business: PermissionBusiness { PermissionBusiness(line: line, nodes: node) }

    private func measure() throws -> PermissionMeasure {
        guard let currency = Currency(currency ?? Currency.cny.code) else {
            throw ClientError(.refused, "'\((self.currency ?? "").prefix(64))' is no currency of ISO 4217")
        }
        let money = try amount.map { text in
            guard let amount = FixedDecimal(text) else {
                throw ClientError(.refused, "'\(text.prefix(64))' is no amount; write it as 60000.00")
            }
            return Money(amount, currency)
        }
        return PermissionMeasure(amount: money, days: days)
    }

    /// Up to what something may be done, way by way, and whether so much is within it.
    func amounts(_ grants: [PermissionGrant], on day: CalendarDay) throws -> PolicyFiles.Table {
        let measure = try measure()
        let rows = grants.flatMap { grant in
            (grant.amounts ?? []).map { amount -> [String?] in
                let covers = amount.covers(measure, RateTable([]), on: day).map { $0 ? "yes" : "no" }
                return [
                    grant.line, grant.onBehalfOf, amount.name, amount.upTo.map(\.description) ?? "*",
                    amount.days.map(String.init), amount.businessLines.joined(separator: " "),
                    amount.nodes.joined(separator: " "),
                    measure == PermissionMeasure() ? nil : covers ?? "another currency",
                ]
            }
        }
        return PolicyFiles.Table(
            name: "amounts",
            columns: [
                "line", "on_behalf_of", "amount", "up_to", "days", "business_lines", "nodes", "within",
            ], rows: rows)
    }
}
