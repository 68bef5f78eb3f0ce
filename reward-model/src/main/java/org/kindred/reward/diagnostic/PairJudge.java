package org.kindred.reward.diagnostic;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Preference;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.Samples;

/**
 * Asks a judge what {@link Diagnosis} needs to know of a pair.
 *
 * @param writer the judge, reading both responses together
 * @param solo the judge, reading them one by one; null to leave that out
 */
public record PairJudge(ChainWriter writer, @Nullable ChainWriter solo) {

    /**
     * @param user with the history that may be read
     * @param target the pair; not in the history
     */
    public JudgedPair judge(UserContext user, Preference target, String group) {
        ChainRequest request =
                new ChainRequest(
                        user,
                        target.promptText(),
                        List.of(target.chosenText(), target.rejectedText()));
        ChainOutcome given = outcome(writer, request);
        ChainOutcome turned = outcome(writer, request.reversed());
        EvaluationChain chain = chain(given);
        UserContext opposite =
                new UserContext(
                        user.userId(), user.history().stream().map(PairJudge::exchanged).toList());
        return new JudgedPair(
                user.userId(),
                group,
                target.chosenText().length(),
                target.rejectedText().length(),
                margin(chain),
                -margin(chain(turned)),
                user.history().isEmpty()
                        ? Double.NaN
                        : margin(chain(outcome(writer, request.by(opposite)))),
                solo == null ? Double.NaN : margin(chain(outcome(solo, request))),
                chain,
                failure(given) != null ? failure(given) : failure(turned));
    }

    private static ChainOutcome outcome(ChainWriter writer, ChainRequest request) {
        return writer.write(request, Samples.of(1)).get(0);
    }

    private static @Nullable EvaluationChain chain(ChainOutcome outcome) {
        return outcome instanceof ChainOutcome.Written written ? written.chain() : null;
    }

    private static @Nullable String failure(ChainOutcome outcome) {
        return outcome instanceof ChainOutcome.Failed failed
                ? failed.reason()
                : Double.isNaN(margin(chain(outcome))) ? "NO_SCORE" : null;
    }

    private static double margin(@Nullable EvaluationChain chain) {
        Double first = chain == null ? null : chain.scores().get(0);
        Double second = chain == null ? null : chain.scores().get(1);
        return first == null || second == null ? Double.NaN : first - second;
    }

    /** The choice with its labels exchanged. */
    private static Preference exchanged(Preference row) {
        return new Preference(
                row.id(),
                row.userId(),
                row.prompt(),
                row.rejected(),
                row.chosen(),
                row.domain(),
                row.itemIds(),
                row.split(),
                row.userSplit(),
                row.itemSplit(),
                row.part(),
                row.slot(),
                row.rejectedScore(),
                row.chosenScore(),
                row.source(),
                row.meta());
    }
}
