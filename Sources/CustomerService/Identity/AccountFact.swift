import Contracts
import Domain

/// By what kind of message something was said: a master record speaks of the party, an order only mentions it.
enum Channel: String, Sendable {
    case reported
    case ordered
}

/// What a source says of an account.
struct AccountFact: Sendable, Equatable {
    let source: String
    let code: String
    var name: String?
    var creditCode: String?
    var branch: String?
    var salesOwner: String?
    var saidAt: Timestamp
    var channel = Channel.ordered
    /// What it says as an order; `nil` when it is none.
    var word: AccountHome.Word?
    /// Where the account is at home by all that is known, when that is worked out anew because of this.
    var home: AccountHome.Home?
    /// What else a master record says that tells who it is.
    var details: [IdentityField: [String]] = [:]

    var key: AccountKey { AccountKey(source: source, code: code) }

    /// Takes over what a newer fact says, and keeps what it does not speak of. Branch and owner are no word of one fact:
    /// ``AccountHome`` says when they change.
    mutating func take(_ newer: AccountFact) {
        name = newer.name ?? name
        creditCode = newer.creditCode ?? creditCode
        saidAt = newer.saidAt
    }

    /// Everything it says that tells who it is.
    var identity: [(field: IdentityField, value: String)] {
        var values: [(IdentityField, String)] = []
        if let name, !name.isEmpty { values.append((.name, name)) }
        if let creditCode, !creditCode.isEmpty { values.append((.creditCode, creditCode)) }
        for (field, list) in details.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for value in Set(list).sorted() where !value.isEmpty { values.append((field, value)) }
        }
        return values
    }
}

/// What may be said of who an account is.
enum IdentityField: String, Sendable, CaseIterable {
    case name
    case alias
    case creditCode
    case taxId
    case phone
    case address
    case bankAccount
    case email
}
