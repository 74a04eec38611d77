public import Domain

extension Organisation {
    /// Reads an organisation tree from JSON: `{"name", "divisions": [{"code", "name", "branches": [{"code", "name",
    /// "city", "manager", "from", "to"?}]}], "businessLines"?: [CODE]}`, days as `2026-01-05`.
    public init(json: [UInt8]) throws(Refusal) {
        let root = try SettingsFile.root(json)
        func text(_ node: JSONNode, _ key: String, _ path: String) throws(Refusal) -> String {
            guard let text = node[key]?.string, !text.isEmpty else {
                throw Refusal(.missingField, path: "\(path).\(key)", "'\(key)' is required, as a string")
            }
            return text
        }
        func day(_ text: String, _ path: String) throws(Refusal) -> CalendarDay {
            guard let day = CalendarDay(text) else {
                throw Refusal(.badTime, path: path, "a day is written as 2026-01-05")
            }
            return day
        }
        var divisions: [Division] = []
        for (index, node) in (root["divisions"]?.elements ?? []).enumerated() {
            let path = "$.divisions[\(index)]"
            var branches: [Branch] = []
            for (place, branch) in (node["branches"]?.elements ?? []).enumerated() {
                let path = "\(path).branches[\(place)]"
                var to: CalendarDay?
                if let text = branch["to"]?.string { to = try day(text, "\(path).to") }
                branches.append(
                    Branch(
                        code: try text(branch, "code", path), name: try text(branch, "name", path),
                        city: try text(branch, "city", path), manager: try text(branch, "manager", path),
                        from: try day(try text(branch, "from", path), "\(path).from"), to: to))
            }
            divisions.append(
                Division(code: try text(node, "code", path), name: try text(node, "name", path), branches: branches))
        }
        guard !divisions.isEmpty else {
            throw Refusal(.missingField, path: "$.divisions", "an organisation has at least one division")
        }
        var lines: [String] = []
        if let node = root["businessLines"] {
            guard node.kind == .array else {
                throw Refusal(.wrongType, path: "$.businessLines", "the lines of business are a list of codes")
            }
            for (index, line) in node.elements.enumerated() {
                guard let code = line.string, !code.isEmpty else {
                    throw Refusal(.wrongType, path: "$.businessLines[\(index)]", "a line of business is a code")
                }
                lines.append(code)
            }
        }
        self.init(name: try text(root, "name", "$"), divisions: divisions, businessLines: lines)
    }

    /// The tree as the file that ``init(json:)`` reads, a branch a line.
    public var json: String {
        let divisions = self.divisions.map { division in
            let branches = division.branches.map { branch in
                var object = ObjectWriter()
                object.text("code", branch.code)
                object.text("name", branch.name)
                object.text("city", branch.city)
                object.text("manager", branch.manager)
                object.text("from", branch.from.description)
                object.text("to", branch.to?.description)
                return object.finished()
            }
            var object = ObjectWriter()
            object.text("code", division.code)
            object.text("name", division.name)
            object.json("branches", SettingsFile.lines(branches, indent: 2))
            return object.finished()
        }
        var object = ObjectWriter()
        object.text("name", name)
        object.json("divisions", SettingsFile.lines(divisions, indent: 1))
        if !businessLines.isEmpty { object.texts("businessLines", businessLines) }
        return String(decoding: object.finished(), as: UTF8.self) + "\n"
    }
}
