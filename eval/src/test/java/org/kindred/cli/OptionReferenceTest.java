package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.datasets.simulation.World;
import org.kindred.datasets.source.ImportOptions;
import org.kindred.datasets.split.SplitOptions;
import org.kindred.eval.benchmark.BenchmarkOptions;
import org.kindred.eval.benchmark.CompareOptions;
import org.kindred.eval.protocol.ScoreOptions;
import org.kindred.eval.winrate.WinRateOptions;
import org.kindred.options.OptionMeanings;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.ExportOptions;
import org.kindred.pipeline.RankingOptions;
import org.kindred.pipeline.RecipeOptions;
import org.kindred.pipeline.RewardScoringOptions;
import org.kindred.pipeline.SimulateOptions;
import org.kindred.policy.bench.BenchOptions;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.reward.training.RewardTrainingOptions;
import org.kindred.serve.ServeOptions;

/**
 * The page {@code eval/docs/config.md} is made from the option records. After a change: {@code mvn
 * -pl eval -am test -Dtest=OptionReferenceTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dkindred.update=true}.
 */
final class OptionReferenceTest {
    private static final Path ROOT = Path.of("..");
    private static final Path PAGE = ROOT.resolve("eval/docs/config.md");

    /** Commands that take the keys of {@code kindred run} which belong to their stages. */
    static final List<String> OF_THE_RECIPE =
            List.of("reward derive", "reward prototypes", "policy sft", "policy train");

    static Map<String, Record> commands() {
        Map<String, Record> commands = new LinkedHashMap<>();
        commands.put("run", RecipeOptions.defaults());
        commands.put("data simulate", SimulateOptions.defaults());
        commands.put("data import", ImportOptions.defaults());
        commands.put("data split", SplitOptions.defaults());
        commands.put("data export", ExportOptions.defaults());
        commands.put("reward score", RewardScoringOptions.defaults());
        commands.put("reward compare", CompareOptions.defaults());
        commands.put("reward train", RewardTrainingOptions.defaults());
        commands.put("policy generate", GenerateOptions.of(SamplingOptions.defaults()));
        commands.put("policy bench", BenchOptions.defaults());
        commands.put("eval benchmark", BenchmarkOptions.defaults());
        commands.put("eval win-rate", WinRateOptions.defaults());
        commands.put("eval rank", RankingOptions.defaults());
        commands.put("eval scores", ScoreOptions.defaults());
        commands.put("serve", ServeOptions.defaults());
        return commands;
    }

    @Test
    void page_listsEveryOptionOnce() throws IOException {
        same(PAGE, new ReferencePage(commands()).text());
    }

    private static void same(Path file, String text) throws IOException {
        if (Boolean.getBoolean("kindred.update")) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("%s is stale; write it again as the comment of this test says", file)
                .isEqualTo(text);
    }

    @Test
    void everyOption_hasAMeaning() {
        commands()
                .forEach(
                        (command, defaults) ->
                                assertThat(OptionMeanings.of(defaults.getClass()))
                                        .as(command)
                                        .allSatisfy(
                                                (key, words) ->
                                                        assertThat(words.text())
                                                                .as(key)
                                                                .isNotBlank()));
    }

    @Test
    void essentialOptions_areFew() {
        commands()
                .forEach(
                        (command, defaults) ->
                                assertThat(
                                                OptionMeanings.of(defaults.getClass())
                                                        .values()
                                                        .stream()
                                                        .filter(OptionMeanings.Words::essential)
                                                        .count())
                                        .as(command)
                                        .isBetween(2L, 20L));
    }

    @Test
    void presetsOfWorlds_areThoseOfTheLibrary() {
        for (World world : List.of(World.SEVEN_PERSONAS, World.USE_CASES)) {
            String name = world.name().toLowerCase(Locale.ROOT).replace('_', '-');
            assertThat(
                            OptionTree.resolve(
                                            SimulateOptions.defaults(),
                                            List.of(Preset.of(name, "data simulate").layer()))
                                    .options()
                                    .simulation())
                    .isEqualTo(SimulationOptions.of(world));
        }
    }

    @Test
    void presets_areValidForTheirCommands() {
        for (Preset preset : Preset.all()) {
            Record defaults = commands().getOrDefault(preset.command(), RecipeOptions.defaults());
            assertThat(OptionTree.resolve(defaults, List.of(preset.layer())).origins().values())
                    .as(preset.name())
                    .contains("preset " + preset.name());
            assertThat(Preset.of(preset.name(), preset.command())).isEqualTo(preset);
        }
    }
}
