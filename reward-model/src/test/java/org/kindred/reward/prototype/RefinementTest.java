package org.kindred.reward.prototype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.prototype.Refinement.Choice;
import org.kindred.reward.prototype.Refinement.Result;
import org.kindred.reward.prototype.RefinementOptions.Attention;

/** Numbers from the P-GenRM design page, section 6, "Refinement forward" (d = 2). */
final class RefinementTest {
    private static final double[] PROTOTYPE = {.6, .8};
    private static final double[] CENTRE = {.5, .7};
    private static final double[] PREVIOUS = {.6, .6};
    private static final Choice TARGET = new Choice(new double[] {1, 0}, new double[] {-1, 1});
    private static final List<Choice> HISTORY =
            List.of(
                    new Choice(new double[] {1, 0}, new double[] {-1, 1}),
                    new Choice(new double[] {0, 1}, new double[] {1, -1}));

    /** W = [[.5 0 .5 0], [0 .5 0 .5]], b = 0, W_q = W_s = I. */
    private static double[] parameters() {
        return new double[] {.5, 0, .5, 0, 0, .5, 0, .5, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1};
    }

    private static Result run(Attention attention, List<Choice> history) {
        Refinement refinement =
                new Refinement(RefinementOptions.defaults().withAttention(attention), 2);
        return refinement.sample(
                parameters(), PROTOTYPE, CENTRE, PREVIOUS, TARGET, history, null, new double[2]);
    }

    @Test
    void sample_paperAttention_givesThePublishedNumbers() {
        Result result = run(Attention.PAPER, HISTORY);
        assertThat(result.attention())
                .containsExactly(new double[] {.427003, .572997}, within(1e-6));
        assertThat(result.refined())
                .containsExactly(new double[] {1.864792, .997325}, within(1e-6));
        assertThat(result.margin()).isEqualTo(-.867466, within(1e-6));
        assertThat(result.pair()).isEqualTo(1.218133, within(1e-6));
        assertThat(result.loss()).isEqualTo(1.218193, within(1e-6));
    }

    @Test
    void sample_codeAttention_givesThePublishedNumbers() {
        Result result = run(Attention.CODE, HISTORY);
        assertThat(result.attention())
                .containsExactly(new double[] {.475512, .524488}, within(1e-6));
        assertThat(result.refined())
                .containsExactly(new double[] {1.842375, 1.019742}, within(1e-6));
        assertThat(result.margin()).isEqualTo(-.822633, within(1e-6));
        assertThat(result.pair()).isEqualTo(1.186771, within(1e-6));
    }

    @Test
    void sample_noHistory_attendsToNothing() {
        Result result = run(Attention.PAPER, List.of());
        assertThat(result.refined()).containsExactly(new double[] {1.6, .8}, within(1e-12));
        assertThat(result.pair()).isEqualTo(1.171101, within(1e-6));
        assertThat(result.loss()).isEqualTo(1.171161, within(1e-6));
    }

    @Test
    void sample_prototypeGradient_isThePublishedOne() {
        double[] gradient = new double[2];
        new Refinement(RefinementOptions.defaults(), 2)
                .sample(
                        parameters(),
                        PROTOTYPE,
                        CENTRE,
                        PREVIOUS,
                        TARGET,
                        HISTORY,
                        new double[18],
                        gradient);
        assertThat(gradient).containsExactly(new double[] {.730437, -.729637}, within(1e-6));
    }

    @Test
    void sample_gradient_agreesWithCentralDifferences() {
        int d = 5;
        for (Attention attention : Attention.values()) {
            Refinement refinement =
                    new Refinement(RefinementOptions.defaults().withAttention(attention), d);
            SplittableRandom random = SeedTree.root(20261121).random();
            double[] parameters = refinement.initial(SeedTree.root(2));
            double[] prototype = vector(random, d);
            double[] centre = vector(random, d);
            double[] previous = vector(random, d);
            Choice target = new Choice(vector(random, d), vector(random, d));
            List<Choice> history = new ArrayList<>();
            for (int tau = 0; tau < 3; tau++) {
                history.add(new Choice(vector(random, d), vector(random, d)));
            }
            double[] gradient = new double[refinement.size()];
            double[] prototypeGradient = new double[d];
            refinement.sample(
                    parameters,
                    prototype,
                    centre,
                    previous,
                    target,
                    history,
                    gradient,
                    prototypeGradient);
            for (int i = 0; i < parameters.length + d; i++) {
                double[] moved = i < parameters.length ? parameters : prototype;
                int at = i < parameters.length ? i : i - parameters.length;
                double value = moved[at];
                moved[at] = value + 1e-5;
                double up =
                        loss(refinement, parameters, prototype, centre, previous, target, history);
                moved[at] = value - 1e-5;
                double down =
                        loss(refinement, parameters, prototype, centre, previous, target, history);
                moved[at] = value;
                double exact = i < parameters.length ? gradient[at] : prototypeGradient[at];
                assertThat(exact).isEqualTo((up - down) / 2e-5, within(1e-6));
            }
        }
    }

    private static double loss(
            Refinement refinement,
            double[] parameters,
            double[] prototype,
            double[] centre,
            double[] previous,
            Choice target,
            List<Choice> history) {
        return refinement
                .sample(parameters, prototype, centre, previous, target, history, null, prototype)
                .loss();
    }

    private static double[] vector(SplittableRandom random, int d) {
        return random.doubles(d, -1, 1).toArray();
    }
}
