/// To which zone of a card places belong: by the most specific pattern that fits.
///
/// A pattern is a place such as `CN-SH-PVG`, the beginning of places followed by `*` such as `CN-SH*`, or `*` for any place. A place itself
/// goes before every beginning, and a longer beginning before a shorter one; so there is one answer, in whatever order they stand.
public struct ZoneMap: Sendable {
    /// A pattern with its zone.
    public struct Entry: Sendable, Equatable {
        /// The pattern.
        public let pattern: String
        /// The zone of the places that it fits.
        public let zone: String

        /// - Parameters: as the properties.
        public init(pattern: String, zone: String) {
            self.pattern = pattern
            self.zone = zone
        }
    }

    /// Why a map is none.
    public enum Fault: Error, Sendable, Equatable {
        /// A pattern stands there with two zones.
        case twice(pattern: String)
        /// A `*` stands elsewhere than at the end, or a pattern is empty.
        case notAPattern(String)
    }

    private let exact: [String: String]
    /// The beginnings, the longest first.
    private let beginnings: [(bytes: [UInt8], entry: Entry)]

    /// - Throws: ``Fault`` for patterns that are none, or contradict each other.
    public init(_ entries: [Entry]) throws(Fault) {
        var exact: [String: String] = [:]
        var beginnings: [String: Entry] = [:]
        for entry in entries {
            let head = entry.pattern.hasSuffix("*") ? String(entry.pattern.dropLast()) : entry.pattern
            guard !entry.pattern.isEmpty, !head.contains("*") else { throw .notAPattern(entry.pattern) }
            let known = entry.pattern.hasSuffix("*") ? beginnings[head]?.zone : exact[head]
            guard known == nil || known == entry.zone else { throw .twice(pattern: entry.pattern) }
            if entry.pattern.hasSuffix("*") { beginnings[head] = entry } else { exact[head] = entry.zone }
        }
        self.exact = exact
        self.beginnings = beginnings.map { (bytes: Array($0.key.utf8), entry: $0.value) }.sorted { first, second in
            first.bytes.count != second.bytes.count
                ? first.bytes.count > second.bytes.count : first.bytes.lexicographicallyPrecedes(second.bytes)
        }
    }

    /// The zone of a place with the pattern that has decided; nil when none fits.
    public func zone(of place: String) -> Entry? {
        if let zone = exact[place] { return Entry(pattern: place, zone: zone) }
        let bytes = Array(place.utf8)
        return beginnings.first { bytes.starts(with: $0.bytes) }?.entry
    }

    /// A shipment from zone to zone, to be priced by a card whose places are zones. A place of no zone stays as it is.
    public func zoned(_ shipment: Shipment) -> Shipment {
        Shipment(
            day: shipment.day, serviceItem: shipment.serviceItem,
            origin: zone(of: shipment.origin)?.zone ?? shipment.origin,
            destination: zone(of: shipment.destination)?.zone ?? shipment.destination, quantity: shipment.quantity,
            unit: shipment.unit)
    }
}
