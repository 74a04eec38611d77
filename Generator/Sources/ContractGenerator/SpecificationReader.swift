/// Reads one file of the specification. `Sources/Contracts/Specification/README.md` says how it is written.
struct SpecificationReader {
    private let path: String
    private var file: SpecificationFile
    private var documentation: [String] = []
    /// What the declaration that is being read has so far.
    private var header: (keyword: String, name: String, wireType: String?, documentation: [String], line: Int)?
    private var words: [Word] = []
    private var list = FieldList()
    private var line = 0

    /// - Parameters:
    ///   - path: as it is named in messages.
    ///   - folder: the folder it stands in.
    ///   - name: its name without ending.
    static func read(_ text: String, path: String, folder: String, name: String) throws(SpecificationError)
        -> SpecificationFile
    {
        var reader = SpecificationReader(path: path, file: SpecificationFile(folder: folder, name: name))
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            reader.line += 1
            try reader.take(line)
        }
        try reader.endDeclaration()
        guard reader.documentation.isEmpty else { throw reader.error("a doc line with nothing behind it") }
        return reader.file
    }

    private init(path: String, file: SpecificationFile) {
        self.path = path
        self.file = file
    }

    private func error(_ text: String, at line: Int? = nil) -> SpecificationError {
        SpecificationError(file: path, line: line ?? self.line, text: text)
    }

    private mutating func take(_ line: Substring) throws(SpecificationError) {
        let content = line.drop { $0 == " " }
        if content.isEmpty || content.hasPrefix("# ") { return }
        guard !line.contains("\t"), line.last != " " else { throw error("neither tabs nor spaces at the end") }
        if content.hasPrefix("///") {
            if line.first != " " { try endDeclaration() }
            return documentation.append(String(content.dropFirst(4)))
        }
        switch line.count - content.count {
        case 0: try begin(content)
        case 4: try member(content)
        default: throw error("a declaration begins the line, what belongs to it stands four spaces in")
        }
    }

    // MARK: Declarations

    private mutating func begin(_ content: Substring) throws(SpecificationError) {
        try endDeclaration()
        let parts = content.split(separator: " ").map(String.init)
        guard parts.count >= 2, ["choice", "part", "message"].contains(parts[0]) else {
            throw error("'choice NAME', 'part NAME' or 'message NAME TYPE' is expected")
        }
        guard parts[1].first?.isUppercase == true, parts[1].allSatisfy(\.isLetter) else {
            throw error("a name is written as 'OrderPlaced', this is '\(parts[1])'")
        }
        if parts[0] == "message" {
            guard parts.count == 3,
                parts[2].wholeMatch(of: /[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)+\.v[1-9][0-9]*/) != nil
            else { throw error("a message has a type such as 'order.placed.v1'") }
        } else if parts.count != 2 {
            throw error("nothing is expected behind the name")
        }
        header = (parts[0], parts[1], parts.count == 3 ? parts[2] : nil, try takeDocumentation(parts[1]), line)
    }

    private mutating func endDeclaration() throws(SpecificationError) {
        guard let header else { return }
        let kind: Declaration.Kind
        if header.keyword == "choice" {
            guard !words.isEmpty else { throw error("\(header.name) is a choice of nothing", at: header.line) }
            kind = .choice(words)
        } else {
            guard !list.fields.isEmpty else { throw error("\(header.name) has no field", at: header.line) }
            kind = .fields(list, wireType: header.wireType)
        }
        file.declarations.append(
            Declaration(name: header.name, documentation: header.documentation, kind: kind, line: header.line))
        self.header = nil
        words = []
        list = FieldList()
    }

    private mutating func takeDocumentation(_ name: String) throws(SpecificationError) -> [String] {
        defer { documentation = [] }
        guard !documentation.isEmpty else { throw error("\(name) needs a doc line ('/// …') that says what it is") }
        return documentation
    }

    // MARK: What belongs to a declaration

    private mutating func member(_ content: Substring) throws(SpecificationError) {
        guard let header else { throw error("this belongs to no declaration") }
        if header.keyword == "choice" { return try word(content) }
        if let colon = content.firstIndex(of: ":"), content[..<colon].allSatisfy({ $0.isLetter || $0.isNumber }) {
            return try field(
                String(content[..<colon]), String(content[content.index(after: colon)...].drop { $0 == " " }))
        }
        guard documentation.isEmpty else { throw error("doc lines are for fields") }
        let parts = content.split(separator: " ", maxSplits: 1).map(String.init)
        switch (parts[0], parts.count) {
        case ("check", 1): list.hasCheck = true
        case ("occurred", 2) where header.keyword == "message": list.occurred = parts[1]
        case ("require", 2): try rule(parts[1])
        default: throw error("'field: type', 'require …', 'check' or, in a message, 'occurred FIELD' is expected")
        }
    }

    private mutating func word(_ content: Substring) throws(SpecificationError) {
        let parts = content.split(separator: " ").map(String.init)
        guard parts.count == 1 || (parts.count == 3 && parts[1] == "=") else {
            throw error("a word as it stands on the wire is expected, or 'name = word'")
        }
        let wire = parts[parts.count - 1]
        let name = parts.count == 3 ? parts[0] : camelCase(wire)
        guard name.first?.isLowercase == true, name.allSatisfy({ $0.isLetter || $0.isNumber }) else {
            throw error("'\(name)' is no name: write 'name = \(wire)'")
        }
        guard !words.contains(where: { $0.name == name || $0.wire == wire }) else {
            throw error("\(wire) stands twice in \(header?.name ?? "")")
        }
        words.append(Word(name: name, wire: wire, documentation: try takeDocumentation(name)))
    }

    private mutating func field(_ name: String, _ type: String) throws(SpecificationError) {
        guard name.first?.isLowercase == true else { throw error("a field's name begins small: '\(name)'") }
        guard !list.fields.contains(where: { $0.name == name }) else { throw error("\(name) stands twice") }
        let documentation = try takeDocumentation(name)
        var type = type
        var only: (String, String)?
        if let match = type.wholeMatch(of: /(.*) only ([A-Z_]+) "(.*)"/) {
            (type, only) = (String(match.1), (String(match.2), String(match.3)))
        }
        var (form, isOptional) = try form(type)
        if case .source(let of, _) = form, let said = list.fields.first(where: { $0.name == of }), !said.isOptional,
            case .named = said.form
        {
            form = .source(of: of, isField: true)
        }
        if only != nil {
            guard case .text = form, isOptional else {
                throw error("only a text that may be missing can be conditional")
            }
        }
        if case .fieldsOf = form, !list.fields.isEmpty {
            throw error("the fields of another part come first")
        }
        list.fields.append(
            Field(
                name: name, documentation: documentation, form: form, isOptional: isOptional, line: line, only: only))
    }

    private func form(_ text: String) throws(SpecificationError) -> (Field.Form, isOptional: Bool) {
        if let match = text.wholeMatch(of: /fields of ([A-Z][A-Za-z]*)/) { return (.fieldsOf(String(match.1)), false) }
        if let match = text.wholeMatch(of: /source of ([a-z]+)(\?)?/) {
            guard match.2 != nil else { throw error("a source of a reference may be missing: write '\(text)?'") }
            return (.source(of: String(match.1), isField: false), true)
        }
        if let match = text.wholeMatch(
            of: /\[([A-Za-z]+)( [0-9_]+)?\](\?)? ([0-9_]+\.\.\.[0-9_]+)( else [a-z-]+)?( written)?/)
        {
            let (element, counts) = (String(match.1), try range(String(match.4)))
            let isOptional = match.3 != nil
            let isWrittenEmpty = match.6 != nil || !isOptional
            if element == "text" {
                guard match.5 == nil else { throw error("a list of texts has no refusal of its own") }
                let maximum = match.2.map { String($0.dropFirst()) }
                return (.texts(maximum: maximum, counts: counts, isWrittenEmpty: isWrittenEmpty), isOptional)
            }
            guard match.2 == nil, element.first?.isUppercase == true else {
                throw error("a list is of 'text' or of a part")
            }
            guard match.5 == nil || !isOptional else {
                throw error("a list that may be missing has no refusal of its own")
            }
            let refusal = match.5.map { camelCase(String($0.dropFirst(6))) }
            return (.parts(element, counts: counts, refusal: refusal, isWrittenEmpty: isWrittenEmpty), isOptional)
        }
        guard let match = text.wholeMatch(of: /([A-Za-z-]+)(\?)?( -?[0-9_]+(\.\.\.[0-9_]+)?)?/) else {
            throw error("'\(text)' is no type of a field")
        }
        let (word, bound) = (String(match.1), match.3.map { String($0.dropFirst()) })
        let isOptional = match.2 != nil
        if word == "integer" {
            return (.integer(range: try bound.map { bound throws(SpecificationError) in try range(bound) }), isOptional)
        }
        guard match.4 == nil, bound?.first != "-" else { throw error("only an integer and a list have a range") }
        switch word {
        case "identifier": return (.identifier(maximum: bound), isOptional)
        case "text": return (.text(maximum: bound), isOptional)
        default: break
        }
        guard bound == nil else { throw error("'\(word)' has no length") }
        switch word {
        case "decimal": return (.decimal, isOptional)
        case "amount": return (.amount, isOptional)
        case "currency": return (.currency, isOptional)
        case "time": return (.time, isOptional)
        case "day": return (.day, isOptional)
        case "boolean": return (.boolean, isOptional)
        case "day-or-time":
            guard !isOptional else { throw error("a day-or-time has to be there") }
            return (.dayOrTime, false)
        case let name:
            guard name.first?.isUppercase == true else { throw error("'\(name)' is no type of a field") }
            return (.named(name), isOptional)
        }
    }

    private func range(_ text: String) throws(SpecificationError) -> String {
        let bounds = text.split(separator: "...").map { Int($0.replacing("_", with: "")) }
        guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low <= high else {
            throw error("'\(text)' is no range such as 1...500")
        }
        return text
    }

    private mutating func rule(_ text: String) throws(SpecificationError) {
        guard
            let match = text.wholeMatch(
                of: /([A-Za-z]+) (?:(distinct)|(>=?|<=?) ([A-Za-z0-9]+)(\.day)?) else ([a-z-]+) "(.+)"/)
        else {
            throw error("a rule is written as 'require amount > 0 else negative-amount \"what is wrong\"'")
        }
        let condition: Rule.Condition
        if let symbol = match.3, let comparison = Rule.Comparison(rawValue: String(symbol)), let right = match.4 {
            condition = .compare(
                comparison,
                Int(right).map { .number($0) } ?? (match.5 == nil ? .field(String(right)) : .day(String(right))))
        } else {
            condition = .distinct
        }
        list.rules.append(
            Rule(
                field: String(match.1), condition: condition, code: String(match.6), detail: String(match.7),
                line: line))
    }
}

/// A word of the wire as a name in Swift: `needs-approval` is `needsApproval`.
func camelCase(_ wire: String) -> String {
    let parts = wire.split(separator: "-")
    return parts.dropFirst().reduce(String(parts.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
}
