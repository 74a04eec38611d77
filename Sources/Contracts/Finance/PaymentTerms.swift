extension TermsRole {
    /// Of what the code of a party of this side is.
    var referred: Referred {
        switch self {
        case .customer: .customers
        case .supplier: .suppliers
        }
    }
}
