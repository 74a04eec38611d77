import Postgres

/// Reads the classes that decide how often a customer is asked.
enum ClassStore {
    static func standings(
        of customers: [String], _ transaction: borrowing Transaction
    ) throws -> [String: DeliveryPolicy.Standing] {
        var standings: [String: DeliveryPolicy.Standing] = [:]
        for row in try transaction.query(
            """
            select customer_id, coalesce(classes->>'value' = 'A' or classes->>'strategic' = 'yes', false),
                coalesce(classes->>'value' = 'D', false)
            from customer_class where customer_id = any(\(customers))
            """, as: (String, Bool, Bool).self)
        {
            standings[row.0] = row.1 ? .important : row.2 ? .minor : .usual
        }
        return standings
    }
}
