package org.kindred.eval.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.datasets.simulation.World;
import org.kindred.eval.stats.RandIndex;
import org.kindred.reward.BgeEmbedder;
import org.kindred.reward.cluster.KMeansClusterer;

/**
 * The groups of a simulated world must not be had for nothing: k-means on the mean embedding of the
 * answers that each user chose, with the true number of groups, finds them with an adjusted Rand
 * index below 0.3.
 */
final class EmbeddedGroupsTest {
    private static BgeEmbedder embedder;

    @BeforeAll
    static void open() {
        embedder = new BgeEmbedder(BgeEmbedder.Options.defaults());
    }

    @AfterAll
    static void close() {
        embedder.close();
    }

    /** Half the texts of the default world, so that embedding them takes seconds. */
    @Test
    void meanEmbedding_ofASmallerWorld_doesNotTellTheGroups() {
        SimulationOptions defaults = SimulationOptions.defaults();
        SimulatedPopulation world =
                SimulatedPopulation.generate(
                        new SimulationOptions(
                                defaults.world(),
                                defaults.people(),
                                new SimulationOptions.Texts(8, 0, 3, 0, 8, 0.1),
                                new SimulationOptions.Pairs(24, 0, 0, 0),
                                defaults.ratings()),
                        SeedTree.root(1));

        assertThat(agreement(world, row -> List.of(row.chosenText()))).isLessThan(0.3);
    }

    /** Five seeds, to {@code target/embedded-groups-WORLD.csv}. */
    @ParameterizedTest
    @EnumSource(World.class)
    @Tag("slow")
    void meanEmbedding_ofEveryWorld_doesNotTellTheGroups(World preset) {
        StringBuilder table = new StringBuilder("seed,chosen,chosen_minus_rejected\n");
        List<Double> all = new ArrayList<>();
        for (int seed = 1; seed <= 5; seed++) {
            SimulatedPopulation world =
                    SimulatedPopulation.generate(SimulationOptions.of(preset), SeedTree.root(seed));
            double chosen = agreement(world, row -> List.of(row.chosenText()));
            double both = agreement(world, row -> List.of(row.chosenText(), row.rejectedText()));
            all.add(chosen);
            table.append(String.format(Locale.ROOT, "%d,%.3f,%.3f%n", seed, chosen, both));
        }
        AtomicFiles.writeText(
                Path.of(
                        "target",
                        "embedded-groups-" + preset.name().toLowerCase(Locale.ROOT) + ".csv"),
                table.toString());
        assertThat(all).hasSize(5).allMatch(index -> index < 0.3);
    }

    /**
     * @param texts of a row: the first counts for the user, a second against
     */
    private static double agreement(
            SimulatedPopulation world, Function<Preference, List<String>> texts) {
        List<Preference> shown =
                world.dataset().preferences().stream()
                        .filter(row -> "fit".equals(row.part()))
                        .toList();
        // all at once, so that they are embedded in parallel and met in memory below
        embedder.embed(
                shown.stream().flatMap(row -> texts.apply(row).stream()).distinct().toList());
        List<double[]> means = new ArrayList<>();
        List<String> groups = new ArrayList<>();
        shown.stream()
                .collect(
                        Collectors.groupingBy(
                                Preference::userId, TreeMap::new, Collectors.toList()))
                .forEach(
                        (user, rows) -> {
                            groups.add(world.truth().groupOf(user));
                            means.add(mean(rows, texts));
                        });
        int[] cells =
                KMeansClusterer.defaults()
                        .cluster(
                                means.toArray(new double[0][]),
                                world.truth().groups().size(),
                                SeedTree.root(1))
                        .labels();
        return RandIndex.adjusted(Arrays.stream(cells).boxed().toList(), groups);
    }

    private static double[] mean(List<Preference> rows, Function<Preference, List<String>> texts) {
        double[] mean = new double[384];
        for (Preference row : rows) {
            List<float[]> vectors = embedder.embed(texts.apply(row));
            for (int v = 0; v < vectors.size(); v++) {
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += (v == 0 ? 1.0 : -1.0) * vectors.get(v)[i] / rows.size();
                }
            }
        }
        return mean;
    }
}
