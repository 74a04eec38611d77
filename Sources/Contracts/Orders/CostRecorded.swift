extension CostRecorded {
    /// The cost as the system would tell it whose number it has: with that system as its source, and the other references
    /// as they are seen from there.
    ///
    /// - Parameter source: who tells it.
    package func asOfItsSystem(toldBy source: String) -> (source: String, body: CostRecorded) {
        guard let owner = costSource else { return (source, self) }
        func seen(_ other: String?) -> String? {
            let meant = other ?? source
            return meant == owner ? nil : meant
        }
        return (
            owner,
            CostRecorded(
                costId: costId, orderId: orderId, orderSource: seen(orderSource), line: line,
                supplier: SupplierReference(
                    code: supplier.code, name: supplier.name, source: seen(supplier.source)),
                state: state, amount: amount, currency: currency, serviceDate: serviceDate, invoiceNo: invoiceNo)
        )
    }
}
