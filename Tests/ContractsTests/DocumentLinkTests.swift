import Foundation
import Testing

@Suite("Documents")
struct DocumentLinkTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files below a folder of the project with one of these endings, by their paths from the root.
    private static func files(_ folder: String, _ endings: Set<String>) -> [String] {
        let walk = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
        return (walk?.compactMap { $0 as? String } ?? []).filter { path in
            endings.contains((path as NSString).pathExtension)
        }.map { "\(folder)/\($0)" }
    }

    private static let documents =
        ["README.md", "CONTRIBUTING.md"]
        + ["docs", "Sources", "Generator"].flatMap { files($0, ["md"]) }.filter {
            !$0.contains(".build/")
        }

    private static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).standardizedFileURL.path)
    }

    @Test("every relative link leads to a file", arguments: documents)
    func links(document: String) throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent(document), encoding: .utf8)
        let folder = (document as NSString).deletingLastPathComponent
        var isCode = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode else { continue }
            for match in line.matches(of: /\]\(([^()#\s]+)(#[^()\s]*)?\)/) {
                let link = String(match.1)
                guard !link.contains(":") else { continue }
                #expect(Self.exists("\(folder)/\(link)"), "\(document) leads to \(link)")
            }
        }
    }

    @Test("every document that is named by its path is there")
    func names() throws {
        let places =
            Self.documents + ["Sources", "Tests", "deploy"].flatMap { Self.files($0, ["swift", "sh", "py"]) }
            + ["Makefile"]
        var seen = 0
        for place in places {
            let text = try String(contentsOf: Self.root.appendingPathComponent(place), encoding: .utf8)
            for match in text.matches(of: /\bdocs\/[a-zA-Z0-9\/-]+\.md\b/) {
                seen += 1
                #expect(Self.exists(String(match.0)), "\(place) names \(match.0)")
            }
        }
        #expect(seen > 20)
    }

    @Test("every document is told of in docs/README.md or in the list of decisions")
    func index() throws {
        let index = try String(contentsOf: Self.root.appendingPathComponent("docs/README.md"), encoding: .utf8)
        let decisions = try String(
            contentsOf: Self.root.appendingPathComponent("docs/decisions/README.md"), encoding: .utf8)
        for document in Self.documents where document.hasPrefix("docs/") && !document.hasSuffix("README.md") {
            let inside = String(document.dropFirst("docs/".count))
            let isTold =
                inside.hasPrefix("decisions/")
                ? decisions.contains("(\(inside.dropFirst("decisions/".count)))") : index.contains("(\(inside))")
            #expect(isTold, "\(document) stands in no list")
        }
    }
}
