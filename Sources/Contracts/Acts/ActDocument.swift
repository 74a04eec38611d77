import Domain

/// The catalogue of acts in words, for `docs/contracts/acts.md`.
extension ActCatalogue {
    /// All acts as Markdown.
    static func document() -> String {
        var text = """
            # What people do by messages

            By which right of the [policy](../operate/permissions.md) somebody does what a message of ours does, upon which kind of object,
            and what it is about: how far the right has to reach follows from whose that is. What is about the *group* needs a right that
            reaches everything. *Up to* marks what the amounts of the policy bound. One message may be several acts by what it says; the
            first line that fits counts. This page is made from `Sources/Contracts/Acts` by `waybill contracts write`.

            | message | when | right | kind | about | by | up to |
            |---|---|---|---|---|---|---|

            """
        for act in acts where Catalogue.description(of: act.type) != nil {
            for rule in act.rules {
                let cells = [
                    "`\(act.type)`", rule.condition ?? "", rule.right.rawValue, rule.kind.rawValue,
                    rule.subject.rawValue, rule.field.map { "`\($0)`" } ?? "", rule.isMeasured ? "yes" : "",
                ]
                text += "| " + cells.joined(separator: " | ") + " |\n"
            }
        }
        return text
    }
}
