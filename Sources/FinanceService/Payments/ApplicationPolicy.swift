import Domain

/// How much of what is meant for an invoice counts. Pure.
enum ApplicationPolicy {
    /// Where what is applied to an invoice comes from; in this order when at one instant.
    enum Kind: String {
        case creditNote = "credit-note"
        case payment
        /// A payment that went back takes from the invoice what it had paid.
        case returned = "return"
        /// What an invoice leaves that is less than its currency's smallest unit.
        case rounding
        case writeOff = "write-off"
    }

    /// Something that is meant for an invoice, or is taken back from it.
    struct Item: Equatable {
        let kind: Kind
        /// The payment, credit note, write-off or return.
        let document: LedgerKey
        /// The later allocation by which it is for the invoice, without a number when it is by none; of a return the
        /// payment that went back.
        let allocation: LedgerKey
        /// In microseconds.
        let at: Int64
        let day: CalendarDay
        /// Below nought when it is taken back.
        let amount: FixedDecimal
    }

    /// What counts of the items of an invoice, each up to what those before it left open, in their order of time; a
    /// return takes back no more than its payment has paid of this invoice.
    ///
    /// - Parameter items: without a rounding, in any order.
    /// - Returns: what counts of each, in the order given, and what is left that is too little to be paid.
    static func applied(_ items: [Item], to amount: FixedDecimal, in currency: Currency) -> (
        applied: [FixedDecimal], rounding: FixedDecimal
    ) {
        let inOrder = items.indices.sorted {
            let (first, second) = (items[$0], items[$1])
            return (
                first.at, first.kind.rawValue, first.document.identifier, first.allocation.identifier,
                first.document.source,
                first.allocation.source
            )
                < (
                    second.at, second.kind.rawValue, second.document.identifier, second.allocation.identifier,
                    second.document.source, second.allocation.source
                )
        }
        var found = [FixedDecimal](repeating: .zero, count: items.count)
        var paid = FixedDecimal.zero
        var ofPayments: [LedgerKey: FixedDecimal] = [:]
        for place in inOrder {
            let item = items[place]
            if item.kind == .returned {
                let back = min(item.amount.magnitude, ofPayments[item.allocation] ?? .zero)
                ofPayments[item.allocation] = (ofPayments[item.allocation] ?? .zero) - back
                found[place] = -back
            } else {
                found[place] = max(.zero, min(item.amount, amount - paid))
                if item.kind == .payment {
                    ofPayments[item.document] = (ofPayments[item.document] ?? .zero) + found[place]
                }
            }
            paid = paid + found[place]
        }
        let rest = amount - paid
        return (found, rest > .zero && rest < currency.smallestUnit ? rest : .zero)
    }
}

/// From what a payment that went back is taken. Pure.
enum ReturnPolicy {
    /// What a payment is for, as its sender says.
    struct Allocation: Equatable {
        let invoice: LedgerKey
        let amount: FixedDecimal
        let at: Timestamp
    }

    /// What a return takes from an invoice.
    struct Part: Equatable {
        let invoice: LedgerKey
        let amount: FixedDecimal
        /// Not before that was allocated which is taken back.
        let at: Timestamp
    }

    /// What each of several returns of a payment takes from which invoices: first what is allocated to none, then what
    /// was allocated last. `nil` for one that is more than is left of the payment.
    ///
    /// - Parameter returns: in their order of time.
    static func parts(
        of returns: [(amount: FixedDecimal, at: Timestamp)], from amount: FixedDecimal, _ allocations: [Allocation]
    ) -> [[Part]?] {
        var left = allocations.sorted { ($1.at, $1.invoice) < ($0.at, $0.invoice) }.map { ($0, $0.amount) }
        var free = max(.zero, amount - allocations.reduce(.zero) { $0 + $1.amount })
        return returns.map { entry in
            guard entry.amount <= left.reduce(free, { $0 + $1.1 }) else { return nil }
            var open = entry.amount - min(entry.amount, free)
            free = free - min(entry.amount, free)
            var found: [Part] = []
            for place in left.indices where open > .zero {
                let taken = min(open, left[place].1)
                guard taken > .zero else { continue }
                left[place].1 = left[place].1 - taken
                open = open - taken
                let allocation = left[place].0
                let at = max(entry.at, allocation.at)
                if let same = found.firstIndex(where: { $0.invoice == allocation.invoice }) {
                    found[same] = Part(
                        invoice: allocation.invoice, amount: found[same].amount + taken, at: max(found[same].at, at))
                } else {
                    found.append(Part(invoice: allocation.invoice, amount: taken, at: at))
                }
            }
            return found
        }
    }
}

/// Which credit notes of an invoice count. Pure.
enum CreditNotePolicy {
    /// Those that fit, in the order in which they were issued: one that with those before it would take more than the
    /// invoice is left out. So it does not matter in what order they come.
    ///
    /// - Parameter notes: in the order of their issue.
    static func fitting(_ notes: [FixedDecimal], in amount: FixedDecimal) -> [Bool] {
        var taken = FixedDecimal.zero
        return notes.map { note in
            guard taken + note <= amount else { return false }
            taken = taken + note
            return true
        }
    }
}
