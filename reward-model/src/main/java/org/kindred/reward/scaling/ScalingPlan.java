package org.kindred.reward.scaling;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kindred.options.Meaning;

/** How many opinions are asked and how they are put together (P-GenRM, arXiv 2602.12116, Eq. 9). */
public record ScalingPlan(
        @Meaning(value = "own samples, m", essential = true) int individual,
        @Meaning(value = "neighbours, n; one sample each", essential = true) int prototype,
        @Meaning(
                        "what the one sample of a neighbour is for the embedded judge: expected, their expected"
                                + " rubric, or drawn, a draw from the belief about them as one's own samples are."
                                + " A language model's sample is a draw at the temperature either way")
                NeighbourSamples neighbourSamples,
        @Meaning("share of the own side where both sides speak, 0 to 1; 0.5 ranks as Eq. " + "9")
                double ownWeight,
        @Meaning("how samples of a side become a score") Aggregate aggregate,
        @Meaning(
                        "of samples, 0 to 5; null as in the authors' code: 0.9 for one sample, 1.0 for several")
                @Nullable Double temperature,
        @Meaning(
                        "for pairs: stop asking when the preferred response is decided, that is "
                                + "when the mean margin is this many standard errors from 0; 0 asks for "
                                + "all samples. 2 keeps nearly all verdicts")
                double stopAt,
        @Meaning("own samples between two looks, where stopAt is above 0") int block) {

    /** What the one sample of a neighbour is, where a judge can tell its expectation. */
    public enum NeighbourSamples {
        /** The neighbour's expected rubric: as good as infinitely many draws. */
        EXPECTED,
        /**
         * A draw, seeded by neighbour, prompt and number: what n neighbours say is then comparable
         * with what n own samples say.
         */
        DRAWN
    }

    /** How samples become a score. */
    public enum Aggregate {
        /** Eq. 9 up to a factor: weighted sum of the mean of each side. */
        TWO_MEANS,
        /** One mean over all samples of both sides. */
        POOLED,
        /** Weighted sum of the median of each side: one wild sample changes little. */
        MEDIAN,
        /**
         * As TWO_MEANS with the sides weighted by the certainty of their margins, {@code v_n / (v_o
         * + v_n)} for squared standard errors v; a side of one sample borrows the other's variance.
         */
        SHRUNK,
        /** Mean sign of the margin to the other responses, on the scale 1 to 10. */
        MARGIN_VOTE
    }

    private static final double SINGLE_TEMPERATURE = 0.9;
    private static final double SCALING_TEMPERATURE = 1.0;
    private static final int BLOCK = 4;
    private static final Pattern NAME =
            Pattern.compile(
                    "BASE|IND_([1-9][0-9]{0,3})|PRO_([1-9][0-9]{0,3})|IND_([1-9][0-9]{0,3})_PRO_([1-9][0-9]{0,3})");

    public ScalingPlan {
        if (individual < 0 || prototype < 0 || individual + prototype == 0) {
            throw new IllegalArgumentException(
                    "individual = "
                            + individual
                            + ", prototype = "
                            + prototype
                            + ": neither may be negative and one must be 1 or more");
        }
        if (!(ownWeight >= 0 && ownWeight <= 1)) {
            throw new IllegalArgumentException(
                    "ownWeight = " + ownWeight + ": must be 0 to 1, for example 0.5");
        }
        if (temperature != null && !(temperature >= 0 && temperature <= 5)) {
            throw new IllegalArgumentException(
                    "temperature = "
                            + temperature
                            + ": must be 0 to 5, for example 1.0, or null for the published one");
        }
        if (!(stopAt >= 0 && stopAt <= 100)) {
            throw new IllegalArgumentException(
                    "stopAt = " + stopAt + ": must be 0 (never) to 100, for example 2");
        }
        if (block < 2) {
            throw new IllegalArgumentException("block = " + block + ": must be 2 or more");
        }
    }

    /** One own sample. */
    public static ScalingPlan base() {
        return of(1, 0);
    }

    /** Eq. 9 with m own samples and n neighbours. */
    public static ScalingPlan of(int individual, int prototype) {
        return new ScalingPlan(
                individual,
                prototype,
                NeighbourSamples.EXPECTED,
                0.5,
                Aggregate.TWO_MEANS,
                null,
                0,
                BLOCK);
    }

    /** The temperature at which samples are drawn. */
    public double samplingTemperature() {
        if (temperature != null) {
            return temperature;
        }
        return individual + prototype == 1 ? SINGLE_TEMPERATURE : SCALING_TEMPERATURE;
    }

    public ScalingPlan withNeighbourSamples(NeighbourSamples value) {
        return with(value, ownWeight, aggregate, stopAt);
    }

    public ScalingPlan withOwnWeight(double value) {
        return with(neighbourSamples, value, aggregate, stopAt);
    }

    public ScalingPlan withAggregate(Aggregate value) {
        return with(neighbourSamples, ownWeight, value, stopAt);
    }

    /** The same that stops as soon as the preferred response is decided. */
    public ScalingPlan adaptive(double standardErrors) {
        return with(neighbourSamples, ownWeight, aggregate, standardErrors);
    }

    private ScalingPlan with(
            NeighbourSamples samples, double ownWeight, Aggregate aggregate, double stopAt) {
        return new ScalingPlan(
                individual, prototype, samples, ownWeight, aggregate, temperature, stopAt, block);
    }

    /** Whether neighbours are asked, and for draws. */
    public boolean drawsNeighbours() {
        return prototype > 0 && neighbourSamples == NeighbourSamples.DRAWN;
    }

    /**
     * A preset by name: {@code BASE}, {@code IND_m}, {@code PRO_n}, {@code IND_m_PRO_n}.
     *
     * @throws IllegalArgumentException for another name
     */
    public static ScalingPlan parse(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "scaling = " + name + ": must be BASE, IND_m, PRO_n or IND_m_PRO_n");
        }
        if (name.equals("BASE")) {
            return base();
        }
        return of(
                number(matcher.group(1)) + number(matcher.group(3)),
                number(matcher.group(2)) + number(matcher.group(4)));
    }

    /**
     * Name of the plan: the preset's, with {@code DRAWN} where neighbours' samples are draws and
     * {@code ADAPTIVE} where it stops early.
     */
    @Override
    public String toString() {
        String own = individual == 0 ? "" : "IND_" + individual;
        String theirs = prototype == 0 ? "" : "PRO_" + prototype;
        String name = own.isEmpty() || theirs.isEmpty() ? own + theirs : own + "_" + theirs;
        return (name.equals("IND_1") ? "BASE" : name)
                + (drawsNeighbours() ? "_DRAWN" : "")
                + (stopAt > 0 ? "_ADAPTIVE" : "");
    }

    private static int number(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }
}
