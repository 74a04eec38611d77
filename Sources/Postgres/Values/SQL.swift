public import Domain

/// A statement with its values apart: text written in the source, values always bound.
///
/// ```swift
/// "select name from account where code = \(code)"      // binds code as $1
/// ```
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    fileprivate enum Piece: Sendable {
        case text(String)
        case value(PostgresBind)
    }

    private var pieces: [Piece]

    /// A statement without values.
    public init(stringLiteral text: String) {
        pieces = [.text(text)]
    }

    /// A statement from an interpolated literal.
    public init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces
    }

    /// Collects the pieces of an interpolated statement.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        /// Begins a statement.
        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount * 2 + 1)
        }

        /// Text that stands in the source.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { pieces.append(.text(literal)) }
        }

        /// A value: it is bound, never made part of the text.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            pieces.append(.value(value.postgresBind))
        }

        /// A value that may be missing: it is bound, NULL when it is.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            // Its own overload, because the compiler warns of an optional in an interpolation that does not expect one.
            pieces.append(.value(value.postgresBind))
        }

        /// A value in the form in which it is sent.
        public mutating func appendInterpolation(_ value: PostgresBind) {
            pieces.append(.value(value))
        }

        /// A part of a statement, with its own values.
        public mutating func appendInterpolation(_ fragment: SQL) {
            pieces += fragment.pieces
        }

        /// Raw text. The only door through which text that is not in the source can come: names of tables, never data.
        public mutating func appendInterpolation(unsafe text: String) {
            pieces.append(.text(text))
        }
    }

    /// The day on which a time falls, as an expression: by the organisation's clocks unless another zone is given. The zone
    /// stands in the statement by its name, so that a plan knows it; every session's own zone is UTC.
    ///
    /// - Parameters:
    ///   - time: the time, an expression of the type `timestamptz`.
    ///   - zone: whose days are meant.
    public static func day(of time: SQL, in zone: OrganisationZone = .current) -> SQL {
        "((\(time)) at time zone \(unsafe: Wire.quoted(literal: zone.name)))::date"
    }

    /// The instant at which a day begins in the organisation's zone.
    ///
    /// - Parameters:
    ///   - day: a `date`.
    ///   - zone: the zone.
    public static func beginning(of day: SQL, in zone: OrganisationZone = .current) -> SQL {
        "((\(day))::timestamp at time zone \(unsafe: Wire.quoted(literal: zone.name)))"
    }

    /// The text with `$1`, `$2` … and the values in that order.
    func rendered() -> (text: String, values: [PostgresBind]) {
        var text = ""
        var values: [PostgresBind] = []
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .value(let value):
                values.append(value)
                text += "$\(values.count)"
            }
        }
        return (text, values)
    }
}
