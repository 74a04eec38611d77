package import Contracts
package import Postgres

/// The classes of customers, as the customer service last said: what a service keeps of them in its own table
/// `customer_class` (customer_id, revision, classes as an object of dimension and value).
package enum ClassReplica {
    /// The step of a schema that makes the table. For a service that has none yet: one that has keeps its own.
    ///
    /// - Parameter number: its place among the service's migrations.
    package static func migration(_ number: Int) -> Migration {
        Migration(
            number: number, name: "customer_class",
            sql: """
                create table customer_class (
                    customer_id text primary key,
                    revision integer not null,
                    classes jsonb not null
                );
                """)
    }

    /// Takes over what is newer than what is known; in any order of arrival the highest revision stays.
    package static func put(
        _ messages: [Received<CustomerClassified>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [String: CustomerClassified] = [:]
        for body in messages.map(\.body) where latest[body.customerId].map({ $0.revision < body.revision }) ?? true {
            latest[body.customerId] = body
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        try transaction.queue(
            """
            insert into customer_class (customer_id, revision, classes)
            select id, revision, classes::jsonb
            from unnest(
                \(rows.map(\.customerId)), \(rows.map { Int32($0.revision) }), \(rows.map(Self.text)))
                as t(id, revision, classes)
            on conflict (customer_id) do update set revision = excluded.revision, classes = excluded.classes
            where excluded.revision > customer_class.revision
            """)
    }

    private static func text(_ body: CustomerClassified) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (index, item) in body.classes.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            ObjectWriter.append(item.dimension.rawValue, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            ObjectWriter.append(item.value, to: &bytes)
        }
        return String(decoding: bytes + [UInt8(ascii: "}")], as: UTF8.self)
    }
}
