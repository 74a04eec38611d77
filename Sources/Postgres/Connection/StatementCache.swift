/// Which statements are prepared on a connection, under which names; the one not used for longest goes first.
struct StatementCache {
    private struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    private struct Entry {
        let name: String
        var lastUse: Int
    }

    private static let capacity = 256

    private var entries: [Key: Entry] = [:]
    private var uses = 0
    private var made = 0

    /// The name of a statement.
    ///
    /// - Returns: the name, whether it must be prepared first, and the name of one to let go.
    mutating func name(for text: String, types: [UInt32]) -> (name: String, isNew: Bool, evicted: String?) {
        uses += 1
        let key = Key(text: text, types: types)
        if let entry = entries[key] {
            entries[key]?.lastUse = uses
            return (entry.name, false, nil)
        }
        var evicted: String?
        if entries.count >= Self.capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            evicted = oldest.value.name
        }
        made += 1
        let name = "s\(made)"
        entries[key] = Entry(name: name, lastUse: uses)
        return (name, true, evicted)
    }

    /// Forgets a statement that could not be prepared.
    mutating func forget(_ text: String) {
        for key in entries.keys where key.text == text { entries[key] = nil }
    }
}
