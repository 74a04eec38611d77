package import Postgres

/// How much of the group the transaction of a question sees.
package enum Sight {
    /// The condition that a part is seen and not the whole, or the whole but for what a line takes. Sums over everything show
    /// nothing to who sees a part: a statement reads what they are made of instead, and it reads that for nobody else.
    package static let isPartial: SQL = """
        coalesce(\(setting(.whole)) = 'false'
            or \(setting(.hiddenLogins)) || \(setting(.hiddenNodes)) not in ('', '{}{}'), false)
        """

    private static func setting(_ name: ScopeSetting) -> SQL { "current_setting('\(unsafe: name.rawValue)', true)" }

    /// Lets the rest of a question see the whole when somebody sees a part of what it is about.
    ///
    /// For an answer that follows from all that stands and tells none of it row by row: whether an order of a customer would be
    /// taken, what is left of a limit. Worked out from a part it would be wrong.
    ///
    /// - Parameter condition: what is to be seen of the part.
    /// - Returns: whether the whole is seen from now on.
    package static func widen(if condition: SQL, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.query(
            """
            select case when not \(isPartial) then true
                when \(condition) then set_config('\(unsafe: ScopeSetting.whole.rawValue)', 'true', true) = 'true'
                else false end as is_whole
            """, as: Bool.self
        ).first == true
    }
}
