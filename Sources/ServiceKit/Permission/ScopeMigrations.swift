import Postgres

/// The grants and policies by which PostgreSQL itself keeps rows from who may not see them, made of the declarations.
///
/// The role that a service runs as has a policy that lets everything through: batches and tasks are no person's, and a
/// policy that is the constant `true` is gone before a statement is planned. Questions of who does not see everything run
/// as the reader, a role that may read what is granted to it and nothing else.
enum ScopeMigrations {
    /// What it is called among the components of a schema.
    static let component = "scopes"

    /// The role that questions of who does not see everything run as.
    static func reader(of schema: String) -> String { "\(schema)_reader" }

    /// One step for each table, so that no step waits for one table with the lock of another in hand.
    ///
    /// Each is run again when its text changes. All of them hold for the release before as well: what it reads and
    /// writes as its own role is not touched.
    static func steps(_ tables: [ScopedTable], in schema: String) -> [RepeatableMigration] {
        tables.map { RepeatableMigration(name: $0.name, sql: sql($0, in: schema)) }
    }

    /// The statements of one table. Its names are those of the source.
    private static func sql(_ table: ScopedTable, in schema: String) -> String {
        let (name, reader, app) = ("\"\(table.name)\"", "\"\(reader(of: schema))\"", "\"\(schema)_app\"")
        guard let condition = condition(table.scope, table) else {
            // Policies of an earlier declaration are gone with it; a view has none.
            return """
                do $scope$ begin
                    if (select relrowsecurity from pg_class where oid = '\(name)'::regclass) then
                        alter table \(name) disable row level security;
                        drop policy if exists app on \(name);
                        drop policy if exists reader on \(name);
                    end if;
                end $scope$;
                \(table.scope == .open ? "grant select on \(name) to" : "revoke all on \(name) from") \(reader);
                """
        }
        return """
            alter table \(name) enable row level security;
            drop policy if exists app on \(name);
            create policy app on \(name) to \(app) using (true) with check (true);
            drop policy if exists reader on \(name);
            create policy reader on \(name) for select to \(reader) using (
            \(condition)
            );
            grant select on \(name) to \(reader);
            """
    }

    /// Which rows the reader sees, by the settings of the question's transaction; `nil` for all or none.
    private static func condition(_ scope: ScopedTable.Scope, _ table: ScopedTable) -> String? {
        switch scope {
        case .open, .hidden: nil
        case .whole: whole
        case .through(let condition): "\(whole) and \(nothingHidden)\nor (\(own(condition, table)))"
        case .owned(let owner, let branch, let day):
            owned(
                owner: owner.map { own($0, table) }, branch: branch.map { own($0, table) },
                day: day.map { "coalesce(\(own($0, table)), \(today))" } ?? today)
        case .either(let scopes):
            // What has no condition is no way of its own: a table that is open is declared so.
            scopes.compactMap { condition($0, table) }.map { "(\($0))" }.joined(separator: "\nor ")
        }
    }

    /// The day on which the question is asked.
    static var today: String { value(.day, "date") }

    private static var whole: String { "\(value(.whole)) = 'true'" }

    /// That no line takes what another has given.
    private static var nothingHidden: String {
        "(select \(setting(.hiddenLogins)) || \(setting(.hiddenNodes))) = '{}{}'"
    }

    private static func owned(owner: String?, branch: String?, day: String) -> String {
        var seen = [whole]
        var hidden: [String] = []
        if let owner {
            seen.append("(\(owner)) = any (\(value(.logins, "text[]"))::text[])")
            hidden.append("coalesce((\(owner)) = any (\(value(.hiddenLogins, "text[]"))::text[]), false)")
        }
        if let branch {
            seen.append("(\(branch)) = any (\(value(.nodes, "text[]"))::text[])")
            seen.append(
                "\(value(.datedNodes)) <> '{}' and "
                    + lies(branch, day, in: (.datedNodes, .datedFrom, .datedUntil)))
            hidden.append(lies(branch, day, in: (.hiddenNodes, .hiddenFrom, .hiddenUntil)))
        }
        let isSeen = seen.joined(separator: "\n    or ")
        guard !hidden.isEmpty else { return isSeen }
        return """
            (\(isSeen))
            and (\(nothingHidden) or not (\(hidden.joined(separator: "\n    or "))))
            """
    }

    /// That a branch is, on a day, one of some nodes that count on some days.
    private static func lies(
        _ branch: String, _ day: String, in arrays: (ScopeSetting, ScopeSetting, ScopeSetting)
    ) -> String {
        // Names that no table's column has: an expression of the table stands within the subquery.
        """
        exists (
            select from unnest(\(value(arrays.0, "text[]")), \(value(arrays.1, "date[]")), \(value(arrays.2, "date[]")))
                as scope_days(scope_node, scope_from, scope_until)
            where scope_node = (\(branch)) and (\(day)) between scope_from and scope_until)
        """
    }

    /// The value of a setting, read once in a statement however many rows it has.
    private static func value(_ name: ScopeSetting, _ type: String? = nil) -> String {
        "(select \(setting(name))\(type.map { "::\($0)" } ?? ""))"
    }

    /// A setting that was not made is no value, and so lets nothing be seen.
    private static func setting(_ name: ScopeSetting) -> String {
        "nullif(current_setting('\(name.rawValue)', true), '')"
    }

    /// The text of a declaration, with the table in place of `t`.
    private static func own(_ text: String, _ table: ScopedTable) -> String {
        var result = ""
        var before: Character = " "
        var rest = text[...]
        while let character = rest.first {
            if rest.hasPrefix("t."), !before.isLetter, !before.isNumber, !"_.\"'".contains(before) {
                result += "\"\(table.name)\""
                before = "\""
            } else {
                result.append(character)
                before = character
            }
            rest = rest.dropFirst()
        }
        return result
    }
}

/// The settings of a question's transaction that policies go by.
enum ScopeSetting: String, CaseIterable {
    /// `true` when the whole group is seen.
    case whole = "waybill.whole"
    /// The logins whose objects are seen.
    case logins = "waybill.logins"
    /// The nodes whose objects are seen, of whichever day.
    case nodes = "waybill.nodes"
    /// The nodes whose objects of some days are seen, each with its first and its last day.
    case datedNodes = "waybill.dated_nodes"
    /// The first days.
    case datedFrom = "waybill.dated_from"
    /// The last days.
    case datedUntil = "waybill.dated_until"
    /// The logins whose objects a line takes.
    case hiddenLogins = "waybill.hidden_logins"
    /// The nodes whose objects a line takes, each with its first and its last day.
    case hiddenNodes = "waybill.hidden_nodes"
    /// The first days.
    case hiddenFrom = "waybill.hidden_from"
    /// The last days.
    case hiddenUntil = "waybill.hidden_until"
    /// The day on which the question is asked.
    case day = "waybill.day"
}
