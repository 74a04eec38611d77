import Contracts
import Domain
import Postgres
import ServiceKit

/// Terms as they are told and kept.
enum TermsHandlers {
    /// Whose terms: one code may be a customer's and a supplier's.
    private struct Party: Hashable, Comparable {
        let role: TermsRole
        let key: LedgerKey

        static func < (first: Party, second: Party) -> Bool {
            first.role == second.role ? first.key < second.key : first.role.rawValue < second.role.rawValue
        }
    }

    static func agreed(
        _ messages: [Received<TermsAgreed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<TermsAgreed>) -> LedgerKey {
            message.key(message.body.code, of: message.body.codeSource)
        }
        // What is open of a customer is dated anew.
        try ReceivableStore.lockBooks(transaction)
        var latest: [Party: Received<TermsAgreed>] = [:]
        for message in messages {
            let party = Party(role: message.body.role, key: key(message))
            if latest[party].map({ $0.body.agreedAt <= message.body.agreedAt }) ?? true { latest[party] = message }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        for role in TermsRole.allCases {
            try TermsStore.lock(role, Set(rows.filter { $0.body.role == role }.map(key)), transaction)
        }
        try TermsStore.put(rows, transaction)
        effects.count("terms", rows.count)
        try TermsStore.date(
            Set(rows.filter { $0.body.role == .customer }.map(key)), transaction, &effects)
        try TermsStore.limit(
            Set(rows.filter { $0.body.role == .supplier && $0.body.smallSupplier == true }.map(key)), transaction)
    }
}
