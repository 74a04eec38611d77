extension Array {
    /// Of the elements of each key one, in the order of the keys: how a batch is written, so that no two wait for each other.
    ///
    /// Keys and places are moved about, never the elements, and they are sorted as the elements came: messages come nearly
    /// in the order of their keys, which the entries of a dictionary do not. Over orders of twenty texts each that is most
    /// of what writing them costs here.
    ///
    /// - Parameters:
    ///   - key: what an element is kept under.
    ///   - replaces: whether an element, the first, takes the place of another of its key that came before it.
    /// - Returns: each key with its element.
    @inlinable
    public func onePerKey<Key: Hashable & Comparable>(
        _ key: (Element) -> Key, replaces: (Element, Element) -> Bool
    ) -> [(key: Key, value: Element)] {
        var slots: [Key: Int] = [:]
        slots.reserveCapacity(count)
        var keys: [Key] = []
        keys.reserveCapacity(count)
        var chosen: [Int] = []
        chosen.reserveCapacity(count)
        for place in indices {
            let key = key(self[place])
            if let slot = slots[key] {
                if replaces(self[place], self[chosen[slot]]) { chosen[slot] = place }
            } else {
                slots[key] = keys.count
                keys.append(key)
                chosen.append(place)
            }
        }
        return keys.indices.sorted { keys[$0] < keys[$1] }.map { (keys[$0], self[chosen[$0]]) }
    }
}

extension Array where Element: Comparable {
    /// Each element once, in order. They are sorted as they came, which for the keys of messages takes hardly more than a
    /// look at each; the elements of a set come in no order at all.
    @inlinable
    public func sortedOnce() -> [Element] {
        var once: [Element] = []
        once.reserveCapacity(count)
        for element in sorted() where once.last != element { once.append(element) }
        return once
    }
}

extension Dictionary where Key: Comparable {
    /// The entries in the order of their keys. Their places are sorted, and each entry is moved once.
    @inlinable
    public func inKeyOrder() -> [(key: Key, value: Value)] {
        let entries = Array(self)
        return entries.indices.sorted { entries[$0].key < entries[$1].key }.map { entries[$0] }
    }
}
