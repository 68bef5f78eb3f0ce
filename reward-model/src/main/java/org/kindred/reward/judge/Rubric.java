package org.kindred.reward.judge;

import java.util.List;
import org.kindred.reward.RatingScale;
import org.kindred.reward.UserRubric;

/**
 * What one user wants, fixed before any response is read, so that responses can be scored alone and
 * at different times on the same footing.
 *
 * @param persona in words, also fit as a short prompt: {@code Wants: short answers, numbers.
 *     Avoids: hedging.}
 * @param criteria four to seven where the texts differ in so many, strongest first
 * @param coverage share of the variance of the user's utility over the training texts that the
 *     criteria explain, 0 to 1; the rest is in learned directions without a name
 * @param place the user's place among the learned directions of taste: the total is made from the
 *     whole learned utility, of which the criteria are the readable part
 * @param scale the scale of totals
 * @param scenario kind of prompt for which it holds; -1 for prompts of any kind
 * @param topic of the prompt for which it holds
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
public record Rubric(
        String persona,
        List<Item> criteria,
        double coverage,
        double[] place,
        RatingScale scale,
        int scenario,
        Topic topic) {

    public Rubric {
        criteria = List.copyOf(criteria);
    }

    /**
     * One criterion.
     *
     * @param id stable id in the bank of criteria
     * @param name what the user wants, in words
     * @param weight per cent; the weights of a rubric sum to 100
     * @param wantsMore whether more of the measured quality is better
     */
    public record Item(String id, String name, int weight, boolean wantsMore) {}

    /** The same for a prompt about something. */
    Rubric about(Topic of) {
        return new Rubric(persona, criteria, coverage, place, scale, scenario, of);
    }

    /** What can be said in words: criteria of less than half a per cent are left out. */
    public UserRubric inWords() {
        return new UserRubric(
                persona,
                criteria.stream()
                        .filter(item -> item.weight > 0)
                        .map(item -> new UserRubric.Criterion(item.name, item.weight))
                        .toList());
    }

    /** Redacted: a persona describes a person. */
    @Override
    public String toString() {
        return "Rubric[" + criteria.size() + " criteria]";
    }
}
