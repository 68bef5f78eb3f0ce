package org.kindred.eval.stats;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.kindred.datasets.SeedTree;

/**
 * A paired comparison of two methods on the same users, with all that a reader needs to weigh it.
 *
 * @param difference first minus second, micro mean; BCa interval over users
 * @param p two-sided, paired permutation test over users
 * @param holm p adjusted over the family of contrasts that were made together
 * @param effect size, and what could have been found
 */
public record Contrast(Interval difference, double p, double holm, Effect effect) {

    /** Adjusted p below this, and the difference counts as found. */
    public static final double LEVEL = 0.05;

    public static final String BETTER = "better";
    public static final String WORSE = "worse";
    public static final String UNCLEAR = "not distinguishable";

    /** Makes contrasts with one number of resamples. */
    public static final class Maker {
        private final Bootstrap bootstrap;
        private final PermutationTest test;

        /**
         * @param draws resamples of users, and sign patterns
         */
        public Maker(int draws, SeedTree seeds) {
            bootstrap = new Bootstrap(draws, seeds.child("bootstrap"));
            test = new PermutationTest(draws, seeds.child("permutation"));
        }

        /** One contrast that stands alone. */
        public Contrast of(Collection<Bootstrap.Cluster> users) {
            return family(List.of(users)).get(0);
        }

        /**
         * Contrasts that are read together, for example one a group.
         *
         * @param differences for each contrast the summed differences of each user
         */
        public List<Contrast> family(List<? extends Collection<Bootstrap.Cluster>> differences) {
            double[] p = differences.stream().mapToDouble(test::p).toArray();
            double[] adjusted = Holm.adjust(p);
            List<Contrast> contrasts = new ArrayList<>();
            for (int i = 0; i < p.length; i++) {
                contrasts.add(
                        new Contrast(
                                bootstrap.mean(differences.get(i)),
                                p[i],
                                adjusted[i],
                                Effect.of(differences.get(i))));
            }
            return contrasts;
        }
    }

    /** {@code better}, {@code worse} or {@code not distinguishable}, by the adjusted p. */
    public String verdict() {
        return !(holm < LEVEL) ? UNCLEAR : difference.mean() > 0 ? BETTER : WORSE;
    }

    /**
     * The contrast as a sentence.
     *
     * @param first name of the method that is compared
     * @param second what it is compared with
     * @param quantity in words, for example {@code true utility}
     * @param where group or cell in words, empty for all users
     */
    public String sentence(String first, String second, String quantity, String where) {
        String on = where.isEmpty() ? "" : "On " + where + ", ";
        if (difference.clusters() < 2 || Double.isNaN(holm)) {
            return on
                    + first
                    + " and "
                    + second
                    + " cannot be compared in "
                    + quantity
                    + ": "
                    + difference.clusters()
                    + " user(s).";
        }
        String numbers =
                String.format(
                        Locale.ROOT,
                        "difference %+.3f, 95 %% interval %+.3f to %+.3f, adjusted p = %s, %d users",
                        difference.mean(),
                        difference.low(),
                        difference.high(),
                        holm < 0.001 ? String.format(Locale.ROOT, "%.1g", holm) : round(holm),
                        difference.clusters());
        if (difference.mean() == 0 && difference.low() == 0 && difference.high() == 0) {
            return String.format(
                    Locale.ROOT,
                    "%s%s and %s are equal in %s for each of %d users: nothing can be told from it.",
                    on,
                    first,
                    second,
                    quantity,
                    difference.clusters());
        }
        if (verdict().equals(UNCLEAR)) {
            return String.format(
                    Locale.ROOT,
                    "%s%s and %s are not distinguishable in %s (%s; a difference of %.3f would have been found in four of five such studies).",
                    on,
                    first,
                    second,
                    quantity,
                    numbers,
                    effect.detectable());
        }
        return String.format(
                Locale.ROOT,
                "%s%s is %s than %s in %s (%s, d = %.2f).",
                on,
                first,
                verdict(),
                second,
                quantity,
                numbers,
                effect.d());
    }

    private static String round(double p) {
        return String.format(Locale.ROOT, "%.3f", p);
    }
}
