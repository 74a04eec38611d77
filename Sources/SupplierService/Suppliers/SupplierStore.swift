import Contracts
import Domain
import Postgres
import ServiceKit

/// A supplier, named by somebody.
struct Sighting {
    let source: String
    let code: String
    let name: String?
    /// When the master record was said that gives the name; `nil` for the free text of an order, a cost or an invoice.
    var masterSaidAt: Int64?

    /// Whether its name replaces another: a master record replaces free text, the newest master record the others (by
    /// name when at the same instant). Of free text the first stays.
    func replaces(_ other: Sighting) -> Bool {
        guard let name else { return false }
        guard let former = other.name else { return true }
        guard let masterSaidAt else { return false }
        guard let formerSaidAt = other.masterSaidAt else { return true }
        return (masterSaidAt, name) > (formerSaidAt, former)
    }
}

/// The SQL of suppliers.
enum SupplierStore {
    /// What the newest master records say of suppliers.
    struct Master {
        let name: String?
        /// When its name was said by a master record; `nil` for the free text of an order.
        let nameSaidAt: Int64?
        let credit: String?
        let creditSaidAt: Int64?
    }

    /// What is known of some suppliers.
    static func masters(
        _ keys: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: Master] {
        guard !keys.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select source, code, s.name, s.name_said_at, s.credit_code, s.credit_said_at
            from (select distinct * from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as t(source, code)) k
            join supplier_account s using (source, code)
            """, as: StoredMaster.self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.account, $0.master) })
    }

    /// What the newest master records say, as it stands in the table.
    private struct StoredMaster: PostgresRow {
        let account: AccountKey
        let master: Master

        init(row: inout RowReader) throws(PostgresError) {
            account = AccountKey(source: try row("source"), code: try row("code"))
            master = Master(
                name: try row("name"), nameSaidAt: try row("name_said_at"), credit: try row("credit_code"),
                creditSaidAt: try row("credit_said_at"))
        }
    }

    /// Writes suppliers down at first sight, and tells the world; again when their name changes.
    static func seen(
        _ sightings: [Sighting], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let sorted = sightings.onePerKey {
            AccountKey(source: $0.source, code: $0.code)
        } replaces: {
            $0.replaces($1)
        }.map(\.value)
        guard !sorted.isEmpty else { return }
        // A master record that says the name that is known already is written down and not told again.
        let rows = try transaction.query(
            """
            with sighting as materialized (
                select * from unnest(
                    \(sorted.map(\.source)), \(sorted.map(\.code)),
                    \(sorted.map { AccountIdentifier.supplier(source: $0.source, code: $0.code) }),
                    \(sorted.map(\.name)), \(sorted.map(\.masterSaidAt)))
                    as t(source, code, supplier_id, name, said_at)
            ), former as materialized (
                select source, code, s.name from supplier_account s join sighting using (source, code)
            ), put as (
                insert into supplier_account as s (source, code, supplier_id, name, name_said_at, revision, seen_at)
                select source, code, supplier_id, name, said_at, 1,
                    \(PostgresValue.timestamp(effects.now.description)) from sighting
                on conflict (source, code) do update set
                    name = excluded.name, name_said_at = excluded.name_said_at,
                    revision = s.revision + (excluded.name is distinct from s.name)::integer
                where excluded.name is not null
                    and (s.name is null or excluded.name_said_at is not null and (s.name_said_at is null
                        or (excluded.name_said_at, excluded.name) > (s.name_said_at, s.name)))
                returning source, code, supplier_id, name, revision
            )
            select source, code, p.supplier_id, p.name, p.revision
            from put p left join former f using (source, code)
            where f.source is null or f.name is distinct from p.name
            order by 1, 2
            """, as: StoredSupplier.self)
        for row in rows {
            effects.publish(
                SupplierRegistered(
                    supplierId: row.supplierId, revision: row.revision, name: row.name,
                    accounts: [AccountHoming(source: row.account.source, code: row.account.code, revision: 1)],
                    at: effects.now), key: row.supplierId)
        }
        effects.count("registered", rows.count)
    }

    /// A supplier's account as it stands in the table.
    private struct StoredSupplier: PostgresRow {
        let account: AccountKey
        let supplierId: String
        let name: String?
        let revision: Int

        init(row: inout RowReader) throws(PostgresError) {
            account = AccountKey(source: try row("source"), code: try row("code"))
            supplierId = try row("supplier_id")
            name = try row("name")
            revision = try row("revision")
        }
    }
}
