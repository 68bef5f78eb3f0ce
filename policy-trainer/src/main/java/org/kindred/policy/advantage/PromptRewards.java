package org.kindred.policy.advantage;

import org.jspecify.annotations.Nullable;

/**
 * The scored completions of one prompt in one step.
 *
 * @param promptId orders the prompts of a group inside a step
 * @param group preference group whose history the rewards enter
 * @param user key of the person behind the prompt, null if unknown
 * @param rewards [completions] weighted sums, all finite, at least two
 * @param parts [functions][completions] rewards of the single functions, NaN where one does not
 *     apply
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to compute with, never compared as a value
record PromptRewards(
        String promptId, String group, @Nullable String user, double[] rewards, double[][] parts) {

    /** Of one reward function. */
    static PromptRewards of(String promptId, String group, double... rewards) {
        return new PromptRewards(promptId, group, null, rewards, new double[][] {rewards});
    }

    /**
     * With every reward multiplied; the parts stay, since no estimator that is rescaled reads them.
     */
    PromptRewards times(double factor) {
        double[] scaled = rewards.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= factor;
        }
        return new PromptRewards(promptId, group, user, scaled, parts);
    }

    /** Equality of the numbers themselves: a standard deviation in floating point need not be 0. */
    static boolean allEqual(double[] values) {
        for (double value : values) {
            if (value != values[0]) {
                return false;
            }
        }
        return true;
    }
}
