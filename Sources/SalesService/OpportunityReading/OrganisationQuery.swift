import Domain
import Postgres

/// What is of a node of the organisation, as it was on a day.
enum OrganisationQuery {
    /// The condition that something is of a node or of what lay below it on a day: by its branch, or, when it is of none, by who
    /// works on it.
    ///
    /// - Parameters:
    ///   - node: the node; everything without one.
    ///   - day: the day.
    ///   - branch: the branch, an expression; NULL or empty for none.
    ///   - owner: who works on it, an expression.
    static func within(_ node: String?, on day: CalendarDay, branch: SQL, owner: SQL) -> SQL {
        guard let node else { return "true" }
        let below: SQL = """
            with recursive below(node) as (
                select n.node from organisation_node n where n.node = \(node) and \(holds("n", on: day))
                union
                select n.node from below b join organisation_node n on n.parent = b.node and \(holds("n", on: day))
            )
            """
        return """
            (\(branch) in (\(below) select b.node from below b)
                or coalesce(\(branch), '') = '' and \(owner) in (
                    \(below) select p.login from organisation_person p
                    where p.node in (select b.node from below b) and \(holds("p", on: day))))
            """
    }

    private static func holds(_ row: String, on day: CalendarDay) -> SQL {
        """
        \(unsafe: row).valid_from <= \(day)
            and (\(unsafe: row).valid_until is null or \(unsafe: row).valid_until >= \(day))
        """
    }
}
