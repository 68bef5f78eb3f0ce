package org.kindred.reward.prototype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.cluster.KMeansClusterer;
import org.kindred.reward.prototype.Refinement.Choice;

final class ScenarioSpaceTest {
    private static final double[][] POINTS = {{1, 0}, {.8, .6}, {0, 1}, {-.6, .8}};
    private static final ScenarioSpace.Options PLAIN =
            new ScenarioSpace.Options(2, 3, 10, RefinementOptions.off());

    @TempDir private Path folder;

    private static ScenarioSample sample(String user, int number, double[] taste) {
        return new ScenarioSample(
                user, "s" + number, taste, new Choice(taste, new double[taste.length]), List.of());
    }

    private static List<ScenarioSample> points(String... users) {
        List<ScenarioSample> samples = new ArrayList<>();
        for (int i = 0; i < POINTS.length; i++) {
            samples.add(sample(users[i], i, POINTS[i]));
        }
        return samples;
    }

    @Test
    void fit_fourPoints_givesThePublishedCells() {
        // design page, section 6, "Cells"
        double[][] centroids =
                KMeansClusterer.defaults().cluster(POINTS, 2, SeedTree.root(1)).centroids();
        assertThat(Arrays.stream(centroids).map(ScenarioSpace::normalised))
                .anySatisfy(
                        c ->
                                assertThat(c)
                                        .containsExactly(
                                                new double[] {.948683, .316228}, within(1e-6)))
                .anySatisfy(
                        c ->
                                assertThat(c)
                                        .containsExactly(
                                                new double[] {-.316228, .948683}, within(1e-6)));
        ScenarioSpace space =
                ScenarioSpace.fit(points("a", "b", "c", "d"), PLAIN, SeedTree.root(1));
        assertThat(space.cellOf(POINTS[0])).isEqualTo(space.cellOf(POINTS[1]));
        assertThat(space.cellOf(POINTS[2])).isEqualTo(space.cellOf(POINTS[3]));
    }

    @Test
    void neighbours_query_ordersItsCellAndLeavesTheUserOut() {
        double[] query = {.6, .8};
        ScenarioSpace space =
                ScenarioSpace.fit(points("a", "b", "c", "d"), PLAIN, SeedTree.root(1));
        // cosines of the query: .6 .96 .8 .28; in its cell point 2 comes before point 1
        assertThat(space.neighbours(query, "x", 2, true).userIds()).containsExactly("b", "a");
        assertThat(space.neighbours(query, "x", 2, false).userIds()).containsExactly("b", "c");
        assertThat(space.neighbours(query, "b", 1, true).userIds()).containsExactly("a");
        assertThat(space.neighbours(POINTS[0], "b", 1, true).userIds()).containsExactly("a");
        assertThat(space.neighbours(POINTS[0], "b", 2, true).cellShort()).isTrue();
    }

    @Test
    void neighbours_userWithSeveralRows_takesOnePlace() {
        ScenarioSpace space =
                ScenarioSpace.fit(points("a", "a", "c", "c"), PLAIN, SeedTree.root(1));
        assertThat(space.neighbours(POINTS[0], "x", 3, true).userIds()).containsExactly("a", "c");
        assertThat(space.neighbours(POINTS[0], "x", 3, true).cellShort()).isTrue();
    }

    @Test
    void fit_refinement_isBitwiseReproducible() {
        ScenarioSpace.Options options =
                new ScenarioSpace.Options(3, 3, 5, RefinementOptions.defaults().withEpochs(2));
        ScenarioSpace once = ScenarioSpace.fit(random(60, 8), options, SeedTree.root(5));
        ScenarioSpace again = ScenarioSpace.fit(random(60, 8), options, SeedTree.root(5));
        once.save(folder.resolve("once.json"));
        again.save(folder.resolve("again.json"));
        assertThat(folder.resolve("once.json"))
                .hasSameBinaryContentAs(folder.resolve("again.json"));
        ScenarioSpace.load(folder.resolve("once.json")).save(folder.resolve("third.json"));
        assertThat(folder.resolve("third.json"))
                .hasSameBinaryContentAs(folder.resolve("once.json"));
    }

    @Test
    void fit_refinement_movesPrototypes() {
        ScenarioSpace.Options options =
                new ScenarioSpace.Options(3, 3, 5, RefinementOptions.defaults().withEpochs(3));
        ScenarioSpace.fit(random(60, 8), options, SeedTree.root(5))
                .save(folder.resolve("refined.json"));
        ScenarioSpace.fit(random(60, 8), options.with(RefinementOptions.off()), SeedTree.root(5))
                .save(folder.resolve("plain.json"));
        assertThat(folder.resolve("refined.json").toFile().length()).isPositive();
        assertThat(
                        org.assertj.core.util.Files.contentOf(
                                folder.resolve("refined.json").toFile(),
                                java.nio.charset.StandardCharsets.UTF_8))
                .isNotEqualTo(
                        org.assertj.core.util.Files.contentOf(
                                folder.resolve("plain.json").toFile(),
                                java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void scenarios_groups_areTheCellOfMostSamples() {
        ScenarioSpace space =
                ScenarioSpace.fit(points("a", "a", "a", "d"), PLAIN, SeedTree.root(1));
        PreferenceGroups groups = PreferenceGroups.scenarios(space, PreferenceGroups.Level.USER);
        assertThat(groups.groupOf("a", "any")).isEqualTo("cell-" + space.cellOf(POINTS[0]));
        assertThat(groups.groupOf("d", "any")).isEqualTo("cell-" + space.cellOf(POINTS[3]));
    }

    private static List<ScenarioSample> random(int n, int d) {
        SplittableRandom random = SeedTree.root(3).random();
        List<ScenarioSample> samples = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            double[] taste = ScenarioSpace.normalised(random.doubles(d, -1, 1).toArray());
            Choice choice =
                    new Choice(
                            random.doubles(d, -1, 1).toArray(), random.doubles(d, -1, 1).toArray());
            samples.add(
                    new ScenarioSample(
                            "u" + i % 20, "s" + i, taste, choice, List.of(choice, choice)));
        }
        return samples;
    }
}
