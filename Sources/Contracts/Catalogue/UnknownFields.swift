extension ContractDescription {
    /// What stands in data and is no field of this kind of message: it is passed over when the message is read, so that a
    /// sender may say more than we know, and a misspelt field is one that nobody reads.
    ///
    /// - Returns: the paths, each once, in the order in which they stand; those within lists without the place in the list.
    public func unknownFields(in data: JSONNode) -> [String] {
        var found: [String] = []
        Self.collect(in: data, fields, "$", &found)
        return found
    }

    private static func collect(
        in node: JSONNode, _ fields: [FieldDescription], _ path: String, _ found: inout [String]
    ) {
        for (key, value) in node.members {
            let path = "\(path).\(key)"
            guard let field = fields.first(where: { $0.name.utf8.elementsEqual(key.utf8) }) else {
                if !found.contains(path) { found.append(path) }
                continue
            }
            switch field.form {
            case .object(let inner): collect(in: value, inner, path, &found)
            case .array(.object(let inner), _):
                for element in value.elements { collect(in: element, inner, path + "[]", &found) }
            default: continue
            }
        }
    }
}
