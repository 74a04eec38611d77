public import Domain

/// A policy of who may do what as people write it; docs/operate/permissions.md says its form.
///
/// All that cannot be read is told at once, each with its place: whoever writes a policy mends it in one go.
public struct PermissionPolicyFile: Sendable {
    /// The most lines, the most delegations, and the most amounts.
    public static let most = 1_000
    /// The most lines that one role has for one right: more of them nobody sees through, and to look for those that never
    /// matter would take long.
    public static let mostOfOneRight = 20

    /// What was read. It may hold only without ``faults``.
    public let policy: PermissionPolicy
    /// What could not be read; what it stands in is left out of ``policy``.
    public let faults: [Refusal]

    /// Reads a policy.
    ///
    /// - Throws: ``Refusal`` when it is no JSON object, or holds what nobody sees.
    public init(json: [UInt8]) throws(Refusal) {
        let root = try SettingsFile.root(json)
        guard root.kind == .object else { throw Refusal(.wrongType, path: "$", "a policy is an object") }
        var reader = PermissionReader()
        reader.allow(["version", "lines", "people", "delegations", "amounts"], in: root, "$")
        let version = reader.version(root)
        let lines = reader.list("lines", in: root, isRequired: true)
        var read: [PermissionLine] = []
        var counts: [PermissionRole: [PermissionRight: Int]] = [:]
        for (node, path) in lines {
            guard let line = reader.line(node, path) else { continue }
            read.append(line)
            counts[line.role, default: [:]][line.right, default: 0] += 1
            if counts[line.role]?[line.right] == Self.mostOfOneRight + 1 {
                reader.note(
                    .tooManyElements, path,
                    "'\(line.role.rawValue)' has more than \(Self.mostOfOneRight) lines for '\(line.right.rawValue)'")
            }
        }
        var people: [PermissionHolder] = []
        for (node, path) in reader.list("people", in: root) {
            if let person = reader.person(node, path) { people.append(person) }
        }
        var delegations: [PermissionDelegation] = []
        for (node, path) in reader.list("delegations", in: root) {
            if let delegation = reader.delegation(node, path) { delegations.append(delegation) }
        }
        var amounts: [PermissionAmount] = []
        for (node, path) in reader.list("amounts", in: root) {
            if let amount = reader.amount(node, path) { amounts.append(amount) }
        }
        policy = PermissionPolicy(
            version: version ?? 0, lines: read, people: people, delegations: delegations, amounts: amounts)
        faults = reader.faults
    }
}

/// Reads the parts of a policy and notes what it cannot.
private struct PermissionReader {
    private(set) var faults: [Refusal] = []

    mutating func note(_ reason: Reason, _ path: String, _ detail: String) {
        faults.append(Refusal(reason, path: path, detail))
    }

    mutating func allow(_ names: Set<String>, in node: JSONNode, _ path: String) {
        do throws(Refusal) { try SettingsFile.allow(names, in: node, path) } catch { faults.append(error) }
    }

    mutating func version(_ root: JSONNode) -> Int? {
        guard let version = root["version"]?.integer, (1...1_000_000_000).contains(version) else {
            note(.missingField, "$.version", "'version' is required, a whole number from 1")
            return nil
        }
        return version
    }

    /// The elements of a list, each with its path.
    mutating func list(_ name: String, in root: JSONNode, isRequired: Bool = false) -> [(JSONNode, String)] {
        let path = "$.\(name)"
        guard let node = root[name] else {
            if isRequired { note(.missingField, path, "'\(name)' is required, a list") }
            return []
        }
        guard node.kind == .array else {
            note(.wrongType, path, "'\(name)' is a list")
            return []
        }
        guard node.count <= PermissionPolicyFile.most || name == "people" else {
            note(.tooManyElements, path, "there are \(node.count), and at most \(PermissionPolicyFile.most)")
            return []
        }
        if isRequired, node.count == 0 { note(.tooFewElements, path, "nobody may do anything without a line") }
        return node.elements.enumerated().map { ($0.element, "\(path)[\($0.offset)]") }
    }

    mutating func line(_ node: JSONNode, _ path: String) -> PermissionLine? {
        let before = faults.count
        guard isObject(node, path) else { return nil }
        allow(["line", "role", "right", "kinds", "scope", "fields", "totals", "effect"], in: node, path)
        let name = identifier(node, "line", path)
        let role = word(node, "role", path, PermissionRole.self)
        let right = word(node, "right", path, PermissionRight.self)
        let isOfEveryKind = node["kinds"]?.string == "*"
        let kinds = isOfEveryKind ? nil : words(node, "kinds", path, PermissionKind.self, isRequired: true)
        let scope = word(node, "scope", path, PermissionScope.self)
        let fields = words(node, "fields", path, PermissionField.self)
        let totals = node["totals"] == nil ? nil : word(node, "totals", path, PermissionScope.self)
        let effect = node["effect"] == nil ? .allow : word(node, "effect", path, PermissionLine.Effect.self)
        guard faults.count == before, let name, let role, let right, let scope, let effect else { return nil }
        return PermissionLine(
            name: name, role: role, right: right, kinds: kinds, scope: scope, fields: fields, totals: totals,
            effect: effect)
    }

    mutating func person(_ node: JSONNode, _ path: String) -> PermissionHolder? {
        let before = faults.count
        guard isObject(node, path) else { return nil }
        allow(["login", "roles"], in: node, path)
        let login = login(node, "login", path)
        let roles = words(node, "roles", path, PermissionRole.self, isRequired: true)
        guard faults.count == before, let login else { return nil }
        return PermissionHolder(login: login, roles: roles)
    }

    mutating func delegation(_ node: JSONNode, _ path: String) -> PermissionDelegation? {
        let before = faults.count
        guard isObject(node, path) else { return nil }
        allow(
            [
                "delegation", "of", "to", "rights", "kinds", "scope", "fields", "from", "until", "recorded", "reason",
            ], in: node, path)
        let name = identifier(node, "delegation", path)
        let principal = login(node, "of", path)
        let deputy = login(node, "to", path)
        let rights = words(node, "rights", path, PermissionRight.self, isRequired: true)
        let kinds = words(node, "kinds", path, PermissionKind.self, isRequired: true)
        let scope = word(node, "scope", path, PermissionScope.self)
        let fields = words(node, "fields", path, PermissionField.self)
        let from = day(node, "from", path)
        let until = day(node, "until", path)
        let recorded = day(node, "recorded", path)
        let reason = text(node, "reason", path, most: 200)
        guard faults.count == before, let name, let principal, let deputy, let scope, let from, let until,
            let recorded, let reason
        else { return nil }
        return PermissionDelegation(
            name: name, principal: principal, deputy: deputy, rights: rights, kinds: kinds, scope: scope,
            fields: fields, days: DayWindow(from: from, to: until), recorded: recorded, reason: reason)
    }

    mutating func amount(_ node: JSONNode, _ path: String) -> PermissionAmount? {
        let before = faults.count
        guard isObject(node, path) else { return nil }
        allow(
            ["amount", "role", "right", "kinds", "upTo", "currency", "days", "businessLines", "nodes"], in: node, path)
        let name = identifier(node, "amount", path)
        let role = word(node, "role", path, PermissionRole.self)
        let right = word(node, "right", path, PermissionRight.self)
        let kinds = words(node, "kinds", path, PermissionKind.self, isRequired: true)
        let upTo = money(node, path)
        let days = days(node, path)
        let lines = texts(node, "businessLines", path)
        let nodes = texts(node, "nodes", path)
        guard faults.count == before, let name, let role, let right else { return nil }
        for (index, kind) in kinds.enumerated() where !right.tellsFields && !ActCatalogue.isMeasured(right, kind) {
            note(
                .valueNotAllowed, "\(path).kinds[\(index)]",
                "nothing that is done by the right to \(right.rawValue) '\(kind.rawValue)' comes to an amount")
        }
        return PermissionAmount(
            name: name, role: role, right: right, kinds: kinds, upTo: upTo, days: days, businessLines: lines,
            nodes: nodes)
    }

    // MARK: Values

    /// The most: an amount in a currency, or `"*"`, which stands alone, for whatever it comes to.
    private mutating func money(_ node: JSONNode, _ path: String) -> Money? {
        if node["upTo"]?.string == "*" {
            if node["currency"] != nil {
                note(.valueNotAllowed, "\(path).currency", "\"*\" is every amount in every currency; take it out")
            }
            return nil
        }
        guard let text = text(node, "upTo", path, most: 24) else { return nil }
        guard let amount = FixedDecimal(text) else {
            note(
                .notADecimal, "\(path).upTo",
                "'upTo' is a decimal in quotes, as \"50000.00\", or \"*\" for every amount")
            return nil
        }
        guard amount > .zero else {
            note(.negativeAmount, "\(path).upTo", "'upTo' is more than nought; without the right, take the line out")
            return nil
        }
        guard let code = self.text(node, "currency", path, most: 3) else { return nil }
        guard let currency = Currency(code) else {
            note(.unknownCurrency, "\(path).currency", "\(quoted(code)) is no currency of ISO 4217")
            return nil
        }
        return Money(amount, currency)
    }

    private mutating func days(_ node: JSONNode, _ path: String) -> Int? {
        do throws(Refusal) {
            return try SettingsFile.integer(node, "days", in: 1...3_660, path)
        } catch {
            faults.append(error)
            return nil
        }
    }

    /// Codes that need not be known here, each once.
    private mutating func texts(_ node: JSONNode, _ name: String, _ path: String) -> [String] {
        let place = "\(path).\(name)"
        guard let value = node[name] else { return [] }
        guard value.kind == .array else {
            note(.wrongType, place, "'\(name)' is a list of codes")
            return []
        }
        // An empty list would be for nothing, and without it the amount is for everything.
        if value.count == 0 { note(.tooFewElements, place, "'\(name)' has at least one; leave it out for every one") }
        var found: [String] = []
        for (index, element) in value.elements.enumerated() {
            guard let code = element.string, !code.isEmpty, code.unicodeScalars.count <= 64 else {
                note(.wrongType, "\(place)[\(index)]", "a code is needed here, of 1 to 64 characters")
                continue
            }
            if found.contains(where: { $0.hasSameBytes(as: code) }) {
                note(.duplicateElement, "\(place)[\(index)]", "\(quoted(code)) is there before")
            } else {
                found.append(code)
            }
        }
        return found
    }

    private mutating func isObject(_ node: JSONNode, _ path: String) -> Bool {
        if node.kind != .object { note(.wrongType, path, "an object is needed here") }
        return node.kind == .object
    }

    private mutating func day(_ node: JSONNode, _ name: String, _ path: String) -> CalendarDay? {
        do throws(Refusal) {
            return try SettingsFile.day(node, name, path)
        } catch {
            faults.append(error)
            return nil
        }
    }

    private mutating func identifier(_ node: JSONNode, _ name: String, _ path: String) -> String? {
        text(node, name, path, most: 64)
    }

    private mutating func login(_ node: JSONNode, _ name: String, _ path: String) -> String? {
        guard let login = text(node, name, path, most: 64) else { return nil }
        let isLogin = login.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || [0x2E, 0x2D, 0x5F].contains(byte)
        }
        guard isLogin else {
            note(
                .valueNotAllowed, "\(path).\(name)",
                "\(quoted(login)) is no login: small letters, digits, '.', '-' and '_'")
            return nil
        }
        return login
    }

    /// A text that says something. Control characters are refused with all else that nobody sees.
    private mutating func text(_ node: JSONNode, _ name: String, _ path: String, most: Int) -> String? {
        let place = "\(path).\(name)"
        guard let value = node[name] else {
            note(.missingField, place, "'\(name)' is required, as a string")
            return nil
        }
        guard let text = value.string else {
            note(.wrongType, place, "'\(name)' is a string")
            return nil
        }
        guard text.contains(where: { !$0.isWhitespace }) else {
            note(.textTooShort, place, "'\(name)' is required, and it is empty")
            return nil
        }
        guard text.unicodeScalars.count <= most else {
            note(.textTooLong, place, "'\(name)' has at most \(most) characters")
            return nil
        }
        return text
    }

    private mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ node: JSONNode, _ name: String, _ path: String, _ type: Word.Type
    ) -> Word? {
        guard let value = node[name] else {
            note(.missingField, "\(path).\(name)", "'\(name)' is required, one of \(Self.all(type))")
            return nil
        }
        return known(value, "\(path).\(name)", name, type)
    }

    private mutating func words<Word: RawRepresentable<String> & CaseIterable & Equatable>(
        _ node: JSONNode, _ name: String, _ path: String, _ type: Word.Type, isRequired: Bool = false
    ) -> [Word] {
        let place = "\(path).\(name)"
        guard let value = node[name] else {
            if isRequired { note(.missingField, place, "'\(name)' is required, a list of \(Self.all(type))") }
            return []
        }
        guard value.kind == .array else {
            note(.wrongType, place, "'\(name)' is a list of \(Self.all(type))")
            return []
        }
        if value.count == 0, isRequired { note(.tooFewElements, place, "'\(name)' has at least one") }
        var words: [Word] = []
        for (index, element) in value.elements.enumerated() {
            guard let word = known(element, "\(place)[\(index)]", name, type) else { continue }
            if words.contains(word) {
                note(.duplicateElement, "\(place)[\(index)]", "'\(word.rawValue)' is there before")
            } else {
                words.append(word)
            }
        }
        return words
    }

    private mutating func known<Word: RawRepresentable<String> & CaseIterable>(
        _ value: JSONNode, _ place: String, _ name: String, _ type: Word.Type
    ) -> Word? {
        guard let text = value.string else {
            note(.wrongType, place, "a word is needed here, one of \(Self.all(type))")
            return nil
        }
        guard let word = Word(rawValue: text) else {
            note(.valueNotAllowed, place, "there is no \(quoted(text)) for '\(name)', only \(Self.all(type))")
            return nil
        }
        return word
    }

    private static func all<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
