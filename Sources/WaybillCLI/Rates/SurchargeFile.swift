import Client
import Domain
import Pricing

/// Reads what comes on top of prices, and to which zones places belong. Nothing is priced by a file of which a line is wrong.
enum SurchargeFile {
    /// The surcharges of a file: `code,kind,rate,of,minimum,maximum`; of what a percentage is, by codes with spaces between.
    ///
    /// - Throws: `ExitCode` 2 after what is wrong has been said on standard error; ``Failure`` when the file is no table.
    static func surcharges(_ path: String) throws -> SurchargeGraph {
        let names = ["code", "kind", "rate", "of", "minimum", "maximum"]
        var file = try ColumnFile(path, required: names)
        let place = Dictionary(uniqueKeysWithValues: names.map { ($0, file.place($0)) })
        var findings = Findings()
        var surcharges: [Surcharge] = []
        while let row = file.next() {
            do {
                surcharges.append(try surcharge { row[place[$0] ?? nil] })
            } catch {
                findings.say(path, line: row.line, error.reason, error.detail)
            }
        }
        if let problem = file.problem { throw Failure(problem) }
        findings.end()
        guard findings.count == 0 else { throw ExitCodes.refused }
        do throws(SurchargeGraph.Fault) {
            return try SurchargeGraph(surcharges)
        } catch {
            switch error {
            case .twice(let code):
                say("\(path): duplicate-element: '\(code)' stands there twice, or is the price's own name")
            case .unknown(let code, let other):
                say("\(path): not-found: '\(code)' is a percentage of '\(other)', which is not there")
            case .cycle(let codes):
                say("\(path): cycle: they are percentages of one another: \(codes.joined(separator: " of "))")
            }
            throw ExitCodes.refused
        }
    }

    private static func surcharge(_ field: (String) -> String) throws(RateFault) -> Surcharge {
        guard !field("code").isEmpty, let rate = try RateFields.decimal(field("rate"), "rate") else {
            throw RateFault("missing-field", "'code' and 'rate' are required")
        }
        let basis: Surcharge.Basis
        switch field("kind") {
        case "percent": basis = .percent(rate, of: field("of").split(separator: " ").map(String.init))
        case "per-unit": basis = .perUnit(rate)
        case "fixed": basis = .fixed(rate)
        default:
            throw RateFault(
                "value-not-allowed", "'kind' is percent, per-unit or fixed, not '\(field("kind").prefix(64))'")
        }
        return Surcharge(
            code: field("code"), basis, minimum: try RateFields.decimal(field("minimum"), "minimum"),
            maximum: try RateFields.decimal(field("maximum"), "maximum"))
    }

    /// The zones of a file: `pattern,zone`. Throws as ``surcharges(_:)``.
    static func zones(_ path: String) throws -> ZoneMap {
        var file = try ColumnFile(path, required: ["pattern", "zone"])
        let (pattern, zone) = (file.place("pattern"), file.place("zone"))
        var entries: [ZoneMap.Entry] = []
        while let row = file.next() { entries.append(ZoneMap.Entry(pattern: row[pattern], zone: row[zone])) }
        if let problem = file.problem { throw Failure(problem) }
        do throws(ZoneMap.Fault) {
            return try ZoneMap(entries)
        } catch {
            switch error {
            case .twice(let pattern): say("\(path): duplicate-element: '\(pattern)' stands there with two zones")
            case .notAPattern(let pattern):
                say("\(path): value-not-allowed: '\(pattern)' is no place and no beginning of one")
            }
            throw ExitCodes.refused
        }
    }
}
