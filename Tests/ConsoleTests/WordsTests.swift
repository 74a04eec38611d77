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

    @Test(arguments: [
        ("customer_code", "客户代码", "Customer code"), ("businessLine", "业务线", "Business line"),
        ("asOf", "截至", "As of"), ("whatIsThis_x9", "whatIsThis_x9", "What is this x9"),
    ])
    func namesAreSaidWordByWord(name: String, chinese: String, english: String) {
        #expect(CatalogueWords.name(name, .zh) == chinese)
        #expect(CatalogueWords.name(name, .en) == english)
    }
}
