package org.kindred.eval.alignment;

/**
 * One completion of one policy for one user, as evaluated.
 *
 * @param policy for example {@code sft}
 * @param userId the user whose persona stood in the prompt
 * @param seen whether the user's choices trained the reward model and the policy
 * @param inDomain whether the prompt's domain occurred in training
 * @param group of the user: true group, label, or what training used where nothing else is known
 * @param prototype the preference group that training used
 * @param prompt id of the prompt; the same for all policies
 * @param index number of the completion of that prompt
 * @param reward total of the judge that policies were trained on, 1 to 10, on the user's own scale;
 *     NaN if it gave none
 * @param utility true utility of the simulation, about 0 to 1; NaN for real people
 * @param evaluation total of the evaluating judge; NaN if there is none
 * @param words length of the completion in words
 * @param completion its text
 */
public record Sample(
        String policy,
        String userId,
        boolean seen,
        boolean inDomain,
        String group,
        String prototype,
        String prompt,
        int index,
        double reward,
        double utility,
        double evaluation,
        int words,
        String completion) {

    /** The same with the total of the judge that policies were trained on. */
    public Sample withReward(double total) {
        return new Sample(
                policy,
                userId,
                seen,
                inDomain,
                group,
                prototype,
                prompt,
                index,
                total,
                utility,
                evaluation,
                words,
                completion);
    }

    /** The same with the evaluating judge's total. */
    public Sample withEvaluation(double total) {
        return new Sample(
                policy,
                userId,
                seen,
                inDomain,
                group,
                prototype,
                prompt,
                index,
                reward,
                utility,
                total,
                words,
                completion);
    }

    /** The same in another group. */
    public Sample withGroup(String other) {
        return new Sample(
                policy,
                userId,
                seen,
                inDomain,
                other,
                prototype,
                prompt,
                index,
                reward,
                utility,
                evaluation,
                words,
                completion);
    }

    /** {@code seen_users/in_domain} and the like. */
    public String cell() {
        return (seen ? "seen" : "unseen") + "_users/" + (inDomain ? "in_domain" : "out_of_domain");
    }
}
