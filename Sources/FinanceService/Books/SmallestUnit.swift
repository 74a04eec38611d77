import Domain
import Postgres

extension Currency {
    /// The smallest amount that can be paid in the currency of a column: less than that is owed by nobody.
    ///
    /// What an invoice leaves is written as rounding, so that what is open of it is nothing or can be paid. Only where
    /// something else than payments is taken off an amount, what is left has to be compared with this.
    static func smallestUnit(of column: SQL) -> SQL {
        let cases = withOtherUnits.reduce("" as SQL) { cases, group in
            "\(cases) when \(column) = any(\(group.currencies.map(\.code))) then \(group.unit)"
        }
        return "case\(cases) else \(usualUnit) end"
    }
}
