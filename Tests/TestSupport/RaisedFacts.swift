package import Contracts
import Domain

/// Compares what services raise with what their kinds of notices are said to tell, by which texts are written.
package enum RaisedFacts {
    /// What is wrong with the facts of a notice: one that its kind does not have, that is missing, or is of another form.
    package static func problems(of notice: NoticeContent) -> [String] {
        guard let kind = NoticeKind(rawValue: notice.kind) else { return ["there is no kind '\(notice.kind)'"] }
        var problems: [String] = []
        for fact in notice.facts {
            let said = kind.facts.filter { $0.name == fact.name && $0.kind == fact.kind }
            guard let description = said.first else {
                problems.append("\(notice.kind) tells of \(fact.name) (\(fact.kind.rawValue)), of which it is not said")
                continue
            }
            if description.field?.rawValue != fact.field {
                problems.append("\(notice.kind): \(fact.name) stands in the field \(fact.field ?? "-")")
            }
            if !description.codes.isEmpty, !description.codes.contains(fact.value) {
                problems.append("\(notice.kind): '\(fact.value)' is no value of \(fact.name)")
            }
        }
        let told = Set(notice.facts.map(\.name))
        for description in kind.facts where description.isAlways && !told.contains(description.name) {
            problems.append("\(notice.kind) does not tell of \(description.name)")
        }
        return problems
    }
}
