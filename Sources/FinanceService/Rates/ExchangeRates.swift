import Domain
import Postgres
import Synchronization

/// The exchange rates that hold: those of the service's file, and above them those that were loaded while it ran.
///
/// One for all that a copy of the service does. Whoever converts asks for the table within its transaction; it is read
/// again only when some copy has loaded rates since. So what is loaded holds in every transaction that begins afterwards.
final class ExchangeRates: Sendable {
    private struct Held {
        var revision: Int64
        var table: RateTable
    }

    private let file: RateTable
    private let held: Mutex<Held>

    /// - Parameter file: the rates of the service's file.
    init(_ file: RateTable) {
        self.file = file
        held = Mutex(Held(revision: 0, table: file))
    }

    /// The rates that hold.
    func current(_ transaction: borrowing Transaction) throws -> RateTable {
        try current(RateStore.ask(transaction)(), transaction)
    }

    /// The rates that hold, for whoever knows already what was loaded last.
    ///
    /// - Parameter revision: of what was loaded last; 0 when nothing was.
    func current(_ revision: Int64, _ transaction: borrowing Transaction) throws -> RateTable {
        if let table = held.withLock({ $0.revision == revision ? $0.table : nil }) { return table }
        let loaded = try RateStore.read(transaction)
        let table = RateTable(file.entries + loaded.entries)
        held.withLock { $0 = Held(revision: loaded.revision, table: table) }
        return table
    }
}
