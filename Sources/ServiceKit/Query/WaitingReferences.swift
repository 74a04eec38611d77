package import Contracts
package import Domain
package import Postgres

/// What documents of a service name that has not come by a message of its own: by kind of number, with the document that names
/// it and the other systems that have the same number, for somebody to ask about.
///
/// It answers `references.waiting`. The documents are read when somebody asks; nothing is kept beside them.
package struct WaitingReferences: Sendable {
    /// What documents may name.
    package struct Kind: Sendable {
        let what: String
        let table: String
        let number: String
        let known: SQL
        let documents: @Sendable () -> SQL

        /// - Parameters:
        ///   - what: what it is, such as `order`; one of those that the catalogue has for the service.
        ///   - table: the table that holds those that have come, by their `source` and number.
        ///   - number: its column of the number.
        ///   - known: the condition that a row `k` of it has come, and is not foreseen only.
        ///   - documents: a statement of the documents that name one: whose number it is (`source`), the `number`, since when
        ///     the document is there (`since`), what it is (`kind`), and its own source and number (`document`). It is made
        ///     when somebody asks, and so may know the organisation's zone.
        package init(
            _ what: String, in table: String, _ number: String, known: SQL = "true",
            documents: @autoclosure @escaping @Sendable () -> SQL
        ) {
            (self.what, self.table, self.number) = (what, table, number)
            (self.known, self.documents) = (known, documents)
        }

        private func isThere(_ source: SQL, _ value: SQL) -> SQL {
            """
            exists (select from \(unsafe: table) k
                where k.source = \(source) and k.\(unsafe: number) = \(value) and (\(known)))
            """
        }

        /// Every document that names one that has not come.
        fileprivate func waiting(_ wanted: String) -> SQL {
            """
            select '\(unsafe: what)' as what, n.source, n.number, n.since, n.kind || ' ' || n.document as named_by
            from (\(documents())) n
            where \(wanted) in ('all', '\(unsafe: what)') and not \(isThere("n.source", "n.number"))
            """
        }

        /// The systems of which the table has rows, each found by one look into its key.
        fileprivate var systems: SQL {
            """
            \(unsafe: what)_system(source) as (
                (select min(source) from \(unsafe: table))
                union all
                select (select min(n.source) from \(unsafe: table) n where n.source > s.source)
                from \(unsafe: what)_system s where s.source is not null
            )
            """
        }

        /// The other systems that have the number of a row `t`.
        fileprivate var others: SQL {
            """
            select s.source from \(unsafe: what)_system s
            where t.what = '\(unsafe: what)' and s.source <> t.source and \(isThere("s.source", "t.number"))
            """
        }
    }

    private let service: ServiceName
    private let kinds: [Kind]

    /// - Parameters:
    ///   - service: whose documents they are.
    ///   - kinds: what these may name.
    package init(_ service: ServiceName, _ kinds: [Kind]) {
        self.service = service
        self.kinds = kinds
    }

    /// What answers the question.
    package var question: Query {
        Query(ReferenceQuestions.waiting(service)) { arguments, transaction in
            try answer(arguments, transaction)
        }
    }

    private func answer(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let wanted = arguments["what"] ?? "all"
        let named = Self.joined(kinds.map { $0.waiting(wanted) }, by: "\nunion all\n")
        let targets: SQL = """
            select what, source, number, coalesce(min(since), timestamptz 'epoch') as since, count(*) as documents,
                (array_agg(named_by order by named_by))[1] as named_by
            from (\(named)) d group by what, source, number
            """
        return [
            try arguments.table(
                "waiting",
                "select what, count(*) as count, min(since) as oldest from (\(targets)) t group by what order by what",
                transaction),
            try arguments.table(
                "references",
                """
                with recursive \(Self.joined(kinds.map(\.systems), by: ",\n"))
                select t.what, t.source, t.number, t.since, t.documents, t.named_by, k.known_to,
                    k.systems > 1 as ambiguous, \(Self.days("t.since", until: arguments.now)) as days
                from (\(targets)) t
                cross join lateral (
                    select string_agg(source, ', ' order by source) as known_to, count(*) as systems
                    from (\(Self.joined(kinds.map(\.others), by: "\nunion all\n"))) o
                ) k
                """, transaction),
        ]
    }

    /// For how many whole days something has been waited for; what is of a later time than now has waited for none.
    ///
    /// - Parameters:
    ///   - since: since when, an expression of the type `timestamptz`.
    ///   - now: the time as the service sees it.
    package static func days(_ since: SQL, until now: Timestamp) -> SQL {
        """
        greatest(0, floor(extract(epoch from
            \(PostgresValue.timestamp(now.description))::timestamptz - \(since)) / 86400))::bigint
        """
    }

    private static func joined(_ parts: [SQL], by separator: String) -> SQL {
        guard let first = parts.first else { return "" }
        return parts.dropFirst().reduce(first) { "\($0)\(unsafe: separator)\($1)" }
    }
}
