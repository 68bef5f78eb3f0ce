package org.kindred.policy.bandit;

import java.util.List;

/**
 * What the groups' rewards are like.
 *
 * @param minorityScale factor on the rewards of the two smaller groups
 * @param offset standard deviation of what is added to all rewards of a prompt
 * @param spread standard deviation of the logarithm of a prompt's factor
 * @param binary rewards are 1 with the action's probability, else 0
 * @param randomLabels the estimator and the sampling are told groups drawn by share, not the true
 *     ones
 */
record BanditSetting(
        String name,
        double minorityScale,
        double offset,
        double spread,
        boolean binary,
        boolean randomLabels) {

    /** Settings of the table at a fixed rate. */
    static List<BanditSetting> fixed() {
        return List.of(
                plain("equal"),
                scaled("min x.2", .2),
                new BanditSetting("offsets .5", 1, .5, 0, false, false),
                new BanditSetting("offsets + min x.2", .2, .5, 0, false, false),
                new BanditSetting("random labels, min x.2", .2, 0, 0, false, true),
                new BanditSetting("random labels", 1, 0, 0, false, true),
                new BanditSetting("prompt scale spread", 1, 0, 1, false, false),
                new BanditSetting("binary", 1, 0, 0, true, false));
    }

    /** Settings of the table with tuned rates. */
    static List<BanditSetting> tuned() {
        return List.of(
                plain("equal"),
                scaled("min x.2", .2),
                new BanditSetting("offsets .5", 1, .5, 0, false, false),
                new BanditSetting("offsets + min x.2", .2, .5, 0, false, false),
                new BanditSetting("random labels", 1, 0, 0, false, true),
                new BanditSetting("random + min x.2", .2, 0, 0, false, true),
                new BanditSetting("random + offsets + min x.2", .2, .5, 0, false, true));
    }

    private static BanditSetting plain(String name) {
        return scaled(name, 1);
    }

    private static BanditSetting scaled(String name, double minorityScale) {
        return new BanditSetting(name, minorityScale, 0, 0, false, false);
    }
}
