package import Contracts
import Domain

/// Refused messages as tables.
package enum DeadLetterLists {
    /// One line a message; one that stands there twice after a crash is one line.
    package static func list(_ letters: [BrowsedDeadLetter]) -> QueryTable {
        var rows: [[String?]] = []
        // By their bytes: two texts that look the same may be two ids.
        var places: [[[UInt8]]: Int] = [:]
        for letter in letters {
            let key = [letter.service.rawValue, letter.source ?? "", letter.id ?? "\(rows.count)", letter.type ?? ""]
                .map { Array($0.utf8) }
            if let place = places[key] {
                rows[place][8] = String((Int(rows[place][8] ?? "") ?? 1) + 1)
                continue
            }
            places[key] = rows.count
            rows.append([
                letter.refusedAt?.description, letter.service.rawValue, letter.reason, letter.path, letter.type,
                letter.handle,
                letter.source, letter.detail, "1",
            ])
        }
        let columns = ["refused_at", "service", "reason", "path", "type", "id", "source", "detail"].map {
            QueryColumn($0)
        }
        return QueryTable("dead letters", columns + [QueryColumn("copies", .integer)], rows: rows)
    }

    /// How many there are by service, reason, type and source, the most first.
    package static func groups(_ letters: [BrowsedDeadLetter]) -> QueryTable {
        var counts: [[String]: (count: Int, first: Timestamp?, last: Timestamp?)] = [:]
        for letter in letters {
            let key = [letter.service.rawValue, letter.reason, letter.type ?? "", letter.source ?? ""]
            var entry = counts[key] ?? (0, nil, nil)
            entry.count += 1
            if let time = letter.refusedAt {
                entry.first = min(entry.first ?? time, time)
                entry.last = max(entry.last ?? time, time)
            }
            counts[key] = entry
        }
        let ordered = counts.sorted { ($1.value.count, $0.key.joined()) < ($0.value.count, $1.key.joined()) }
        return QueryTable(
            "groups",
            ["service", "reason", "type", "source"].map { QueryColumn($0) }
                + [QueryColumn("messages", .integer), QueryColumn("first"), QueryColumn("last")],
            rows: ordered.map { key, entry in
                key + [String(entry.count), entry.first?.description, entry.last?.description]
            })
    }
}
