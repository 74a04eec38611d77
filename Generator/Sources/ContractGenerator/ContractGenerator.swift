import Foundation

/// Makes the Swift source of every part and message from its specification.
///
/// usage: contract-generator ROOT [--check]
///
/// Writes `Sources/Contracts/<Owner>/<Name>.generated.swift` for each `Sources/Contracts/Specification/<Owner>/<Name>.contract`
/// below ROOT, and removes those whose specification is gone. With `--check` it changes nothing and says what differs.
@main
struct ContractGenerator {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        let isCheck = arguments.contains("--check")
        guard let root = arguments.first(where: { $0 != "--check" }) else {
            report("usage: contract-generator ROOT [--check]")
            exit(2)
        }
        do {
            let sources = URL(fileURLWithPath: root).appendingPathComponent("Sources/Contracts")
            let wanted = try generate(from: sources.appendingPathComponent("Specification"))
            let differing = try write(wanted, below: sources, isCheck: isCheck)
            for path in differing { report("\(isCheck ? "stale" : "written"): Sources/Contracts/\(path)") }
            if isCheck, !differing.isEmpty {
                report("run 'make contracts' and commit what it writes")
                exit(1)
            }
        } catch {
            report("\(error)")
            exit(1)
        }
    }

    /// The source files by their paths below `Sources/Contracts`.
    private static func generate(from specification: URL) throws -> [String: String] {
        var files: [(SpecificationFile, String)] = []
        for path in try names(below: specification, ending: ".contract") {
            let parts = path.dropLast(".contract".count).split(separator: "/").map(String.init)
            let shown = "Sources/Contracts/Specification/\(path)"
            guard parts.count == 2 else {
                throw SpecificationError(file: shown, line: 1, text: "it stands in no owner's folder")
            }
            let text = try String(contentsOf: specification.appendingPathComponent(path), encoding: .utf8)
            files.append((try SpecificationReader.read(text, path: shown, folder: parts[0], name: parts[1]), shown))
        }
        var kinds: [String: Declaration.Kind] = [:]
        var types: Set<String> = []
        for (file, path) in files {
            for declaration in file.declarations {
                guard kinds.updateValue(declaration.kind, forKey: declaration.name) == nil else {
                    throw SpecificationError(
                        file: path, line: declaration.line, text: "\(declaration.name) is declared twice")
                }
                if case .fields(_, let type?) = declaration.kind, !types.insert(type).inserted {
                    throw SpecificationError(file: path, line: declaration.line, text: "\(type) is declared twice")
                }
            }
        }
        var sources: [String: String] = [:]
        for (file, path) in files {
            sources["\(file.folder)/\(file.name).generated.swift"] = try SwiftWriter.write(
                file, kinds: kinds, path: path)
        }
        return sources
    }

    /// Brings the generated files to what is wanted, unless that is only checked; returns those that differed.
    private static func write(_ wanted: [String: String], below sources: URL, isCheck: Bool) throws -> [String] {
        var differing: [String] = []
        for path in try names(below: sources, ending: ".generated.swift") where wanted[path] == nil {
            differing.append(path)
            if !isCheck { try FileManager.default.removeItem(at: sources.appendingPathComponent(path)) }
        }
        for (path, text) in wanted {
            let file = sources.appendingPathComponent(path)
            if (try? String(contentsOf: file, encoding: .utf8)) == text { continue }
            differing.append(path)
            if isCheck { continue }
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return differing.sorted()
    }

    private static func names(below folder: URL, ending: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(ending) }.sorted()
    }

    private static func report(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}
