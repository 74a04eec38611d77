internal import Foundation

extension String {
    /// Whether the two are the same byte for byte; `==` takes canonically equivalent texts for equal.
    public func hasSameBytes(as other: String) -> Bool {
        // How many bytes a text has is known without looking at them, and mostly tells two keys apart already.
        utf8.count == other.utf8.count && compareBytes(with: other) == 0
    }

    /// Which of the two comes first byte by byte, as the database orders texts under the collation "C": below 0 when this
    /// one does, 0 when their bytes are the same, above 0 when the other does.
    ///
    /// By `memcmp`: keys are compared in the hottest dictionaries and sorts, and a loop over the views of two texts takes
    /// about ten times as long.
    public func compareBytes(with other: String) -> Int {
        let order = utf8.withContiguousStorageIfAvailable { mine in
            other.utf8.withContiguousStorageIfAvailable { theirs in Self.compare(mine, theirs) }
        }
        if case .some(.some(let order)) = order { return order }
        return Array(utf8).withUnsafeBufferPointer { mine in
            Array(other.utf8).withUnsafeBufferPointer { theirs in Self.compare(mine, theirs) }
        }
    }

    private static func compare(_ mine: UnsafeBufferPointer<UInt8>, _ theirs: UnsafeBufferPointer<UInt8>) -> Int {
        let common = Swift.min(mine.count, theirs.count)
        if common > 0, let first = mine.baseAddress, let second = theirs.baseAddress {
            let order = Int(memcmp(first, second, common))
            if order != 0 { return order }
        }
        return mine.count - theirs.count
    }
}

extension [String] {
    /// Whether the texts are the same, each byte for byte.
    public func hasSameBytes(as other: [String]) -> Bool {
        count == other.count && zip(self, other).allSatisfy { $0.hasSameBytes(as: $1) }
    }
}
