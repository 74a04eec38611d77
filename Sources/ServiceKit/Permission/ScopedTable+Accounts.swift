/// How declarations say what many of them say.
extension ScopedTable {
    /// The day on which a time falls, as an expression of a declaration.
    ///
    /// Declarations stand before a service has read its settings, and policies in the schema, so neither names a zone: which
    /// clocks the schema is booked by is read where the schema keeps it.
    ///
    /// - Parameter time: the time, an expression of the type `timestamptz`.
    package static func day(of time: String) -> String {
        "timezone((select name from organisation_zone), \(time))::date"
    }

    /// The day on which the question is asked, as an expression of a declaration: by the service's clock, as everything else in
    /// the answer is, and not by that of the database.
    package static var today: String { ScopeMigrations.today }

    /// Who looks after an account, as an expression of a declaration: for deals that name nobody themselves.
    ///
    /// - Parameters:
    ///   - source: the account's source, an expression over the row.
    ///   - code: its code, an expression over the row.
    package static func ownerOfAccount(_ source: String, _ code: String) -> String {
        "(select a.sales_owner from account a where a.source = \(source) and a.code = \(code))"
    }
}

extension ScopedTable.Scope {
    /// Rows of an account, which are seen when that is: where it is looked after now, whatever their day.
    ///
    /// - Parameters:
    ///   - source: the account's source, an expression over the row.
    ///   - code: its code, an expression over the row.
    package static func ofAccount(_ source: String, _ code: String) -> Self {
        .through("exists (select from account a where a.source = \(source) and a.code = \(code))")
    }

    /// Rows of a customer as a whole, which are seen when one of its accounts is.
    ///
    /// - Parameter identifier: the customer's identifier, an expression over the row.
    package static func ofCustomer(_ identifier: String) -> Self {
        .through("exists (select from account a where a.customer_id = \(identifier))")
    }
}
