import Contracts
package import Domain
import ServiceKit
package import Simulation

/// What the tests of the master say and look at.
package enum CustomerFixture {
    /// Credit codes whose check digits are right.
    package static let codes = ["91350100M000100Y43", "91110108551385082Q", "91110000600037341L", "91310115MA13962180"]

    /// A time of reports, so many seconds after the first.
    package static func time(_ second: Int) -> Timestamp {
        Timestamp(microsecondsSinceEpoch: 1_772_000_000_000_000 + Int64(second) * 1_000_000)
    }

    /// What an account's system says of it.
    package static func report(
        _ code: String, source: String = "erp", name: String, aliases: [String] = [], credit: String? = nil,
        phone: String? = nil, address: String? = nil, bank: String? = nil, email: String? = nil, at second: Int,
        id: String? = nil
    ) -> ServiceFixture.Message {
        .init(
            id ?? "r-\(source)-\(code)-\(second)", source: source, at: time(second),
            CustomerReported(
                code: code, name: name, aliases: aliases, creditCode: credit, phones: phone.map { [$0] } ?? [],
                address: address, bankAccounts: bank.map { [$0] } ?? [], branch: "KS01",
                emails: email.map { [$0] } ?? []))
    }

    /// The identifier of the party that a code is by itself.
    package static func party(_ code: String, source: String = "erp") -> String {
        AccountIdentifier.customer(source: source, code: code)
    }
}

extension ServiceFixture {
    /// Which party each account belongs to.
    package func memberships() async throws -> [String: String] {
        var found: [String: String] = [:]
        for row in try await rows("select source || '/' || code, customer_id from account") {
            if let account = row[0], let party = row[1] { found[account] = party }
        }
        return found
    }

    /// The accounts of each party, as sets.
    package func parties() async throws -> Set<Set<String>> {
        var groups: [String: Set<String>] = [:]
        for (account, party) in try await memberships() { groups[party, default: []].insert(account) }
        return Set(groups.values)
    }

    /// Handles messages in batches of random sizes.
    package func handleInBatches(_ messages: [Message], _ random: inout RandomSource) async throws {
        var rest = messages[...]
        while !rest.isEmpty {
            let batch = rest.prefix(1 + random.below(12))
            try await handle(Array(batch))
            rest = rest.dropFirst(batch.count)
        }
    }
}
