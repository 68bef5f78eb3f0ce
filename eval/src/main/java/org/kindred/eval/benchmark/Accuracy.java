package org.kindred.eval.benchmark;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.eval.stats.Interval;

/**
 * Accuracy of one arm in one cell at one number of shots.
 *
 * @param arm name of the arm
 * @param shots pairs of the user's past that the arm was given
 * @param cell which users and items: {@code seen_known} ... {@code unseen_new}, and {@code
 *     seen_ood}, {@code unseen_ood} for domains that training never shows
 * @param users users with at least one target
 * @param pairs targets
 * @param accuracy strict, of the targets that were scored: a tie is wrong, and a target without two
 *     scores is missing; interval by resampling users. NaN, as are macro and worst decile, where no
 *     target was scored: a failed judgement is no number
 * @param macro mean over users with scored targets of the user's strict accuracy
 * @param halfTie as strict, but a tie counts one half
 * @param ties share of targets with equal scores
 * @param unscored share of targets without two finite scores
 * @param worstDecile mean accuracy of the tenth of users that fares worst
 * @param decidedOnly right by decided: ties and missing scores leave the denominator
 * @param coverage share of targets with two finite scores
 * @param tokens spent on a target, as an endpoint counted; 0 for arms without one
 * @param orders the two orders of a pair apart, of the targets that both scored; null for arms that
 *     read answers one by one
 * @param failures why targets were not scored, with how often; those without a word are not in it
 */
public record Accuracy(
        String arm,
        int shots,
        String cell,
        int users,
        int pairs,
        Interval accuracy,
        double macro,
        double halfTie,
        double ties,
        double unscored,
        double worstDecile,
        double decidedOnly,
        double coverage,
        @JsonProperty("tokens_per_pair") double tokens,
        @Nullable TwoOrders orders,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Integer> failures) {
    @SuppressWarnings("ConstantValue") // absent in results of earlier versions
    public Accuracy {
        failures =
                failures == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(failures));
    }

    /** The same of a cell in a fold. */
    Accuracy in(String fold) {
        return new Accuracy(
                arm,
                shots,
                fold + "/" + cell,
                users,
                pairs,
                accuracy,
                macro,
                halfTie,
                ties,
                unscored,
                worstDecile,
                decidedOnly,
                coverage,
                tokens,
                orders,
                failures);
    }
}
