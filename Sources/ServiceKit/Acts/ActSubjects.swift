public import Contracts
import Domain
public import Postgres

/// Whose the things are that people act upon, as a service keeps them: of each kind of thing, the statement that finds it.
///
/// A statement reads `named (source, identifier)`, what the acts of a batch name, and tells `source, identifier, owner, branch,
/// day, line` of what it finds: the login of whose it is, the node to which it belongs, the day of which its place counts, and its
/// line of business, each NULL when there is none. Of a thing that belongs to several, such as a customer with accounts in two
/// branches, there are several rows.
///
/// ```swift
/// static let subjects = ActSubjects([
///     .order: """
///         select o.source, o.order_id, o.sales_owner, o.branch, o.day, o.business_line
///         from named n join orders o on o.source = n.source and o.order_id = n.identifier
///         """
/// ])
/// ```
public struct ActSubjects: Sendable {
    /// Made each time they are asked for: what they say of days goes by the organisation's zone of the moment.
    let statements: @Sendable () -> [ActSubject: SQL]

    /// - Parameter statements: the statements, by the kinds of things.
    public init(_ statements: @escaping @autoclosure @Sendable () -> [ActSubject: SQL] = [:]) {
        self.statements = statements
    }

    /// Those of several capabilities.
    init(joining others: [ActSubjects]) {
        statements = { others.reduce(into: [:]) { $0.merge($1.statements()) { first, _ in first } } }
    }
}

/// Whose something is, where, of when and of which business.
struct ActHome: Sendable, Equatable {
    /// The login of whose it is.
    var owner: String?
    /// The node to which it belongs.
    var branch: String?
    /// The day of which its place counts; today without one.
    var day: CalendarDay?
    /// Its line of business.
    var line: String?
}
