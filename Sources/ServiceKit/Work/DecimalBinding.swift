import Contracts
public import Domain
public import Postgres

/// Decimals of the contracts in statements, as the server's `numeric`.
extension FixedDecimal: PostgresEncodable, PostgresNullableElement {
    /// `numeric`.
    public static var postgresType: UInt32 { PostgresDecimal.postgresType }
    /// The value.
    public var postgresBind: PostgresBind { PostgresDecimal(tenThousandths: units).postgresBind }
    /// `numeric[]`.
    public static var postgresArrayType: UInt32 { PostgresDecimal.postgresArrayType }

    /// The values.
    public static func postgresBind(of array: [FixedDecimal]) -> PostgresBind {
        PostgresDecimal.postgresBind(of: array.map { PostgresDecimal(tenThousandths: $0.units) })
    }

    /// The values, with NULLs.
    public static func postgresBind(ofOptional array: [FixedDecimal?]) -> PostgresBind {
        PostgresDecimal.postgresBind(ofOptional: array.map { $0.map { PostgresDecimal(tenThousandths: $0.units) } })
    }
}
