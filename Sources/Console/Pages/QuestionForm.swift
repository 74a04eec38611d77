import Contracts

/// Parameters of questions as a form whose address is the view.
struct QuestionForm: Sendable {
    /// What can be given.
    let inputs: [QueryInput]
    /// Where it is.
    let link: Link
    /// What was given.
    let given: [String: String]
    /// What is wrong with a parameter.
    let fault: (name: String, detail: String)?
    let context: ConsoleContext
    /// What was chosen of the list beside, and stays when it is narrowed otherwise.
    var kept = ListChoice([])

    private var words: Words { Words(language: context.language) }

    /// The form.
    var node: Node {
        let isOpen = fault != nil || !given.isEmpty || inputs.contains(where: \.isRequired)
        return Tag.details(.class("form"), isOpen ? .open : nil) {
            Tag.summary { words[.parameters] }
            Node.element(.form, [.method(.get), .action(link)] + Attribute.boost) {
                for column in kept.chosen { Tag.input(.type(.hidden), .name(ListChoice.columns), .value(column)) }
                Tag.div(.class("fields")) { for input in inputs { field(input) } }
                Tag.div(.class("buttons")) {
                    Tag.button(.class("main")) { words[.ask] }
                    Tag.a(.class("button"), .href(link)) { words[.reset] }
                }
            }
        }
    }

    private func field(_ input: QueryInput) -> Node {
        let id = "p-\(input.name)"
        let isWrong = fault?.name == input.name
        return Tag.div(.class(input.kind == .flag ? "field flag" : "field")) {
            Tag.label(.for(id)) {
                CatalogueWords.name(input.name, context.language)
                if input.isRequired { Tag.small { " (\(words[.required]))" } }
            }
            control(input, id, isWrong ? [.invalid, .describedBy("\(id)-fault")] : [])
            if isWrong, let fault { Tag.div(.class("fault"), .id("\(id)-fault")) { fault.detail } }
            if let hint = hint(input) { Tag.small { hint } }
        }
    }

    /// What the catalogue says of it; its sentences are in English.
    private func hint(_ input: QueryInput) -> String? {
        var parts = context.language == .en ? [input.help] : []
        if case .integer(let range) = input.kind { parts.append(words[.between(range.lowerBound, range.upperBound)]) }
        if let otherwise = input.otherwise { parts.append(words[.otherwise(otherwise)]) }
        return parts.isEmpty ? nil : parts.joined(separator: context.language == .en ? " " : "；")
    }

    private func control(_ input: QueryInput, _ id: String, _ more: [Attribute]) -> Node {
        let value = given[input.name] ?? ""
        let common: [Attribute] = [.id(id), .name(input.name)] + (input.isRequired ? [.required] : []) + more
        switch input.kind {
        case .choice(let choices):
            return .element(.select, common) {
                Tag.option(.value("")) { words[.any] }
                for choice in choices {
                    Tag.option(.value(choice), choice == value ? .selected : nil) {
                        CodeWords.shown(choice, of: input.name, context.language)
                    }
                }
            }
        // Several words of a few: as they are typed, with the words there are beside them.
        case .list(let choices):
            return .element(
                .input, common + [.type(.text), .value(value), .placeholder(choices.joined(separator: ","))])
        case .flag:
            return .element(
                .input, common + [.type(.checkbox), .value("true")] + (value == "true" ? [.checked] : []))
        case .day: return .element(.input, common + [.type(.date), .value(value)])
        case .integer(let range):
            return .element(
                .input,
                common + [
                    .type(.number), .value(value), .minimum("\(range.lowerBound)"), .maximum("\(range.upperBound)"),
                ])
        case .decimal: return .element(.input, common + [.type(.text), .inputMode("decimal"), .value(value)])
        case .time, .dayOrTime:
            return .element(
                .input, common + [.type(.text), .value(value), .placeholder("2026-01-05T10:00:00+08:00")])
        case .currency:
            return .element(.input, common + [.type(.text), .value(value), .maxLength(3), .placeholder("CNY")])
        case .text: return .element(.input, common + [.type(.text), .value(value), .maxLength(1_000)])
        }
    }
}
