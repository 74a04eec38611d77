import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("The copy of accounts", .service(try financeDefinition()))
struct AccountReplicaTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func changed(
        _ revision: Int, homing: Int = 1, customer: String = "P1", branch: String? = nil, owner: String? = nil
    ) -> CustomerChanged {
        CustomerChanged(
            CustomerRecord(
                customerId: customer, revision: revision, branch: branch, salesOwner: owner,
                accounts: [AccountHoming(source: "erp", code: "C1", revision: homing)],
                at: Timestamp(microsecondsSinceEpoch: 1_767_600_000_000_000)))
    }

    private static let account = "select customer_id, branch, sales_owner from account where code = 'C1'"

    @Test("a customer is heard however often it changes, whatever the order")
    func manyRevisions() async throws {
        func tell(_ id: String, _ body: CustomerChanged) async throws -> String {
            try await finance.handle([.init(id, source: "waybill.customer", body)])
            return try await finance.rows(Self.account).joined().map { $0 ?? "-" }.joined(separator: " ")
        }
        #expect(try await tell("1", Self.changed(99_998, branch: "KS01", owner: "a")) == "P1 KS01 a")
        #expect(try await tell("2", Self.changed(99_999, branch: "SH01")) == "P1 SH01 a")
        #expect(try await tell("3", Self.changed(100_000, branch: "KS01")) == "P1 KS01 a")
        #expect(try await tell("4", Self.changed(1_000_000_000, owner: "b")) == "P1 KS01 b")
        #expect(try await tell("5", Self.changed(123_456_789, branch: "SH01")) == "P1 KS01 b")
        // A new homing is newer than any revision of the former one, even of the highest.
        #expect(
            try await tell("6", Self.changed(1, homing: 1_000_000_000, customer: "P2")) == "P2 KS01 b")
        #expect(
            try await tell("7", Self.changed(1_000_000_000, homing: 999, branch: "SH01")) == "P2 KS01 b")
    }

    @Test("beside a copy of the release before, the newest word of either stays")
    func releaseBefore() async throws {
        /// What the release before writes, in its own number.
        func before(_ revision: Int32, _ branch: String) async throws -> String? {
            try await finance.pool.withTransaction { transaction in
                try transaction.execute(
                    """
                    insert into account (source, code, customer_id, name, branch, sales_owner, revision)
                    select 'erp', 'C1', 'P1', null, \(branch), null, \(revision)
                    on conflict (source, code) do update set
                        customer_id = excluded.customer_id, branch = excluded.branch, revision = excluded.revision
                    where excluded.revision > account.revision
                    """)
                return try transaction.query("select branch from account", as: String?.self).first ?? nil
            }
        }
        func now(_ revision: Int, homing: Int = 1, _ branch: String) async throws -> String? {
            let record = Self.changed(revision, homing: homing, branch: branch).record
            return try await finance.pool.withTransaction { transaction in
                try AccountStore.replica.put([record], transaction)
                return try transaction.query("select branch from account", as: String?.self).first ?? nil
            }
        }
        #expect(try await before(100_005, "A") == "A")
        #expect(try await now(4, "B") == "A")
        #expect(try await now(6, "C") == "C")
        #expect(try await before(100_005, "D") == "C")
        #expect(try await before(100_007, "E") == "E")
        #expect(try await now(7, "F") == "E")
        #expect(try await now(150_000, "G") == "G")
        #expect(try await before(199_999, "H") == "G")
        #expect(try await before(200_001, "I") == "I")
        #expect(try await now(1, homing: 3, "K") == "K")
    }
}
