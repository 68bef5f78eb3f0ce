package org.kindred.datasets.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.SplitCell;

/** Writes the tables of the module's page to {@code target/simulated-WORLD.csv}. */
@Tag("slow")
final class WorldTableTest {

    @ParameterizedTest
    @EnumSource(World.class)
    void yardsticks_ofFiveWorlds_goToATable(World preset) {
        StringBuilder table = new StringBuilder("seed,rows,oracle,one_order,own_fit\n");
        for (int seed = 1; seed <= 5; seed++) {
            SimulatedPopulation world =
                    SimulatedPopulation.generate(SimulationOptions.of(preset), SeedTree.root(seed));
            for (Map.Entry<String, Predicate<Preference>> part : parts(world).entrySet()) {
                Yardsticks yardsticks = Yardsticks.of(world, part.getValue());
                table.append(
                        String.format(
                                Locale.ROOT,
                                "%d,%s,%.3f,%.3f,%.3f%n",
                                seed,
                                part.getKey(),
                                yardsticks.oracle(),
                                yardsticks.oneOrder(),
                                yardsticks.ownFit()));
            }
        }
        Path file =
                Path.of("target", "simulated-" + preset.name().toLowerCase(Locale.ROOT) + ".csv");
        AtomicFiles.writeText(file, table.toString());
        assertThat(file).isNotEmptyFile();
    }

    private static Map<String, Predicate<Preference>> parts(SimulatedPopulation world) {
        Map<String, Predicate<Preference>> parts = new LinkedHashMap<>();
        parts.put("all", row -> true);
        for (SplitCell cell : SplitCell.values()) {
            parts.put(
                    cell.name().toLowerCase(Locale.ROOT),
                    row -> SplitCell.of(row).filter(cell::equals).isPresent());
        }
        parts.put(
                "out_of_distribution",
                row -> Objects.equals(row.split(), SplitCell.OUT_OF_DISTRIBUTION));
        for (String group : world.truth().groups().keySet()) {
            parts.put(group, row -> world.truth().groupOf(row.userId()).equals(group));
        }
        return parts;
    }
}
