import Contracts
import Domain
import ServiceKit

extension Capability {
    /// What a steward corrects of the golden record.
    static func corrections(organisation: Organisation) -> Capability {
        Capability(
            handlers: [.on(CorrectCustomer.self, CorrectionHandlers(organisation: organisation).correct)],
            tables: [ScopedTable("golden_correction", .ofAccount("t.source", "t.code"))])
    }
}
