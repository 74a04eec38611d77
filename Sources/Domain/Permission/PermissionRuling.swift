/// How much somebody may.
public enum PermissionOutcome: String, Sendable, CaseIterable {
    /// The object itself.
    case full
    /// Nothing of the object, but totals in which it is counted.
    case totals
    /// Nothing.
    case refused
}

/// What some lines say of one right to one object, whoever the person is.
struct PermissionRuling: Sendable, Equatable {
    /// How much.
    let outcome: PermissionOutcome
    /// The line that decides; `nil` when none says anything.
    let line: PermissionLine?
    /// The protected fields that are told, each with the line that gives it.
    let fields: [(field: PermissionField, line: PermissionLine)]
    /// The protected fields that a line refuses.
    let refusedFields: [PermissionField]

    /// - Parameters:
    ///   - lines: those of the roles that count, in their order.
    ///   - right: which right.
    ///   - kind: the kind of the object.
    ///   - relation: how near the object is.
    init(
        _ lines: some Sequence<PermissionLine>, _ right: PermissionRight, _ kind: PermissionKind,
        _ relation: PermissionRelation
    ) {
        var allowing: PermissionLine?
        var totalling: PermissionLine?
        var refusing: PermissionLine?
        var given: [(field: PermissionField, line: PermissionLine)] = []
        var taken: [PermissionField] = []
        for line in lines where line.right == right && line.kinds.contains(kind) {
            let covers = line.scope.covers(relation)
            switch line.effect {
            case .refuse where covers && line.fields.isEmpty: refusing = refusing ?? line
            case .refuse where covers: taken += line.fields.filter { !taken.contains($0) }
            case .refuse: break
            case .allow:
                if covers {
                    allowing = allowing ?? line
                    for field in line.fields where !given.contains(where: { $0.field == field }) {
                        given.append((field, line))
                    }
                }
                if totalling == nil, line.totals?.covers(relation) == true { totalling = line }
            }
        }
        refusedFields = taken
        if let refusing {
            (outcome, line, fields) = (.refused, refusing, [])
        } else if let allowing {
            outcome = .full
            line = allowing
            let known = kind.fields
            let told = given.filter { known.contains($0.field) && !taken.contains($0.field) && right.tellsFields }
            fields = known.compactMap { field in told.first { $0.field == field } }
        } else if let totalling, right.tellsFields {
            (outcome, line, fields) = (.totals, totalling, [])
        } else {
            (outcome, line, fields) = (.refused, nil, [])
        }
    }

    /// Whether a line takes the right, so that nobody can lend it either.
    var isTaken: Bool { outcome == .refused && line != nil }

    /// Whether both let the same be done and seen, by whichever lines.
    static func == (first: Self, second: Self) -> Bool {
        first.outcome == second.outcome && first.fields.map(\.field) == second.fields.map(\.field)
    }
}
