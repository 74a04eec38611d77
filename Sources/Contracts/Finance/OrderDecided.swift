package import Domain

extension OrderDecided {
    /// Where it stands among the decisions on its order. A message that does not count them is the first of its revision.
    package var place: DecisionPlace { DecisionPlace(revision: revision, number: decisionNumber ?? 1) }
}
