package org.kindred.reward.diagnostic;

import java.util.List;
import java.util.stream.Stream;
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
        EvaluationChain chain = chain(writer, request);
        UserContext opposite =
                new UserContext(
                        user.userId(), user.history().stream().map(PairJudge::exchanged).toList());
        return new JudgedPair(
                user.userId(),
                group,
                target.chosenText().length(),
                target.rejectedText().length(),
                margin(chain),
                -margin(chain(writer, request.reversed())),
                user.history().isEmpty() ? Double.NaN : margin(chain(writer, request.by(opposite))),
                solo == null ? Double.NaN : margin(chain(solo, request)),
                chain);
    }

    private static @Nullable EvaluationChain chain(ChainWriter writer, ChainRequest request) {
        return Stream.of(writer.write(request, Samples.of(1)).get(0))
                .filter(ChainOutcome.Written.class::isInstance)
                .map(outcome -> ((ChainOutcome.Written) outcome).chain())
                .findFirst()
                .orElse(null);
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
