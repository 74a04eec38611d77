import Contracts
import Domain
import Foundation

/// What a person acts by, as a form made from the contract's own fields, and the message made of what was typed.
struct ActForm: Sendable {
    /// The kind of message.
    let contract: ContractDescription
    /// What was typed, by paths such as `customer.code`.
    let typed: [String: String]

    /// The value of the form that names the command, so that sent twice it acts once.
    static let idName = "~id"
    /// The value of the form that says whose numbers are meant.
    static let sourceName = "~source"

    /// The kinds of messages by which people act, in the order of the catalogue.
    static let contracts: [ContractDescription] = Catalogue.contracts.filter { $0.personField != nil }

    /// The kind of message of a name.
    static func contract(_ type: String) -> ContractDescription? { contracts.first { $0.type.description == type } }

    /// Whether all that must be there can be typed here. What holds a list of records cannot.
    var isOffered: Bool { fields.allSatisfy { !$0.isRequired || Self.isTyped($0.form) } }

    /// Whether it is somebody else's message that people send as well, so that it has to say whose numbers are meant.
    var asksForSource: Bool { contract.isAlsoTyped }

    /// The fields that a person fills in: all but who acts, which is who is signed in.
    var fields: [FieldDescription] { contract.fields.filter { $0.name != contract.personField } }

    static func isTyped(_ form: FieldForm) -> Bool {
        switch form {
        case .object(let fields): fields.allSatisfy { !$0.isRequired || isTyped($0.form) }
        case .array(.object, _), .array(.array, _): false
        default: true
        }
    }

    // MARK: The message

    /// The message's data.
    ///
    /// - Parameter login: who acts.
    /// - Throws: a refusal whose path names the field, before anything is sent.
    func data(by login: String) throws(Refusal) -> [UInt8] {
        var parts: [(String, [UInt8])] = []
        for field in fields {
            if let value = try json(field, field.name) { parts.append((field.name, value)) }
        }
        if let person = contract.personField { parts.append((person, Self.quoted(login))) }
        return try contract.reencode(JSONDocument(parsing: Self.object(parts)).root)
    }

    /// A field as JSON; `nil` when nothing was typed for it.
    private func json(_ field: FieldDescription, _ path: String) throws(Refusal) -> [UInt8]? {
        let text = typed[path] ?? ""
        switch field.form {
        case .object(let fields):
            var parts: [(String, [UInt8])] = []
            for inner in fields {
                if let value = try json(inner, "\(path).\(inner.name)") { parts.append((inner.name, value)) }
            }
            return parts.isEmpty ? nil : Self.object(parts)
        case .array(let form, _):
            let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter {
                !$0.isEmpty
            }
            guard !lines.isEmpty else { return nil }
            var bytes: [UInt8] = [UInt8(ascii: "[")]
            for (place, line) in lines.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += try Self.value(line, form, "$.\(path)[\(place)]")
            }
            return bytes + [UInt8(ascii: "]")]
        default:
            // An empty text is one only where nothing else would be: what may be left out is left out.
            guard !text.isEmpty else { return nil }
            return try Self.value(text, field.form, "$.\(path)")
        }
    }

    private static func value(_ text: String, _ form: FieldForm, _ path: String) throws(Refusal) -> [UInt8] {
        switch form {
        case .integer:
            guard let number = Int(TypedText.plain(text)) else {
                throw Refusal(.valueNotAllowed, path: path, "'\(text.prefix(64))' is no whole number")
            }
            return Array(String(number).utf8)
        case .boolean:
            guard text == "true" || text == "false" else {
                throw Refusal(.valueNotAllowed, path: path, "'\(text.prefix(64))' is neither true nor false")
            }
            return Array(text.utf8)
        case .decimal, .currency, .day, .timestamp, .dayOrTimestamp, .choice: return quoted(TypedText.plain(text))
        case .text, .object, .array: return quoted(text)
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        ObjectWriter.append(text, to: &bytes)
        return bytes
    }

    private static func object(_ parts: [(String, [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (place, part) in parts.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += quoted(part.0) + [UInt8(ascii: ":")] + part.1
        }
        return bytes + [UInt8(ascii: "}")]
    }
}

/// The form of an act as a page shows it.
struct ActFormView: Sendable {
    let form: ActForm
    /// The command's identifier.
    let id: String
    /// What is wrong, by the refusal's path.
    let refusal: Refusal?
    let context: ConsoleContext
    /// The fields that are not shown, because the page says already what they are.
    var settled: Set<String> = []
    /// What tells the fields of two forms on one page apart.
    var prefix = ""
    /// Where it is sent; nothing for the page of the act.
    var target: Link?

    private var words: Words { Words(language: context.language) }

    /// The form.
    var node: Node {
        Tag.form(.method(.post), .action(target ?? Link("act", form.contract.type.description)), .class("wide")) {
            Tag.input(.type(.hidden), .name(ActForm.idName), .value(id))
            if form.asksForSource {
                source
            }
            for description in form.fields where ActForm.isTyped(description.form) {
                if settled.contains(description.name) {
                    Tag.input(
                        .type(.hidden), .name(description.name), .value(form.typed[description.name] ?? ""))
                } else {
                    part(description, description.name)
                }
            }
            Tag.div(.class("buttons")) { Tag.button(.class("main")) { words[.send] } }
        }
    }

    /// Whose numbers the message speaks of: no field of its data, but of the message as a whole.
    private var source: Node {
        let isWrong = refusal.map { Self.field(of: $0) == "source" } ?? false
        return Tag.div(.class("field")) {
            Tag.label(.for("f-source")) {
                CatalogueWords.name("source", context.language)
                Tag.small { " (\(words[.required]))" }
            }
            Tag.input(
                .id("f-source"), .name(ActForm.sourceName), .type(.text), .maxLength(128), .required,
                .value(form.typed[ActForm.sourceName] ?? ""), isWrong ? .invalid : nil)
        }
    }

    private func part(_ description: FieldDescription, _ path: String) -> Node {
        let label = CatalogueWords.name(description.name, context.language)
        guard case .object(let fields) = description.form else { return field(description, path, label: label) }
        return Tag.fieldset {
            Tag.legend { label }
            for inner in fields where ActForm.isTyped(inner.form) { part(inner, "\(path).\(inner.name)") }
        }
    }

    private func field(_ description: FieldDescription, _ path: String, label: String) -> Node {
        let id = "f-\(prefix)\(path)"
        let isWrong = refusal.map { Self.field(of: $0) == path } ?? false
        return Tag.div(.class("field")) {
            Tag.label(.for(id)) {
                label
                if description.isRequired { Tag.small { " (\(words[.required]))" } }
                if case .array = description.form { Tag.small { " (\(words[.onePerLine]))" } }
            }
            control(description, path, id, isWrong ? [.invalid, .describedBy("\(id)-fault")] : [])
            if isWrong, let refusal { Tag.div(.class("fault"), .id("\(id)-fault")) { refusal.detail } }
        }
    }

    /// The field that a refusal is about: `$.lines[3].amount` is about `lines`.
    static func field(of refusal: Refusal) -> String {
        let path = refusal.path.hasPrefix("$.") ? refusal.path.dropFirst(2) : refusal.path[...]
        return String(path.prefix { $0 != "[" })
    }

    private func control(_ description: FieldDescription, _ path: String, _ id: String, _ more: [Attribute]) -> Node {
        let value = form.typed[path] ?? ""
        // Within an object that may be left out nothing must be given.
        let isRequired = description.isRequired && !path.contains(".")
        let common: [Attribute] = [.id(id), .name(path)] + (isRequired ? [.required] : []) + more
        switch description.form {
        case .choice(let choices): return choice(common, choices, value, of: description.name)
        case .boolean: return choice(common, ["true", "false"], value, of: "state")
        case .day: return .element(.input, common + [.type(.date), .value(value)])
        case .integer(let range):
            let bounds: [Attribute] =
                range.lowerBound > Int.min && range.upperBound < Int.max
                ? [.minimum("\(range.lowerBound)"), .maximum("\(range.upperBound)")] : []
            return .element(.input, common + [.type(.number), .value(value)] + bounds)
        case .decimal: return .element(.input, common + [.type(.text), .inputMode("decimal"), .value(value)])
        case .currency:
            return .element(.input, common + [.type(.text), .maxLength(3), .placeholder("CNY"), .value(value)])
        case .timestamp, .dayOrTimestamp:
            return .element(
                .input, common + [.type(.text), .placeholder("2026-01-05T10:00:00+08:00"), .value(value)])
        case .text(_, let maximum) where maximum <= 200:
            return .element(.input, common + [.type(.text), .maxLength(maximum), .value(value)])
        case .text(_, let maximum):
            return .element(.textarea, common + [.rows(4), .maxLength(maximum)]) { Node.typed(value) }
        case .array: return .element(.textarea, common + [.rows(4)]) { Node.typed(value) }
        case .object: return .several { () -> [Node] in [] }
        }
    }

    private func choice(_ common: [Attribute], _ choices: [String], _ value: String, of name: String) -> Node {
        .element(.select, common) {
            Tag.option(.value("")) { "—" }
            for choice in choices {
                Tag.option(.value(choice), choice == value ? .selected : nil) {
                    CodeWords.shown(choice, of: name, context.language)
                }
            }
        }
    }
}
