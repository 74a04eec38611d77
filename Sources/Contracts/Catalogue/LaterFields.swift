/// The optional fields that released contracts were given later, by type, in the order in which they came.
///
/// A hash of content that a release kept before it knew such a field is one without it. So whoever compares a message
/// with what was kept compares it without its later fields as well: a sender that knows a field already, and sends the
/// same message again after we have learnt it, does not contradict itself.
public enum LaterFields {
    /// Names of members of a message's own object. Only ever appended to: one line with each field that is added to a
    /// contract whose content is compared.
    static let byType: [String: [String]] = [
        "credit-note.issued.v1": ["cause"], "order.placed.v1": ["quoteId"], "order.changed.v1": ["quoteId"],
    ]

    /// Those of a type.
    public static func of(_ type: MessageType) -> [String] { byType[type.description] ?? [] }

    /// A message as it is without some of the members of its object.
    ///
    /// - Parameter json: the message as ``Part/encode()`` writes it.
    /// - Returns: what `encode()` writes when those members are absent; `nil` when none of them is there.
    public static func leavingOut(_ names: some Collection<String>, of json: [UInt8]) -> [UInt8]? {
        guard let members = try? JSONDocument(parsing: json).root.members,
            members.contains(where: { names.contains($0.key) })
        else { return nil }
        var shorter: [UInt8] = [UInt8(ascii: "{")]
        for (key, value) in members where !names.contains(key) {
            if shorter.count > 1 { shorter.append(UInt8(ascii: ",")) }
            ObjectWriter.append(key, to: &shorter)
            shorter.append(UInt8(ascii: ":"))
            shorter.append(contentsOf: value.text)
        }
        shorter.append(UInt8(ascii: "}"))
        return shorter
    }
}
