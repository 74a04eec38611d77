import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import TestSupport
import Testing

@testable import CustomerService
@testable import WaybillCLI

/// Somebody spoke with somebody.
func makeInteraction(
    _ id: String, _ channel: InteractionChannel = .phone, customer: String = "C1", with: String? = "Wang Fang",
    summary: String = "asked for a quote", at: String = "2026-03-01T10:00:00+08:00"
) -> InteractionLogged {
    InteractionLogged(
        interactionId: id, customer: CustomerCode(code: customer), channel: channel,
        at: Timestamp(at) ?? Timestamp(microsecondsSinceEpoch: 0), with: with, by: "li.wei", summary: summary)
}

@Suite("Interactions, and who is forgotten", .service(try customerDefinition()))
struct InteractionTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    /// A word that stands nowhere else.
    private static let canary = "Zephyrine-Quist-7731"

    private static func erase(_ with: String?, customer: String = "C1", at: String = "2026-03-05T10:00:00+08:00")
        -> ErasePerson
    {
        ErasePerson(
            source: "erp", customer: CustomerCode(code: customer), with: with, by: "privacy.officer",
            at: Timestamp(at) ?? Timestamp(microsecondsSinceEpoch: 0))
    }

    private static func list(_ customer: ServiceFixture, _ code: String = "C1") async throws -> QueryTable {
        try await customer.ask("interactions.list", ["customer": code])["interactions"]
    }

    /// The file of the log of writes that is written now.
    private static func log(_ customer: ServiceFixture) async throws -> String {
        try await customer.rows("select pg_walfile_name(pg_current_wal_lsn())").first?.first.flatMap(\.self) ?? ""
    }

    /// Where a word stands in the tables of the schema: as a value, in the bytes on disk, and in the log of writes.
    ///
    /// - Parameter log: the file from which on the log is looked at; what was written before is of other tests.
    private static func places(
        of word: String, since log: String, _ customer: ServiceFixture
    ) async throws -> [String] {
        let tables = try await customer.rows(
            """
            select c.relname from pg_class c where c.relnamespace = current_schema()::regnamespace
                and c.relkind in ('r', 'p')
            """)
        var places: [String] = []
        for table in tables.compactMap({ $0[0] }) {
            let hex = word.utf8.map { String($0, radix: 16) }.joined()
            let rows = try await customer.rows(
                """
                select count(*)::text from "\(table)" t
                where t::text ilike '%\(word)%' or t::text like '%\(hex)%'
                """)
            if rows != [["0"]] { places.append(table) }
        }
        try await customer.pool.withTransaction { _ = try $0.execute("select 1") }
        try await DatabaseFixture.administer("checkpoint")
        let files = try await customer.rows(
            """
            select c.relname from pg_class c
            where (c.relnamespace = current_schema()::regnamespace or c.oid in (
                    select reltoastrelid from pg_class where relnamespace = current_schema()::regnamespace))
                and c.relkind in ('r', 't', 'i') and pg_relation_size(c.oid) > 0
                and position('\(word)'::bytea in pg_read_binary_file(pg_relation_filepath(c.oid))) > 0
            """)
        // File by file: all of them in one statement would take longer than a statement may while others write much.
        let logs = try await customer.rows(
            "select name from pg_ls_waldir() where name between '\(log)' and pg_walfile_name(pg_current_wal_lsn())")
        for name in logs.compactMap({ $0[0] }) {
            let found = try await customer.rows(
                "select (position('\(word)'::bytea in pg_read_binary_file('pg_wal/\(name)')) > 0)::text")
            if found != [["false"]] { places.append(name) }
        }
        return places + files.compactMap { $0[0] }
    }

    @Test("what a person notes is kept once; of a customer that is not there it is refused, and none comes of it")
    func typed() async throws {
        try await customer.handle([.init("o", OrderPlaced(makeOrder("O1", customer: "C1")))])
        let done = try await customer.handle([
            .init("1", typedBy: "li.wei", makeInteraction("V1", .meeting, summary: "wants a quote")),
            .init("2", typedBy: "li.wei", makeInteraction("V2", customer: "C-MISTYPED")),
            // Another system's word is its own: it may know a customer before anybody else.
            .init("3", makeInteraction("V3", customer: "C9")),
        ])
        #expect(done.refused.count == 1)
        #expect(done.refused[1]?.reason == .notFound && done.refused[1]?.path == "$.customer.code")
        try await customer.handle([
            .init("4", typedBy: "li.wei", makeInteraction("V1", .meeting, summary: "said otherwise"))
        ])
        #expect(try await Self.list(customer).column("summary") == ["wants a quote"])
        #expect(
            try await customer.rows("select code from account order by code") == [["C1"], ["C9"]])
    }

    @Test("nothing of a canary is left, nor was it ever readable in the database, in what is published, or elsewhere")
    func canary() async throws {
        let word = Self.canary
        let log = try await Self.log(customer)
        let first = try await customer.handle([
            .init("1", makeInteraction("I1", .email, with: word, summary: "\(word) asked for a quote")),
            .init("2", makeInteraction("I2", .social, with: word, summary: "again")),
            .init("3", makeInteraction("I3", with: "Li Si", summary: "about the contract")),
            .init(
                "4",
                ConsentRecorded(
                    customer: CustomerCode(code: "C1"), with: word, channel: .email, state: .withdrawn,
                    at: try #require(Timestamp("2026-03-01T10:00:00+08:00")), by: "li.wei")),
        ])
        let before = try await Self.list(customer)
        #expect(before.column("with").count { $0 == word } == 2)
        #expect(before.column("consent").contains("withdrawn"))
        // Sealed from the first moment on.
        #expect(try await Self.places(of: word, since: log, customer).isEmpty)
        let done = try await customer.handle([.init("5", Self.erase("  \(word.lowercased()) "))])
        #expect(done.refused.isEmpty && done.published.isEmpty)
        let after = try await Self.list(customer)
        #expect(after.rows.count == 3 && !after.column("with").contains(word))
        #expect(after.column("summary").count { $0 == "(no longer kept)" } == 2)
        #expect(after.column("with").contains("Li Si"))
        #expect(try await Self.places(of: word, since: log, customer).isEmpty)
        for outcome in [first, done] {
            for event in outcome.published {
                #expect(!String(decoding: event.data, as: UTF8.self).localizedCaseInsensitiveContains(word))
            }
        }
        #expect(
            try await customer.ask("interactions.erasures", ["id": "5"])["erasures"].column("interactions") == ["2"]
        )
        #expect(
            try await customer.rows("select count(*)::text from person where key is null") == [["1"]])
        // No other service is told of persons; the service desk keeps what a customer as a whole agrees to, and of that the state alone.
        for type in [InteractionLogged.type, ErasePerson.type] {
            #expect(Catalogue.description(of: type)?.readers == [.customer])
        }
        #expect(Catalogue.description(of: ConsentRecorded.type)?.readers == [.customer, .servicedesk])
    }

    @Test(
        "what was said before is forgotten and what was said later stays, whichever comes first",
        arguments: [[0, 1, 2, 3, 4], [2, 0, 1, 3, 4], [1, 2, 0, 4, 3], [3, 2, 1, 0, 4], [0, 2, 1, 2, 0, 3, 4]])
    func anyOrder(_ arrival: [Int]) async throws {
        let messages: [ServiceFixture.Message] = [
            .init("1", makeInteraction("I1", at: "2026-03-01T10:00:00+08:00")),
            .init("2", makeInteraction("I2", at: "2026-03-06T10:00:00+08:00")),
            .init("3", Self.erase("Wang Fang")), .init("4", makeInteraction("I3", with: "Li Si")),
            .init("5", makeInteraction("I4", with: nil)),
        ]
        for place in arrival { try await customer.handle([messages[place]]) }
        let list = try await Self.list(customer)
        let said = Dictionary(uniqueKeysWithValues: zip(list.column("id"), list.column("summary")))
        #expect(
            said == [
                "I1": "(no longer kept)", "I2": "asked for a quote", "I3": "asked for a quote",
                "I4": "asked for a quote",
            ], "\(arrival)")
    }

    @Test("everybody at a customer is forgotten, also who is heard of later from before")
    func everybody() async throws {
        try await customer.handle([
            .init("1", makeInteraction("I1")), .init("2", makeInteraction("I2", customer: "C2")),
            .init("3", Self.erase(nil)),
        ])
        try await customer.handle([.init("4", makeInteraction("I3", with: "Zhao Liu"))])
        #expect(try await Self.list(customer).column("summary").allSatisfy { $0 == "(no longer kept)" })
        #expect(try await Self.list(customer, "C2").column("summary") == ["asked for a quote"])
    }

    @Test("the ledger takes a contact once by its channel's identifier, in four copies at once, and is never changed")
    func ledger() async throws {
        let messages = (1...40).map { number in
            ServiceFixture.Message(
                "m\(number)", makeInteraction("I\(number % 20)", number % 2 == 0 ? .email : .phone))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                let arrival = messages.shuffled()
                group.addTask {
                    for start in stride(from: 0, to: arrival.count, by: 8) {
                        _ = try await customer.retrying(Array(arrival[start..<min(start + 8, arrival.count)]))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(
            try await customer.rows(
                "select (select count(*) from interaction)::text, (select count(*) from interaction_payload)::text")
                == [["20", "20"]])
        #expect(try await Self.list(customer).column("summary").allSatisfy { $0 == "asked for a quote" })
        for statement in ["update interaction set said_by = 'x'", "delete from interaction"] {
            await #expect(throws: PostgresError.self) {
                try await customer.pool.withTransaction { _ = try $0.execute(SQL(stringLiteral: statement)) }
            }
        }
    }

    @Test("interactions follow a merge")
    func merges() async throws {
        let credit = "91350100M000100Y43"
        try await customer.handle([
            .init("1", source: "erp", makeInteraction("I1", customer: "C1")),
            .init("2", source: "crm", makeInteraction("I2", customer: "K7")),
            .init("3", source: "erp", OrderPlaced(makeOrder("O1", customer: "C1", creditCode: credit))),
            .init("4", source: "crm", OrderPlaced(makeOrder("O2", customer: "K7", creditCode: credit))),
        ])
        #expect(try await Self.list(customer).rows.count == 2)
    }

    @Test(
        "what was said is kept as long as its channel allows; that it was said stays",
        .service(try customerDefinition(["retention.interactions": "meeting=100,phone=10,email=10,social=5"])))
    func retention() async throws {
        try await customer.handle([
            .init("1", makeInteraction("I1", .meeting)), .init("2", makeInteraction("I2", .phone, with: "Li Si")),
        ])
        try await customer.run("interactions.retention", at: "2026-03-20T23:59:59+08:00")
        let list = try await Self.list(customer)
        let said = Dictionary(uniqueKeysWithValues: zip(list.column("channel"), list.column("summary")))
        #expect(said == ["meeting": "asked for a quote", "phone": "(no longer kept)"])
        #expect(try await customer.rows("select count(key)::text, count(*)::text from person") == [["1", "2"]])
        for wrong in ["", "meeting=1", "meeting=1,phone=1,email=1,social=0", "meeting=1,phone=1,email=1,fax=1"] {
            #expect(throws: ContactPolicy.Problem.self) { try ContactPolicy.retention(wrong) }
        }
    }

    @Test(
        "a key customer that nobody speaks with is told of once for a silence",
        .service(try customerDefinition(["contact.key.share": "50"])))
    func coverage() async throws {
        var messages: [ServiceFixture.Message] = []
        for (place, code) in ["C1", "C2", "C3", "C4"].enumerated() {
            let revenue = "\(9_000 - 1_000 * place)"
            messages.append(
                .init("o\(place)", OrderPlaced(makeOrder("O\(place)", customer: code, [(revenue, "80")]))))
        }
        messages.append(.init("i", makeInteraction("I1", customer: "C1")))
        messages.append(.init("j", makeInteraction("I2", customer: "C2", at: "2026-01-01T10:00:00+08:00")))
        try await customer.handle(messages)
        let told = try await customer.run("contact.coverage", at: "2026-03-10T23:59:59+08:00")
        let lapsed = try told.events(ContactLapsed.self)
        #expect(lapsed.map(\.customerId) == [AccountIdentifier.customer(source: "erp", code: "C2")])
        #expect(lapsed.first?.owner == "li.wei" && lapsed.first?.afterDays == 30)
        let said = try #require(try told.said().first)
        #expect(try told.kinds() == ["contact-lapsed"] && said.content?.owner == "li.wei")
        #expect(
            try await customer.run("contact.coverage", at: "2026-03-11T23:59:59+08:00").published.isEmpty)
        // Now the other is silent as well; the first is told of again when its silence has lasted once more.
        let later = try await customer.run("contact.coverage", at: "2026-04-10T23:59:59+08:00")
        #expect(try later.events(ContactLapsed.self).count == 2)
        // Somebody speaks with it: that is over, once.
        let spoken = try await customer.handle(
            [.init("k", makeInteraction("I3", customer: "C2", at: "2026-04-11T10:00:00+08:00"))],
            at: "2026-04-11T10:00:01+08:00")
        #expect(try spoken.said().map(\.clearing) == ["spoken with"] && spoken.said().map(\.id) == [said.id])
        let more = try await customer.handle(
            [.init("l", makeInteraction("I4", customer: "C2", at: "2026-04-12T10:00:00+08:00"))],
            at: "2026-04-12T10:00:01+08:00")
        #expect(more.notices.isEmpty)
        let asked = try await customer.ask("interactions.coverage", ["at": "2026-03-10"])
        #expect(asked["no contact"].column("name") == ["昆山C2有限公司"])
    }

    @Test(
        "of two words on consent the later counts, and of two of one moment the one that forbids",
        arguments: [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]])
    func consent(_ arrival: [Int]) async throws {
        func word(_ state: ConsentState, _ at: String) throws -> ConsentRecorded {
            ConsentRecorded(
                customer: CustomerCode(code: "C1"), channel: .phone, state: state, at: try #require(Timestamp(at)),
                by: "li.wei")
        }
        let words = [
            try word(.granted, "2026-03-01T10:00:00+08:00"), try word(.withdrawn, "2026-03-02T10:00:00+08:00"),
            try word(.granted, "2026-03-02T10:00:00+08:00"),
        ]
        for place in arrival { try await customer.handle([.init("w\(place)", words[place])]) }
        try await customer.handle([.init("i", makeInteraction("I1"))])
        #expect(try await Self.list(customer).column("consent") == ["withdrawn"])
    }
}

@Suite("Dead letters that speak of persons")
struct PersonalLetterTests {
    @Test("a dead letter speaks of a person however it is written, broken or not")
    func letters() {
        func speaks(_ text: String, _ person: String?, type: String = "interaction.logged.v1") -> Bool {
            PersonalLetter.speaks(body: Array(text.utf8), type: type, person: person, code: "C1")
        }
        #expect(speaks(#"{"with": "王芳", "summary": 3}"#, "王芳"))
        #expect(speaks(#"{"with": "\u738b\u82b3"}"#, "王芳"))
        #expect(speaks(#"{"summary": "WANG  Fang", "#, "wang fang"))
        let coded = Data(#"{"with": "\u738b\u82b3", "customer": {"code": "C1"}}"#.utf8).base64EncodedString()
        #expect(speaks(#"{"specversion": "1.0", "data_base64": "\#(coded)"}"#, "王芳"))
        #expect(speaks(#"{"specversion": "1.0", "data_base64": "\#(coded)"}"#, nil))
        let text = #"{\"with\": \"\\u738b\\u82b3\", \"customer\": {\"code\": \"C1\"}}"#
        #expect(speaks(#"{"specversion": "1.0", "data": "\#(text)"}"#, "王芳"))
        #expect(speaks(#"{"specversion": "1.0", "data": "\#(text)"}"#, nil))
        let gbk: [UInt8] = Array(#"{"with": ""#.utf8) + [0xCD, 0xF5, 0xB7, 0xBC] + Array(#""}"#.utf8)
        #expect(PersonalLetter.speaks(body: gbk, type: "interaction.logged.v1", person: "王芳", code: "C1"))
        #expect(!speaks(#"{"with": "李四"}"#, "王芳"))
        #expect(speaks(#"{"customer": {"code": "C1"}}"#, nil))
        #expect(!speaks(#"{"customer": {"code": "C10"}}"#, nil))
        #expect(!speaks(#"{"customer": {"code": "C1"}}"#, nil, type: "order.placed.v1"))
    }
}
