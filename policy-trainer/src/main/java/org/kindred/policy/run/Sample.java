package org.kindred.policy.run;

/**
 * A completion of a training step, for people to read.
 *
 * @param prompt its id
 * @param completion text of the policy
 * @param reward weighted total; NaN if it was not scored
 */
public record Sample(
        String group, String prompt, String completion, double reward, double advantage) {

    /** Redacted: holds text. */
    @Override
    public String toString() {
        return "Sample[" + prompt + "]";
    }
}
