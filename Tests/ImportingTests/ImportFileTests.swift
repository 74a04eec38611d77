import Contracts
import Domain
import Foundation
import Testing

@testable import Importing

@Suite("Lines of old systems' files")
struct ImportFileTests {
    private func lines(
        _ kind: ImportKind, _ text: String, _ mapping: ImportMapping = ImportMapping()
    ) throws -> [ImportedLine] {
        Array(try ImportFile(TableFile(Array(text.utf8), name: "x.csv"), kind, mapping))
    }

    private func data(_ line: ImportedLine?) -> String? {
        guard case .message(let message) = line?.content else { return nil }
        return String(decoding: message.data, as: UTF8.self)
    }

    private func faults(_ line: ImportedLine?) -> [LineFault] {
        guard case .refused(let faults) = line?.content else { return [] }
        return faults
    }

    @Test("a customer's e-mail addresses come in, and a supplier has no column for them")
    func emails() throws {
        for heading in ["E-Mail", "邮箱"] {
            let read = try lines(
                .customers, "Customer No,Customer Name,Branch,\(heading)\nC1,Acme,SHA,a@x.example;b@x.example\n")
            let told = try #require(data(read.first), "\(faults(read.first))")
            #expect(told.contains(#""emails":["a@x.example","b@x.example"]"#))
        }
        #expect(!ImportKind.suppliers.fields.contains { $0.name == "emails" })
    }

    @Test("headings in English and Chinese are known, each kind by both")
    func headings() throws {
        let cases: [(ImportKind, String, String)] = [
            (.customers, "Customer No.,Customer Name,Branch\nC1,Acme,SHA\n", "客户编码,客户名称,分公司\nC1,Acme,SHA\n"),
            (.suppliers, "Vendor code,Vendor name,Office\nS1,Carrier,SHA\n", "供应商编码,供应商名称,机构\nS1,Carrier,SHA\n"),
            (
                .invoices,
                "Invoice No,Customer code,Invoice date,Due date,Amount,Currency\nI1,C1,2026-01-05,2026-02-04,10,CNY\n",
                "发票号码,客户编码,开票日期,到期日,金额（元）,币种\nI1,C1,2026年1月5日,2026/2/4,￥10.00,人民币\n"
            ),
            (
                .payments, "Payment no,Customer,Value date,Amount,Ccy,Invoice\nP1,C1,20260105,\"1,000.5\",USD,I1\n",
                "收款单号,客户,到账日期,金额,币别,核销发票\nP1,C1,2026.1.5,１０００.５,美元,I1\n"
            ),
            (
                .budgets,
                "Budget no,Branch,Account,Start,End,Amount,Currency,Set by\nB1,SHA,gifts,2026-01-01,2026-03-31,5,CNY,li.wei\n",
                "预算编号,分公司,费用科目,开始日期,结束日期,预算金额,币种,批准人\nB1,SHA,gifts,2026-01-01,2026-03-31,5,CNY,li.wei\n"
            ),
            (
                .agreements,
                "Contract no,Customer,Type,Title,Valid from,Valid to,Auto renewal,By\nA1,C1,framework,T,2026-01-01,2026-12-31,yes,li.wei\n",
                "合同编号,客户编号,合同类型,合同名称,生效日期,到期日,自动续约,经办人\nA1,C1,框架协议,T,2026-01-01,2026-12-31,是,li.wei\n"
            ),
        ]
        for (kind, english, chinese) in cases {
            let read = try lines(kind, english).first
            let first = try #require(data(read), "\(kind) in English: \(faults(read))")
            #expect(data(try lines(kind, chinese).first) == first, "\(kind)")
            #expect(first.contains("\"\(kind.key)\""))
        }
        #expect(
            data(try lines(.invoices, cases[2].2).first)
                == #"{"invoiceId":"I1","customer":{"code":"C1"},"orderIds":[],"issuedAt":"2026-01-05T00:00:00+08:00","dueAt":"2026-02-04T00:00:00+08:00","amount":"10.00","currency":"CNY"}"#
        )
    }

    private static let head = "invoiceId,customerCode,issuedAt,amount,currency\n"

    @Test("everything that is wrong with a line is told, with its column")
    func refused() throws {
        let line = try lines(.invoices, Self.head + ",C1,31.2.2026,1.2.3,XXX\n").first
        let found = faults(line)
        #expect(
            found.map(\.field) == ["invoiceId", "issuedAt", "amount", "currency"]
                && found.map(\.reason) == [.missingField, .badTime, .notADecimal, .unknownCurrency])
        #expect(found.allSatisfy { $0.column == $0.field && !$0.detail.isEmpty })
        // What only the contract knows is refused too, and so is a number that a spreadsheet has cut.
        let cases: [(String, Reason)] = [
            ("I1,C1,2026-01-05,-5,CNY", .negativeAmount), ("I1,C1,2026-01-05,1.23456,CNY", .tooManyDecimals),
            ("9.11101E+17,C1,2026-01-05,5,CNY", .valueNotAllowed), ("I1,C1,05/01/2026,5,CNY", .badTime),
            ("I1,C1,2026-01-05,\"1,23\",CNY", .notADecimal), ("I1,C1,2026-01-05,5,CNY,more", .tooManyElements),
            ("\(String(repeating: "x", count: 65)),C1,2026-01-05,5,CNY", .identifierLength),
        ]
        for (text, reason) in cases {
            #expect(faults(try lines(.invoices, Self.head + text + "\n").first).map(\.reason) == [reason], "\(text)")
        }
    }

    @Test("a number stands once: the same again is said, anything else refused")
    func twice() throws {
        let found = try lines(
            .invoices, Self.head + "I1,C1,2026-01-05,5,CNY\nI1,C1,2026-01-05,5.00,CNY\nI1,C1,2026-01-05,6,CNY\n")
        #expect(data(found[0]) != nil && found[1].content == .repeated(of: 2))
        #expect(faults(found[2]).map(\.reason) == [.duplicateElement])
        // The same letter written in two ways is two numbers, as everywhere.
        let spelt = try lines(
            .invoices, Self.head + "\u{E9},C1,2026-01-05,5,CNY\ne\u{301},C1,2026-01-05,6,CNY\n")
        #expect(spelt.allSatisfy { data($0) != nil })
    }

    @Test("a mapping names columns, gives values, explains words, orders of days and decimals, and is kept in a file")
    func mapping() throws {
        let json = #"""
            {"kind": "invoices", "columns": {"invoiceId": "Doc"}, "values": {"currency": "EUR"},
             "words": {"customerCode": {"Meier": "C9"}}, "days": "day-first", "decimals": "comma", "times": {"dueAt": "23:59:59"}}
            """#
        let mapping = try ImportMapping(json: Array(json.utf8), for: .invoices)
        let text = "Doc;Invoice;Customer;Date;Due;Amount\nI1;x;Meier;05/01/2026;06/01/2026;1.234,50\n"
        let file = try ImportFile(TableFile(Array(text.utf8), name: "x.csv"), .invoices, mapping)
        let read = data(Array(file).first)
        #expect(
            read
                == #"{"invoiceId":"I1","customer":{"code":"C9"},"orderIds":[],"issuedAt":"2026-01-05T00:00:00+08:00","dueAt":"2026-01-06T23:59:59+08:00","amount":"1234.50","currency":"EUR"}"#
        )
        #expect(file.found.unused == ["Invoice"])
        let saved = try ImportMapping(json: Array(mapping.json(of: .invoices, file.found).utf8), for: .invoices)
        #expect(saved.columns["invoiceId"] == "Doc" && saved.columns["issuedAt"] == "Date" && saved.days == .dayFirst)
        #expect(data(try lines(.invoices, text, saved).first) == read)
        for (bad, path) in [
            (#"{"kind": "payments"}"#, "$.kind"), (#"{"columns": {"x": "y"}}"#, "$.columns.x"),
            (#"{"days": "x"}"#, "$.days"), (#"{"times": {"dueAt": "25:00:00"}}"#, "$.times.dueAt"),
            (#"{"x": 1}"#, "$.x"),
        ] {
            let refusal = #expect(throws: Refusal.self) { try ImportMapping(json: Array(bad.utf8), for: .invoices) }
            #expect(refusal?.path == path)
        }
    }

    @Test("a column that is missing, named twice or may be two things is refused before the first line")
    func columns() {
        for (text, part) in [
            ("invoiceId,customerCode,issuedAt,amount\n", "'currency'"),
            ("invoiceId,a,a,customerCode,issuedAt,amount,currency\n", "twice"),
            ("Invoice no,Invoice number,customerCode,issuedAt,amount,currency\n", "may both"),
        ] {
            let fault = #expect(throws: FileFault.self) { try lines(.invoices, text) }
            #expect(fault?.description.contains(part) == true, "\(text) \(String(describing: fault))")
        }
    }

    @Test("allocations of a payment: one invoice gets all, several each their amount, more than there is is refused")
    func allocations() throws {
        let head = "paymentId,customerCode,receivedAt,amount,currency,allocations\nP1,C1,2026-01-05,100,CNY,"
        #expect(
            data(try lines(.payments, head + "I1\n").first)?.contains(#"[{"invoiceId":"I1","amount":"100.00"}]"#)
                == true)
        #expect(
            data(try lines(.payments, head + "I1=60.5；I2=39.50\n").first)?
                .contains(#"[{"invoiceId":"I1","amount":"60.50"},{"invoiceId":"I2","amount":"39.50"}]"#) == true)
        #expect(faults(try lines(.payments, head + "I1;I2\n").first).map(\.reason) == [.valueNotAllowed])
        #expect(faults(try lines(.payments, head + "I1=100.01\n").first).map(\.reason) == [.overAllocated])
    }

    @Test("the report of refused lines is a file that is read again as it stood, mended or not")
    func report() throws {
        let text = Self.head + "I1,C1,2026-01-05,x,CNY\nI2,=C2,2026-01-05,\"y,1\",CNY\n"
        let file = try ImportFile(TableFile(Array(text.utf8), name: "x.csv"), .invoices, ImportMapping())
        let report = RefusedLines(columns: file.columns)
        var written = report.header(file.columns)
        for line in file { written += report.line(line.row, faults(line)) }
        #expect(written.contains("'=C2") && written.contains("not-a-decimal"))
        let again = try ImportFile(TableFile(Array(written.utf8), name: "y.csv"), .invoices, ImportMapping())
        #expect(again.found.unused.isEmpty)
        #expect(Array(again).map { faults($0).map(\.reason) } == [[.notADecimal], [.notADecimal]])
        let mended = try ImportFile(
            TableFile(Array(written.replacing(",x,", with: ",5,").replacing("\"y,1\"", with: "6").utf8), name: "y.csv"),
            .invoices, ImportMapping())
        let messages = Array(mended).map { data($0) }
        #expect(messages.allSatisfy { $0 != nil } && messages[1]?.contains(#""code":"=C2""#) == true)
        // A report of a report has its columns once.
        #expect(RefusedLines(columns: again.columns).header(again.columns) == report.header(file.columns))
    }

    @Test("what is refused of a workbook, or of a file in GB 18030, is mended and imported again as a table in UTF-8")
    func mended() throws {
        let chinese: [UInt8] =
            [
                0xB7, 0xA2, 0xC6, 0xB1, 0xBA, 0xC5, 0xC2, 0xEB, 0x2C, 0xBF, 0xCD, 0xBB, 0xA7, 0xB1, 0xE0, 0xC2, 0xEB,
                0x2C,
                0xBF, 0xAA, 0xC6, 0xB1, 0xC8, 0xD5, 0xC6, 0xDA, 0x2C, 0xBD, 0xF0, 0xB6, 0xEE, 0x2C, 0xB1, 0xD2, 0xD6,
                0xD6,
                0x0A,  // 发票号码,客户编码,开票日期,金额,币种
            ] + Array("INV-2,,2026-01-05,10,CNY\n".utf8)
        for (bytes, name, number) in [(try TableFileTests.workbook(), "b.xlsx", 2), (chinese, "b.csv", 1)] {
            let file = try ImportFile(TableFile(bytes, name: name), .invoices, ImportMapping())
            let report = RefusedLines(columns: file.columns)
            let refused = Array(file).filter { !faults($0).isEmpty }
            #expect(refused.count == number)
            let written = report.header(file.columns) + refused.map { report.line($0.row, faults($0)) }.joined()
            let mended = written.replacing("INV-2,,", with: "INV-2,C7,")
            let again = Array(
                try ImportFile(TableFile(Array(mended.utf8), name: "refused.csv"), .invoices, ImportMapping()))
            #expect(again.count == number)
            #expect(
                again.compactMap { data($0) }.map { $0.contains(#""invoiceId":"INV-2","customer":{"code":"C7"}"#) }
                    == [true])
        }
    }

    @Test("a time without an offset is that of the organisation's clocks; one that they show twice or never is refused")
    func clocks() throws {
        let zone = try #require(OrganisationZone("America/New_York"))
        func read(_ cell: String, of day: String? = nil) throws -> String {
            do throws(CellText.Fault) {
                return try CellText.time(cell, nil, of: day, in: zone).description
            } catch { return error.detail }
        }
        #expect(try read("2026-03-02 09:30") == "2026-03-02T09:30:00-05:00")
        #expect(try read("2026-07-02") == "2026-07-02T00:00:00-04:00")
        #expect(try read("2026-07-02", of: "23:59:59") == "2026-07-02T23:59:59-04:00")
        #expect(try read("2026-11-01T01:30:00-05:00") == "2026-11-01T01:30:00-05:00")
        #expect(try read("2026-11-01 01:30").contains("is twice in America/New_York"))
        #expect(try read("2026-03-08 02:30").contains("is never in America/New_York"))
    }

    @Test("a workbook's rows are lines like any others")
    func workbook() throws {
        let found = Array(
            try ImportFile(TableFile(TableFileTests.workbook(), name: "b.xlsx"), .invoices, ImportMapping()))
        #expect(
            data(found[0])?.contains(
                #""code":"00123"},"orderIds":[],"issuedAt":"2026-01-05T00:00:00+08:00","amount":"1234.56""#) == true)
        #expect(faults(found[1]).map(\.field) == ["customerCode"])
        #expect(faults(found[2]).map(\.field) == ["invoiceId"] && found.count == 3)
    }
}
