/// Which statements are prepared on the server, under which names. Changed only by what the server has confirmed.
struct StatementCache {
    /// A statement: the same text with values of other types is another one, and so is the same asked as another role, for
    /// which the server would plan it anew each time that the roles change.
    struct Key: Hashable {
        let text: String
        let types: [UInt32]
        var role: String?
    }

    private struct Entry {
        let name: String
        var lastUse: Int
    }

    private let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var uses = 0
    private var named = 0

    init(capacity: Int = 256) {
        self.capacity = capacity
        entries.reserveCapacity(capacity)
    }

    /// The name under which a statement is prepared; `nil` when it is not.
    mutating func name(of key: Key) -> String? {
        guard let index = entries.index(forKey: key) else { return nil }
        uses += 1
        entries.values[index].lastUse = uses
        return entries.values[index].name
    }

    /// A name that was never used on this connection.
    mutating func newName() -> String {
        named += 1
        return "s\(named)"
    }

    /// Whether those of some statements that are not prepared yet can be without letting one go.
    func hasRoom(for batch: [Statement]) -> Bool {
        // Mostly there is room for all of them, and none needs to be looked up.
        entries.count + batch.count <= capacity
            || entries.count + Set(batch.lazy.map(\.key).filter { entries[$0] == nil }).count <= capacity
    }

    /// What has to go before another one is prepared: the one not used for longest, when the cache is full.
    var victim: String? {
        guard entries.count >= capacity else { return nil }
        return entries.min { $0.value.lastUse < $1.value.lastUse }?.value.name
    }

    /// A statement was prepared.
    mutating func add(_ key: Key, name: String) {
        uses += 1
        entries[key] = Entry(name: name, lastUse: uses)
    }

    /// A statement was let go.
    mutating func remove(name: String) {
        guard let index = entries.firstIndex(where: { $0.value.name == name }) else { return }
        entries.remove(at: index)
    }

    /// All statements were let go. Names are not used again.
    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }
}
