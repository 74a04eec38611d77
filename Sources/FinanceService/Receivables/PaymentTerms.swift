import Contracts
import Domain
import Postgres
import ServiceKit

/// When an invoice is to be paid by what was agreed. Pure.
struct PaymentTerms: Equatable {
    let kind: TermsKind
    let days: Int
    /// For terms from the month's end: the last day that counts for its month.
    var cutOff: Int?
    /// Whether the law has us pay within sixty days, whatever was agreed (State Council decree 802).
    var isSmallSupplier = false

    /// Those of a customer with whom none are known to be agreed: thirty days.
    static let standard = PaymentTerms(kind: .net, days: 30)

    /// The longest that a small supplier may wait.
    static let statutoryDays = 60

    /// The day on which an invoice of a day is due.
    func due(issued day: CalendarDay) -> CalendarDay {
        let agreed =
            switch kind {
            case .net: day.adding(days: days)
            case .monthEnd: Self.monthEnd(day, cutOff).adding(days: days)
            }
        return isSmallSupplier ? min(agreed, day.adding(days: Self.statutoryDays)) : agreed
    }

    /// When an invoice of an instant is due: at the same time of that day.
    func due(issued: Timestamp) -> Timestamp {
        let day = issued.day()
        let days = Int64(due(issued: day).daysSinceEpoch - day.daysSinceEpoch)
        return Timestamp(microsecondsSinceEpoch: issued.microsecondsSinceEpoch + days * 86_400_000_000)
            .inOffset(minutes: 480)
    }

    private static func monthEnd(_ day: CalendarDay, _ cutOff: Int?) -> CalendarDay {
        var (year, month, dayOfMonth) = day.components
        if let cutOff, dayOfMonth > cutOff { month += 1 }
        month += 1
        if month > 12 { (year, month) = (year + 1, month - 12) }
        return CalendarDay(year: year, month: month, day: 1)?.adding(days: -1) ?? day
    }
}

/// Terms as they are told and kept.
enum TermsHandlers {
    static func agreed(
        _ messages: [Received<TermsAgreed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [String: Received<TermsAgreed>] = [:]
        for message in messages {
            let key = "\(message.envelope.source)\u{1}\(message.body.role.rawValue)\u{1}\(message.body.code)"
            if latest[key].map({ $0.body.agreedAt <= message.body.agreedAt }) ?? true { latest[key] = message }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        func key(_ message: Received<TermsAgreed>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.code)
        }
        for role in TermsRole.allCases {
            try lock(role, Set(rows.filter { $0.body.role == role }.map(key)), transaction)
        }
        try transaction.queue(
            """
            insert into payment_terms (source, role, code, kind, days, cut_off, is_small, agreed_at)
            select * from unnest(
                \(rows.map(\.envelope.source)), \(rows.map(\.body.role.rawValue)), \(rows.map(\.body.code)),
                \(rows.map(\.body.kind.rawValue)), \(rows.map { Int32($0.body.days) }),
                \(rows.map { $0.body.cutOffDay.map { Int32($0) } }), \(rows.map { $0.body.smallSupplier ?? false }),
                \(PostgresValue.timestamps(rows.map(\.body.agreedAt.description))))
            on conflict (source, role, code) do update set
                kind = excluded.kind, days = excluded.days, cut_off = excluded.cut_off, is_small = excluded.is_small,
                agreed_at = excluded.agreed_at
            where excluded.agreed_at > payment_terms.agreed_at
            """)
        effects.count("terms", rows.count)
        try TermsApplication.date(
            Set(rows.filter { $0.body.role == .customer }.map(key)), transaction, &effects)
        try TermsApplication.limit(
            Set(rows.filter { $0.body.role == .supplier && $0.body.smallSupplier == true }.map(key)), transaction)
    }

    /// Locks the terms of parties: who dates an invoice by them and who changes them do not pass one another.
    static func lock(_ role: TermsRole, _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        try KeyLock.lock("terms-\(role.rawValue)", keys, transaction)
    }

    /// The terms of the customers of those invoices which do not say when they are due.
    static func termsOfUndated(
        _ messages: [Received<InvoiceIssued>], _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: PaymentTerms] {
        let keys = Set(
            messages.filter { $0.body.dueAt == nil }
                .map { LedgerKey(source: $0.envelope.source, identifier: $0.body.customer.code) })
        guard !keys.isEmpty else { return [:] }
        try lock(.customer, keys, transaction)
        return try terms(.customer, of: keys, transaction)
    }

    /// The terms of the parties of one side.
    static func terms(
        _ role: TermsRole, of keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: PaymentTerms] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select t.source, t.code, t.kind, t.days, t.cut_off, t.is_small
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, code)
            join payment_terms t using (source, code) where t.role = \(role.rawValue)
            """, as: (String, String, String, Int, Int?, Bool).self)
        var found: [LedgerKey: PaymentTerms] = [:]
        for row in rows {
            found[LedgerKey(source: row.0, identifier: row.1)] = PaymentTerms(
                kind: TermsKind(rawValue: row.2) ?? .net, days: row.3, cutOff: row.4, isSmallSupplier: row.5)
        }
        return found
    }
}
