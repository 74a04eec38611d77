import Client
import Contracts
import Importing

extension CommaSeparated {
    /// A value of the file that was read, as a field that a spreadsheet may open: what it would take for a formula gets an
    /// apostrophe before it; a number stays one.
    static func cell(_ text: String) -> String {
        Double(text) == nil ? CSVText.cell(text, .text) : quoted(text)
    }
}
