import Client
import Foundation

/// Makes a PDF of a page of HTML by WeasyPrint, a program of its own: no service starts one.
struct DocumentPrinter {
    /// The program's name.
    static let program = "weasyprint"

    private let place: URL

    /// - Parameter path: the folders in which programs are looked for, with colons between them.
    /// - Throws: ``Failure`` that says what to install when it is in none of them.
    init(path: String? = CommandEnvironment()["PATH"]) throws {
        let places = (path ?? "").split(separator: ":").map { URL(fileURLWithPath: "\($0)/\(Self.program)") }
        guard let place = places.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            throw Failure(
                "a PDF is made by '\(Self.program)', which is not installed: apt-get install weasyprint fonts-noto-cjk "
                    + "(Debian), or ask for --format html")
        }
        self.place = place
    }

    /// Writes the PDF into a file. It is there whole or not at all.
    func print(_ html: String, to file: URL) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waybill-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = folder.appendingPathComponent("page.html")
        let printed = folder.appendingPathComponent("page.pdf")
        try Data(html.utf8).write(to: page)
        let process = Process()
        process.executableURL = place
        process.arguments = ["--encoding", "utf-8", page.path, printed.path]
        // Its remarks on fonts are not for whoever asked for a statement; what goes wrong is told by its end.
        let remarks = Pipe()
        process.standardError = remarks
        process.standardOutput = FileHandle.standardError
        try process.run()
        let said = try remarks.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let pdf = try? Data(contentsOf: printed) else {
            throw Failure("'\(Self.program)' made no PDF: \(String(decoding: said.suffix(500), as: UTF8.self))")
        }
        try pdf.write(to: file, options: .atomic)
    }
}
