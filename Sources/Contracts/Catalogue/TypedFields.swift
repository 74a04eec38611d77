import Domain

extension ContractDescription {
    /// Refuses identifiers and codes that hold what nobody sees, in data that a person typed or pasted: whoever means
    /// `SO-1` and gives `SO-1` with a zero-width space behind it names something else. What other systems send is not
    /// looked at so: their identifiers are what they are.
    ///
    /// - Throws: ``Refusal`` `unseen-character` with the field's path.
    public func refuseSlips(in data: JSONNode) throws(Refusal) { try Self.refuseSlips(in: data, fields, "$") }

    private static func refuseSlips(
        in node: JSONNode, _ fields: [FieldDescription], _ path: String
    ) throws(Refusal) {
        for field in fields {
            guard let value = node[field.name] else { continue }
            let path = "\(path).\(field.name)"
            switch field.form {
            // Identifiers are the texts that may not be empty.
            case .text(let minimum, _) where minimum > 0:
                guard let slip = value.string.flatMap({ TypedText.slip(in: $0) }) else { continue }
                throw Refusal(.unseenCharacter, path: path, "\(slip); type it again without")
            case .object(let fields): try refuseSlips(in: value, fields, path)
            case .array(.object(let fields), _):
                for (index, element) in value.elements.enumerated() {
                    try refuseSlips(in: element, fields, "\(path)[\(index)]")
                }
            default: continue
            }
        }
    }
}
