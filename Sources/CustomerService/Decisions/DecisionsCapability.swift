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
        tasks: RaisedReviews.tasks,
        questions: PartyQueries.all,
        tables: [
            // What two accounts have in common tells of both.
            ScopedTable(
                "match_edge",
                .through(
                    """
                    exists (select from account a where a.source = t.one_source and a.code = t.one_code)
                        and exists (select from account a where a.source = t.other_source and a.code = t.other_code)
                    """)),
            ScopedTable("review", .through("exists (select from account a where a.own_id = t.customer_id)")),
            ScopedTable("review_told", .whole),
            ScopedTable("decision", .through("exists (select from account a where a.own_id = any (t.parties))")),
            ScopedTable(
                "decision_link",
                .through("exists (select from decision d where d.decision_id = t.decision_id)")),
        ])
}
