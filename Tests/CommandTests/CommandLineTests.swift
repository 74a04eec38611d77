import ArgumentParser
import Contracts
import Domain
import Testing

@testable import WaybillCLI

@Suite("What is typed")
struct CommandLineTests {
    private func parsed(_ line: String) throws -> any ParsableCommand {
        try Waybill.parseAsRoot(line.split(separator: " ").map(String.init))
    }

    private func values(_ line: String) throws -> [String: String?] {
        let command = try #require(
            try parsed(line) as? any QuestionCommand, "\(line) asks no question of the catalogue")
        return Dictionary(
            uniqueKeysWithValues: try type(of: command).asked.values(command.asking.words).map { ($0.0, $0.1) })
    }

    @Test(
        "every command has the name that it had, and the group's",
        arguments: [
            "ageing --as-of 2026-06-30 --buckets 30,60,90 --customer C --source erp --json",
            "invoices --customer C --all", "invoices --limit 7 --csv",
            "statement --customer C --from 2013-01-01 --to 2013-06-30", "balances --as-of 2013-06-30 --limit 3",
            "dso --as-of 2013-06-30 --days 90", "provisions --as-of 2013-06-30 --observed 365",
            "provisions --as-of 2013-06-30 --rates 0.3,1.6,3.6,6.6,10.6 --outlook 1.2", "waiting --limit 5",
            "unallocated", "disputes --all", "promises --as-of 2013-06-30 --customer C", "write-offs",
            "write-off propose W-1 --invoice I --amount 1.00 --reason insolvency --source erp --by li.wei",
            "write-off approve W-1 --source erp", "terms --help",
            "promise P-1 --help", "dispute open D-1 --help",
        ])
    func receivables(line: String) throws {
        for group in ["", "receivables "] { try parse("finance \(group)\(line)") }
    }

    @Test("a contact is noted under its own number, else under the command's, as who is logged in")
    func contact() throws {
        let line = [
            "interactions", "log", "C-1", "--channel", "meeting", "--summary", "wants a quote", "--with", "Wang Fang",
            "--source", "erp", "--by", "li.wei", "--at", "2026-03-02T10:00:00+08:00",
        ]
        let command = try #require(try Waybill.parseAsRoot(line) as? InteractionsCommand.Log)
        let body = try command.contact("N-1")
        #expect(body.interactionId == "N-1" && body.customer.code == "C-1" && body.by == "li.wei")
        #expect(body.channel == .meeting && body.with == "Wang Fang" && body.summary == "wants a quote")
        #expect(body.at.description == "2026-03-02T10:00:00+08:00")
        let wrong = try Waybill.parseAsRoot(line.map { $0 == "meeting" ? "visit" : $0 }) as? InteractionsCommand.Log
        #expect(throws: (any Error).self) { _ = try wrong?.contact("N-1") }
    }

    @Test("an identifier of a customer is taken as it is, a code is asked for")
    func identifiers() {
        #expect(PartyNames.isIdentifier("5b1f3c7e-8a52-5c0e-9a41-0f6a4d1c2e77"))
        for code in ["C-10292", "tms/C-10292", "", "5b1f3c7e"] { #expect(!PartyNames.isIdentifier(code)) }
    }

    @Test("notices are listed without another word, and read by their identifiers")
    func notices() throws {
        #expect(try values("notices --state unread --kind credit-hold")["state"] == "unread")
        #expect(try values("notices all --owner li.wei --kind credit-hold")["owner"] == "li.wei")
        let command = try #require(try parsed("notices acknowledge N1 N2 --by li.wei") as? NoticesCommand.Take)
        #expect(command.marking.notices == ["N1", "N2"] && command.marking.act.by == "li.wei")
        #expect(throws: (any Error).self) { try parse("notices take --by li.wei") }
    }

    @Test("a customer has one owner, or several with their shares")
    func shares() throws {
        let assign = "owners assign A-1 --source crm --customer C-1 --from 2026-07-01 --reason x --by li.wei --owner"
        let two = try #require(
            try parsed("\(assign) li.wei=66.6667 --owner zhao.min=33.3333") as? OwnersCommand.Assign)
        #expect(
            try OwnersCommand.Assign.shares(two.owner).map { "\($0.login) \($0.share)" } == [
                "li.wei 66.6667", "zhao.min 33.3333",
            ])
        #expect(try OwnersCommand.Assign.shares(["li.wei"]).map(\.share) == [FixedDecimal(100)])
        for wrong in ["li.wei --owner zhao.min=40", "li.wei=x"] {
            #expect(throws: (any Error).self) { try parse("\(assign) \(wrong)") }
        }
        let handed = try #require(
            try parsed(
                "owners hand-over H-1 --source crm --of zhao.min --to sun.li --customer C-1 --customer C-2 "
                    + "--from 2026-10-01 --reason left --dry-run") as? OwnersCommand.HandOver)
        #expect(handed.customer == ["C-1", "C-2"] && handed.dryRun)
    }

    @Test("lists are narrowed by options of their own, from the catalogue")
    func narrowing() throws {
        let values = try values(
            "finance receivables invoices --from 2026-01-01 --to 2026-03-31 --at-least 100.00 --at-most 5000 --currency USD"
        )
        #expect(values["from"] == "2026-01-01" && values["to"] == "2026-03-31")
        #expect(values["atLeast"] == "100.00" && values["atMost"] == "5000" && values["currency"] == "USD")
        try parse("customers list --branch KS01 --owner li.wei")
        try parse("finance receivables reminders --level legal --owner li.wei --from 2026-01-01")
        try parse("finance months check 2026-03")
        #expect(throws: (any Error).self) { try parse("finance receivables reminders --level angry") }
        #expect(throws: (any Error).self) { try parse("finance invoices --currency RMB") }
    }

    @Test("lists and sums of what belongs to somebody are narrowed to what is near whoever asks")
    func within() throws {
        #expect(try values("finance receivables ageing --within node --as-of 2026-06-30")["within"] == "node")
        #expect(try values("orders list --within own")["within"] == "own")
        #expect(try values("customers list --within=division")["within"] == "division")
        for line in [
            "alerts list --within team", "complaints list --within group",
            "finance profit margins --within node --from 2026-01-01 --to 2026-01-31",
        ] {
            try parse(line)
        }
        // A month belongs to nobody.
        for line in ["orders list --within branch", "orders list --within", "finance months periods --within own"] {
            #expect(throws: (any Error).self, "\(line)") { try parse(line) }
        }
        #expect(
            FinanceQuestions.orders.parameter("within").map { OrdersCommand.List.asked.help.contains($0.help) } == true)
    }

    @Test(
        "so have those of credit, payables, profit, expenses and months",
        arguments: [
            ("credit", "limits --as-of 2026-03-02"), ("credit", "exposure --customer C --limit 9"),
            ("credit", "risk --history"), ("payables", "payment-run --pay-on 2026-02-04 --supplier S"),
            ("payables", "prepayments"), ("payables", "dependency --as-of 2026-02-04 --days 30 --limit 3"),
            ("payables", "set-off"), ("profit", "margins --from 2026-01-01 --to 2026-03-31 --by branch,line"),
            ("profit", "bridge --from 2026-01-01..2026-01-31 --to 2026-02-01..2026-02-28 --by branch,item --limit 9"),
            ("profit", "supplier-costs --from 2026-01-01 --to 2026-03-31 --against 2025-10-01..2025-12-31"),
            ("profit", "simulate s.json --orders o.ndjson --seed 42"), ("profit", "compare a b --limit 20"),
            ("expenses", "budgets --branch KS01 --owner li.wei"), ("months", "periods --late 2024-03 --json"),
            ("months", "close 2024-03 --by finance.director"), ("months", "reopen 2024-03 --reason late"),
        ])
    func others(group: String, line: String) throws {
        for group in ["", group + " "] { try parse("finance \(group)\(line)") }
    }

    @Test(
        "and those that stay where they were",
        arguments: [
            "finance payables --supplier S --all", "finance payables --limit 3", "finance expenses --budget B",
            "finance expenses list --limit 3", "finance acceptance list --limit 10", "finance acceptance show WALK",
            "finance acceptance ask WALK --source walk --line air-freight --amount 1000.00 --currency USD --on 2026-01-01",
            "finance acceptance report --from 2026-01-01 --to 2026-02-01",
            "finance view --by month,branch --metric revenue",
            "finance credit limit L-1 --customer C --amount 1 --from 2026-01-01 --source erp", "alerts show A-1",
            "alerts list --customer WALK --level customer-line --severity low --owner li.wei --all --json",
            "complaints list --state accepted --customer C", "complaints show CP-1 --source crm",
            "agreements list --all",
            "agreements list --state ending --at 2026-01-01", "parties show crm/FLD --source crm",
            "parties search text",
            "parties history P", "parties explain erp/1 crm/2", "customers classes C --on 2026-01-01",
            "customers lifecycle", "customers list --name x --limit 1000", "interactions coverage --days 30 --share 20",
            "orders list --decision needs-approval --branch KS01 --at-least 1000.00 --from 2026-01-01 --to 2026-01-31",
            "alerts list --branch KS01 --line air-freight --loss 100 --from 2026-01-01",
            "notices all --owner li.wei --kind margin-alert",
            "finance receivables aged --as-of 2026-06-30 --owner li.wei", "deliveries --by customer --from 2026-01-01",
            "complaints list --severity critical --from 2026-01-01",
            "complaints wait CP-1 customer --reason evidence --until 2026-03-05T18:00:00+08:00 --source crm",
            "complaints resume CP-1 --note called", "desk next --agent li.wei --limit 3 --within own",
            "desk next --free", "desk leads --agent li.wei --from 2026-01-01 --limit 9",
            "desk suggest warehouse --complaint CP-1 --source crm --line warehouse",
            "bulletins list --all --limit 9", "bulletins show C 2026-03-01 --version 1 --json",
            "bulletins deliveries C 2026-03-01 --csv",
            "bulletins object on-time --customer C --month 2026-03-01 --note late",
            "bulletins answer B-1 upheld --customer C --month 2026-03-01 --note so",
            "bulletins exclude SO-1 force-majeure --source tms --note typhoon",
            "bulletins publish --month 2026-03-01 --reason late",
            "warnings list --all", "warnings score --from 2026-01-01 --json", "warnings segments --limit 9",
            "desk suggest customs --order SO-1 --by-what callback",
            "desk load --days 30", "desk clocks --complaint CP-1 --state all --at 2026-03-02T10:00:00+08:00",
            "desk events --complaint CP-1", "desk told --complaint CP-1", "desk policy --version 1 --state all",
            "agreements list --owner li.wei",
            "status --wait-drained 60 --json", "orders show SO-7 --wide",
            "graph show C --hops 2 --fanout 9 --at 2026-05-03",
            "graph group C --source erp", "graph hubs --limit 3", "graph leads C --limit 5",
            "interactions list C --limit 9",
            "owners show C-1 --line air-freight --on 2026-07-01 --source crm", "owners show C-1 --history",
            "owners list --owner li.wei --state waiting --node KS01", "owners handovers --login zhao.min --all",
            "interactions consent C", "interactions erasures --json", "customers show C --source erp",
            "customers drivers --by month --group branch", "customers drivers --trace market-share --branch KS01",
            "parties resolve --name x --credit-code y --bank-account z", "parties review list --limit 4",
            "parties review show R-1", "orders waiting --branch KS01 --owner li.wei --all", "acts list sales --limit 3",
            "finance view --metric margin --drill --limit 300 --basis posted --rates 1,2,3,4,5",
        ])
    func kept(line: String) throws { try parse(line) }

    @Test("of fields that nobody reads each is one warning, with where it was met first and how often")
    func unknownFields() {
        var unknown = UnknownFields()
        unknown.add(["$.curency"], line: 2)
        unknown.add(["$.emial", "$.curency"], line: 4)
        unknown.add([], line: 5)
        #expect(
            unknown.warnings(of: MessageType("order.placed.v1")) == [
                "warning: $.curency is unknown in order.placed.v1, nobody reads it: in line 2 and in 1 more",
                "warning: $.emial is unknown in order.placed.v1, nobody reads it: in line 4",
            ])
    }

    @Test("a file is checked as it is published: bodies by themselves, and messages by the type that each names")
    func messages() {
        let order = #"""
            {"orderId":"O","revision":1,"customer":{"code":"C"},"branch":"KS01","businessLine":"road",
            "placedAt":"2026-03-02T10:00:00+08:00","currency":"CNY","lines":[{"line":1,"serviceItem":"R","quantity":"1",
            "unit":"kg","revenue":"10.00"}]}
            """#
        let customer = #"{"code":"C","name":"N","branch":"KS01","emial":"a@b.example"}"#
        func message(_ type: String, _ data: String) -> String { #"{"type":"\#(type)","id":"1","data":\#(data)}"# }
        var check = BodyCheck(type: OrderPlaced.type)
        let lines = [
            order, message("customer.reported.v1", customer), message("order.placed.v1", order),
            message("order.placed.v1", order.replacing("CNY", with: "XQQ")), message("order.plcaed.v1", order),
            customer,
        ]
        let found = lines.enumerated().map { check.refusal(of: Array($1.utf8), line: $0 + 1)?.reason }
        #expect(found == [nil, nil, nil, .unknownCurrency, .unknownType, .missingField])
        #expect(check.count == 6 && check.refused == 3)
        #expect(
            check.warnings.contains(
                "warning: $.emial is unknown in customer.reported.v1, nobody reads it: in line 2"))
    }

    @Test("a simulation is told in tables, and as JSON or CSV where that is asked for")
    func simulation() throws {
        func format(_ options: String) throws -> TableFormat {
            let line = "finance profit simulate s.json --from 2026-01-01 --to 2026-03-31 \(options)"
            return try #require(try parsed(line) as? ProfitSimulationCommand, "\(line) simulates nothing").output.format
        }
        #expect(try format("") == .text)
        #expect(try format("--json") == .json)
        #expect(try format("--csv") == .csv)
    }

    @Test(
        "the last day on which what is said holds is --until in every act, and by the name of before as well",
        arguments: [
            ("finance acceptance set erp/C1 --line road --level watch --reason look --owner li.wei", "to"),
            ("finance acceptance override erp/C1 --line road --from 2026-01-01 --reason x --name V1 --cap 1.00", "to"),
            (
                "finance credit override V1 --source erp --customer C1 --amount 1.00 --from 2026-01-01 --tier supervisor",
                "to"
            ),
            ("finance credit lift H1 --source erp --customer C1 --reason x", "to"),
            ("rates end CARD --reason x", "last-day"), ("people leave li.wei --reason x", "last-day"),
            ("owners assign A1 --source erp --customer C1 --owner li.wei --from 2026-01-01 --reason x", nil),
            ("agreements record K1 --source e --customer C --kind rates --title T --revision 1 --from 2026-01-01", nil),
        ])
    func lastDay(_ line: String, _ before: String?) throws {
        for name in ["until", before].compactMap(\.self) {
            #expect(throws: Never.self, "\(name)") { try parsed("\(line) --\(name) 2026-12-31") }
        }
    }

    /// Reads a line; one that asks for help is answered by it.
    private func parse(_ line: String) throws {
        do {
            _ = try parsed(line)
        } catch  where Waybill.exitCode(for: error) == .success {
            // Help was asked for, which only a command that is there has.
        }
    }

    @Test("options are the question's, with a dash between words, and say what is wrong")
    func options() throws {
        let ask = "finance acceptance ask WALK --source walk --line=air-freight"
        #expect(
            try values(ask) == ["customer": "WALK", "source": "walk", "businessLine": "air-freight"]
                as [String: String?])
        #expect(try values("finance credit limits --as-of 2026-03-02")["asOf"] == "2026-03-02")
        // A Chinese input method, a hyphen that is none, and what nobody sees.
        #expect(try values("finance credit limits --as-of ２０２６－０３\u{2011}02\u{200B}")["asOf"] == "2026-03-02")
        #expect(try values("finance receivables invoices --customer Ｃ\u{200B}") == ["customer": "Ｃ\u{200B}"])
        #expect(try values("finance profit bridge --from 2026-01-01..2026-01-31 --to x --limit 9")["after"] == "x")
        func fails(_ line: String, _ words: String...) {
            do {
                _ = try parsed(line)
                Issue.record("'\(line)' is taken")
            } catch {
                #expect(Waybill.exitCode(for: error) == .validationFailure, "\(line)")
                let message = Waybill.message(for: error)
                for word in words { #expect(message.contains(word), "\(line): \(message)") }
            }
        }
        fails("finance payment-run", "--pay-on", "missing")
        fails("finance limits --as-of yesterday", "--as-of 'yesterday'")
        fails("finance limits --as-of", "--as-of lacks its value")
        fails("finance invoices --custmer C", "--custmer", "--customer")
        fails("finance invoices --limit 2001", "--limit '2001'", "1 to 2000")
        fails("finance invoices --limit 1 --limit 2", "twice")
        fails("finance invoices C", "unexpected argument 'C'")
        fails("finance acceptance show", "<customer> is missing")
        fails("finance provisions --as-of 2026-01-01 --rates 1,2,3,4,5 --observed 30", "--rates or --observed")
    }

    @Test("a correction says what a field is, or withdraws what was corrected, never both")
    func correction() throws {
        try parse("customers correct erp/C-1 name 昆山飞力达 --reason licence")
        try parse("customers correct C-1 credit-code --withdraw --reason licence --by li.wei --json")
        for (line, word) in [
            ("customers correct C-1 name --reason licence", "or --withdraw"),
            ("customers correct C-1 name 昆山 --withdraw --reason licence", "takes no value"),
            ("customers correct C-1 name 昆山", "--reason"),
        ] {
            do {
                _ = try parsed(line)
                Issue.record("'\(line)' is taken")
            } catch {
                #expect(Waybill.message(for: error).contains(word), "\(line): \(Waybill.message(for: error))")
            }
        }
    }

    @Test("an option that asks another question has that one's options, and says what it does not take")
    func instead() throws {
        func asked(_ line: String) throws -> AskedQuestion.Reading {
            let command = try #require(try parsed(line) as? any QuestionCommand, "\(line) asks no question")
            return try type(of: command).asked.read(command.asking.words)
        }
        func typed(_ reading: AskedQuestion.Reading) -> [String] {
            reading.values.map { "\($0.0)=\($0.1 ?? "")" }.sorted()
        }
        let drill = try asked("finance view --metric margin --drill --from 2026-03-01 --limit 7")
        #expect(drill.asked.question.name == "view.drill")
        #expect(typed(drill) == ["from=2026-03-01", "limit=7", "metric=margin"])
        let late = try asked("finance months periods --late 2024-03")
        #expect(late.asked.question.name == "periods.late" && typed(late) == ["month=2024-03"])
        #expect(try asked("finance months periods --margins=2024-03").asked.question.name == "periods.margins")
        #expect(try asked("finance months periods").asked.question.name == "periods.list")
        let trial = try asked("finance credit risk --history --customer C")
        #expect(trial.asked.question.name == "credit.trial" && trial.isWhole && typed(trial) == ["customer=C"])
        #expect(try !asked("finance credit risk").isWhole)
        let trace = try asked("customers drivers --by quarter --trace retention --branch KS01")
        #expect(trace.asked.question.name == "drivers.trace")
        #expect(typed(trace) == ["branch=KS01", "by=quarter", "driver=retention"])
        #expect(try typed(asked("customers show C1 --source erp")) == ["code=C1", "id=C1", "source=erp"])
        let acts = try asked("acts list finance --person li.wei --from 2026-03-01 --to 2026-03-31")
        #expect(acts.service == .finance && typed(acts) == ["from=2026-03-01", "person=li.wei", "to=2026-03-31"])
        for (line, word) in [
            ("finance periods --late 2024-03 --margins 2024-03", "--late or --margins"),
            ("finance periods --late", "--late lacks its value"), ("finance view --limit 2001", "1 to 2000"),
            ("customers drivers --branch KS01", "--trace"), ("customers drivers --by week", "month, quarter, year"),
            ("customers drivers --trace luck", "'luck'"), ("acts list", "<service> is missing"),
            ("acts list nobody", "'nobody' is none of"), ("customers show", "<code> is missing"),
            ("graph show C --hops 3", "1 to 2"), ("graph show", "<customer> is missing"),
        ] {
            do {
                _ = try parsed(line)
                Issue.record("'\(line)' is taken")
            } catch {
                #expect(Waybill.message(for: error).contains(word), "\(line): \(Waybill.message(for: error))")
            }
        }
    }

    @Test("help of a command that asks tells every parameter of its question")
    func help() throws {
        var seen = 0
        func walk(_ type: any ParsableCommand.Type) throws {
            if let asking = type as? any QuestionCommand.Type {
                seen += 1
                let asked = asking.asked
                for question in [asked.question] + asked.instead.map(\.question) {
                    for input in question.parameters where input.name != question.cursor && !asked.isAlike(input.name) {
                        #expect(asked.help.contains(input.help), "\(asked.name): \(input.name)")
                    }
                    // No option of the question hides one of how the answer is wanted.
                    for name in ["json", "csv", "all", "wide"] { #expect(question.parameter(name) == nil) }
                }
                for other in asked.instead {
                    #expect(asked.help.contains("--\(other.option)") && asked.help.contains(other.question.help))
                    #expect(other.parameter.map { other.question.parameter($0) != nil } ?? true)
                }
            }
            for command in type.configuration.subcommands { try walk(command) }
        }
        try walk(Waybill.self)
        #expect(seen >= 60)
    }
}
