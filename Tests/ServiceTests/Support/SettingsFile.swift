import Foundation

/// Makes something of a file that is there only meanwhile: a definition, say, of which a setting names the file.
package func withFile<Value>(holding text: String, _ body: (_ path: String) throws -> Value) throws -> Value {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    return try body(file.path)
}
