import Contracts
import Domain
import Postgres

/// What somebody says of a number that documents name: whose it is.
struct SaidReference {
    /// What is named: an order, an invoice or a payment.
    let what: String
    /// The system whose number the documents name.
    let source: String
    let number: String
    /// The system whose number is meant.
    let meant: String
    let reason: String
    /// The login of who says so.
    let by: String

    init(_ body: SettleReference) {
        (what, source, number) = (body.what.rawValue, body.source, body.number)
        (meant, reason, by) = (body.meant, body.reason, body.by)
    }

    init(_ body: SettlePaymentReference) {
        (what, source, number) = ("payment", body.source, body.number)
        (meant, reason, by) = (body.meant, body.reason, body.by)
    }

    /// That the system which is meant has no such thing.
    var unknown: Refusal {
        Refusal(.notFound, path: "$.meant", "there is no \(what) '\(number)' of '\(meant)'")
    }

    /// Why nothing waits for the number: it was settled before, has come, or was never named.
    func nothingWaits(isThere: Bool, _ transaction: borrowing Transaction) throws -> Refusal {
        let name = "\(what) '\(number)' of '\(source)'"
        if isThere {
            return Refusal(.wrongState, path: "$.number", "nothing waits for \(name): it has come")
        }
        if let last = try SettlementStore.last(self, transaction) {
            return Refusal(
                .wrongState, path: "$.number",
                "nothing waits for \(name): '\(last.by)' has said that '\(last.meant)' is meant")
        }
        return Refusal(.notFound, path: "$.number", "no document waits for \(name)")
    }
}
