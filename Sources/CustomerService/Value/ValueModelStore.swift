import Contracts
import CustomerValue
import Domain
import Foundation
import Postgres
import ServiceKit

/// The versions of the model, each from the day after it was fitted.
enum ValueModelStore {
    static func isEmpty(_ transaction: borrowing Transaction) throws -> Bool {
        try transaction.query("select 1 from value_model limit 1", as: Int32.self).isEmpty
    }

    /// All versions, the standard one first.
    static func all(_ transaction: borrowing Transaction) throws -> [ValueModel] {
        let bodies = try transaction.query("select body from value_model order by version", as: String.self)
        return try [.standard] + bodies.map { try JSONDecoder().decode(ValueModel.self, from: Data($0.utf8)) }
    }

    /// The version that holds on a day.
    static func model(of models: [ValueModel], on day: Int) -> ValueModel {
        models.last { $0.version == 0 || $0.fittedOn < day } ?? .standard
    }

    /// Fits the next version on the customers as they stand; of very many, on a sample that does not depend on when
    /// they came.
    static func learn(
        on day: CalendarDay, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try transaction.queue("lock table value_model in share row exclusive mode")
        let models = try all(transaction)
        guard let latest = models.last, latest.version == 0 || latest.fittedOn < Int(day.daysSinceEpoch) else { return }
        let customers = try transaction.query(
            """
            select customer_id from (select distinct customer_id from account) a
            order by md5(customer_id), customer_id limit \(ValueTasks.sample)
            """, as: String.self)
        let subjects = try SubjectStore.subjects(customers.sorted(), .standard, transaction)
        let histories = subjects.sorted { $0.key < $1.key }.map(\.value.history)
        guard let model = ValueModel.fit(histories, on: Int(day.daysSinceEpoch), after: latest) else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let body = String(decoding: try encoder.encode(model), as: UTF8.self)
        try transaction.queue(
            """
            insert into value_model (version, fitted_on, customers, body)
            values (\(model.version), date '1970-01-01' + \(day.daysSinceEpoch), \(histories.count), \(body))
            """)
        effects.count("models_learnt")
    }
}
