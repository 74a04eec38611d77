/// The names of PostgreSQL's own types, whose numbers are the same in every database (`pg_type.dat` in its source).
enum TypeName {
    private static let names: [UInt32: String] = [
        16: "boolean", 17: "bytea", 18: "\"char\"", 19: "name", 20: "bigint", 21: "smallint", 23: "integer",
        25: "text", 26: "oid", 114: "json", 700: "real", 701: "double precision", 705: "unknown",
        1000: "boolean[]", 1001: "bytea[]", 1005: "smallint[]", 1007: "integer[]", 1009: "text[]", 1016: "bigint[]",
        1021: "real[]", 1022: "double precision[]", 1042: "character", 1043: "character varying", 1082: "date",
        1083: "time", 1114: "timestamp", 1115: "timestamp[]", 1182: "date[]", 1184: "timestamptz",
        1185: "timestamptz[]", 1186: "interval", 1231: "numeric[]", 1700: "numeric", 2249: "record", 2278: "void",
        2950: "uuid", 2951: "uuid[]", 3802: "jsonb", 3807: "jsonb[]",
    ]

    static func of(_ type: UInt32) -> String { names[type] ?? "number \(type) in pg_type" }
}
