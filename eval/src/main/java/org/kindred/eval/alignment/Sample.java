package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One completion of one policy for one user, as evaluated.
 *
 * @param policy for example {@code sft}
 * @param userId the user whose persona stood in the prompt
 * @param seen whether the user's choices trained the reward model and the policy
 * @param inDomain whether the prompt's domain occurred in training
 * @param group the true group of the simulation
 * @param prototype the preference group that training used
 * @param prompt id of the prompt; the same for all policies
 * @param index number of the completion of that prompt
 * @param reward the judge's total, 1 to 10, on the user's own scale; NaN if the judge gave none
 * @param utility true utility of the simulation, about 0 to 1
 * @param words length of the completion in words
 * @param completion its text
 */
public record Sample(
        String policy,
        @JsonProperty("user_id") String userId,
        boolean seen,
        @JsonProperty("in_domain") boolean inDomain,
        String group,
        String prototype,
        String prompt,
        int index,
        double reward,
        double utility,
        int words,
        String completion) {

    /** {@code seen_users/in_domain} and the like. */
    public String cell() {
        return (seen ? "seen" : "unseen") + "_users/" + (inDomain ? "in_domain" : "out_of_domain");
    }
}
