import Contracts
import ServiceKit

extension Capability {
    /// What persons decide of who is who: merged, apart, a review settled, a decision undone.
    static let decisions = Capability(
        handlers: [
            .on(MergeParties.self, DecisionHandlers.merge),
            .on(UnmergeParties.self, DecisionHandlers.unmerge),
            .on(DecideReview.self, DecisionHandlers.decide),
            .on(UndoDecision.self, DecisionHandlers.undo),
        ],
        questions: PartyQueries.all)
}
