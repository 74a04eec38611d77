import Contracts
import Testing

@testable import Console

struct WordsTests {
    /// Whoever adds to the catalogue adds the word to `CatalogueWords`.
    @Test func everyNameOfTheCatalogueHasItsWords() {
        var missing: Set<String> = []
        for question in QueryCatalogue.questions {
            if CatalogueWords.question(question.name, .zh).unicodeScalars.allSatisfy(\.isASCII) {
                missing.insert("question \(question.name)")
            }
            for input in question.parameters { missing.formUnion(CatalogueWords.unknown(in: input.name)) }
            for table in question.answers {
                for column in table.columns + table.further {
                    missing.formUnion(CatalogueWords.unknown(in: column.name))
                }
            }
        }
        for contract in ActForm.contracts
        where CatalogueWords.act(contract.type.description, .zh).unicodeScalars.allSatisfy(\.isASCII) {
            missing.insert("act \(contract.type)")
        }
        #expect(missing.isEmpty, "\(missing.sorted().joined(separator: " "))")
    }

    /// Whoever adds a word of a few to a parameter or a contract adds it to `CodeWords`.
    @Test func everyWordOfAFewHasItsWord() {
        var words: Set<String> = []
        for question in QueryCatalogue.questions {
            for input in question.parameters {
                switch input.kind {
                case .choice(let choices), .list(let choices): words.formUnion(choices)
                default: break
                }
            }
        }
        for contract in ActForm.contracts { words.formUnion(Self.choices(contract.fields)) }
        let missing = words.filter { CodeWords.word($0) == nil }
        #expect(missing.isEmpty, "\(missing.sorted().joined(separator: " "))")
    }

    private static func choices(_ fields: [FieldDescription]) -> [String] {
        fields.flatMap { field -> [String] in
            switch field.form {
            case .choice(let choices): choices
            case .object(let inner), .array(.object(let inner), _): choices(inner)
            default: []
            }
        }
    }

    @Test func wordsOfAFewAreSaidWhereTheyStandAlone() {
        #expect(CodeWords.shown("open", of: "state", .zh) == "未结")
        #expect(CodeWords.shown("critical", of: "severity", .zh) == "严重")
        #expect(CodeWords.shown("open", of: "state", .en) == "open")
        // A code that somebody has given is no word, whatever it is.
        #expect(CodeWords.shown("open", of: "customer_code", .zh) == "open")
        #expect(CodeWords.shown("REL-1", of: "state", .zh) == "REL-1")
    }

    @Test(arguments: [
        ("customer_code", "客户代码", "Customer code"), ("businessLine", "业务线", "Business line"),
        ("asOf", "截至", "As of"), ("whatIsThis_x9", "whatIsThis_x9", "What is this x9"),
    ])
    func namesAreSaidWordByWord(name: String, chinese: String, english: String) {
        #expect(CatalogueWords.name(name, .zh) == chinese)
        #expect(CatalogueWords.name(name, .en) == english)
    }
}
