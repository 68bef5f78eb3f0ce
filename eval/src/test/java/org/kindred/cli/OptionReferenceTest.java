package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
import org.kindred.pipeline.FineTuningOptions;
import org.kindred.pipeline.PipelineOptions;
import org.kindred.pipeline.PolicyTrainingOptions;
import org.kindred.pipeline.RankingOptions;
import org.kindred.pipeline.SimulateOptions;
import org.kindred.pipeline.study.StudyOptions;
import org.kindred.policy.bandit.BanditOptions;
import org.kindred.policy.bench.BenchOptions;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.training.RewardTrainingOptions;

/**
 * The words of {@code --print-config} and of {@code eval/docs/config.md} are those of the option
 * records' Javadoc. After a change: {@code mvn -pl eval -am test -Dtest=OptionReferenceTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dkindred.update=true}, twice, since the page is made
 * from the words that the first run wrote.
 */
final class OptionReferenceTest {
    private static final Path ROOT = Path.of("..");
    private static final Path WORDS =
            Path.of(
                    "../datasets/src/main/resources/org/kindred/options/option-meanings.properties");
    private static final Path PAGE = ROOT.resolve("eval/docs/config.md");
    private static final Pattern RECORD =
            Pattern.compile(
                    "(?s)/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+(?:\\([^)]*\\))?\\s*)*(?:public )?(?:static )?record (\\w+)\\(");
    private static final Pattern PARAMETER =
            Pattern.compile("(?s)@param\\s+(\\w+)\\s+((?:(?!@param|@return|@throws|\\R\\R).)+)");

    private static Map<String, Record> commands() {
        Map<String, Record> commands = new LinkedHashMap<>();
        commands.put("run", PipelineOptions.defaults());
        commands.put("data simulate", SimulateOptions.defaults());
        commands.put("data import", ImportOptions.defaults());
        commands.put("data split", SplitOptions.defaults());
        commands.put("reward derive | prototypes | score", RewardOptions.defaults());
        commands.put("reward compare", CompareOptions.defaults());
        commands.put("reward train", RewardTrainingOptions.defaults());
        commands.put("policy sft", FineTuningOptions.defaults());
        commands.put("policy train", PolicyTrainingOptions.defaults());
        commands.put("policy bandit", BanditOptions.defaults());
        commands.put("policy study", StudyOptions.defaults());
        commands.put("policy bench", BenchOptions.defaults());
        commands.put("eval benchmark", BenchmarkOptions.defaults());
        commands.put("eval win-rate", WinRateOptions.defaults());
        commands.put("eval rank", RankingOptions.defaults());
        commands.put("eval scores", ScoreOptions.defaults());
        return commands;
    }

    @Test
    void words_areThoseOfTheJavadoc() throws IOException {
        Map<String, String> words = new TreeMap<>();
        Set<String> used = new TreeSet<>();
        commands().values().forEach(defaults -> records(defaults.getClass(), used));
        for (String module : List.of("datasets", "reward-model", "policy-trainer", "eval")) {
            try (Stream<Path> sources = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                for (Path source :
                        sources.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                    collect(source, used, words);
                }
            }
        }
        StringBuilder text =
                new StringBuilder("# Written by OptionReferenceTest from the Javadoc.\n");
        words.forEach((key, value) -> text.append(key).append(" = ").append(value).append('\n'));
        same(WORDS, text.toString());
    }

    private static void records(Class<?> type, Set<String> into) {
        into.add(type.getCanonicalName().replaceFirst("^org\\.kindred\\.", ""));
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getType().isRecord()) {
                records(component.getType(), into);
            }
        }
    }

    /** Parameters of the records of a file, nested ones under their outer class. */
    private static void collect(Path source, Set<String> used, Map<String, String> words)
            throws IOException {
        String code = Files.readString(source);
        Matcher inPackage = Pattern.compile("package org\\.kindred\\.([\\w.]+);").matcher(code);
        String file = String.valueOf(source.getFileName()).replace(".java", "");
        Matcher record = RECORD.matcher(code);
        while (inPackage.find(0) && record.find()) {
            String name = record.group(2).equals(file) ? file : file + "." + record.group(2);
            if (!used.contains(inPackage.group(1) + "." + name)) {
                continue;
            }
            String javadoc = record.group(1).replaceAll("(?m)^\\s*\\*", "").replaceAll("\\s+", " ");
            Matcher parameter = PARAMETER.matcher(javadoc);
            while (parameter.find()) {
                words.put(
                        inPackage.group(1) + "." + name + "." + parameter.group(1),
                        plain(parameter.group(2)));
            }
        }
    }

    private static String plain(String javadoc) {
        return javadoc.replaceAll("\\{@(?:code|link|value) #?([^}]*)}", "$1")
                .replace("\\", "\\\\")
                .strip();
    }

    @Test
    void page_listsEveryOption() throws IOException {
        StringBuilder page =
                new StringBuilder(
                        "# Options\n\nWritten from the option records by `OptionReferenceTest`; `--print-config` shows the same with the values in force.\n"
                                + "Options come from, weakest first: defaults, `--preset NAME`, `--config FILE` (YAML), `--set KEY=VALUE`.\n");
        commands()
                .forEach(
                        (command, defaults) -> {
                            page.append("\n## kindred ").append(command).append("\n\n");
                            page.append("| key | default | meaning |\n|---|---|---|\n");
                            Map<String, String> meanings = OptionMeanings.of(defaults.getClass());
                            OptionTree.values(defaults)
                                    .forEach(
                                            (key, value) ->
                                                    page.append("| `")
                                                            .append(key)
                                                            .append("` | `")
                                                            .append(
                                                                    key.equals("threads")
                                                                            ? "(processors)"
                                                                            : value)
                                                            .append("` | ")
                                                            .append(
                                                                    meanings.getOrDefault(key, "")
                                                                            .replace("|", "\\|"))
                                                            .append(" |\n"));
                        });
        same(PAGE, page.toString());
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
    void mostOptions_haveAMeaning() {
        long known = 0;
        long all = 0;
        for (Record defaults : commands().values()) {
            for (String meaning : OptionMeanings.of(defaults.getClass()).values()) {
                all++;
                known += meaning.isEmpty() ? 0 : 1;
            }
        }
        assertThat(known / (double) all).isGreaterThan(0.8);
    }

    @Test
    void presetsOfWorlds_areThoseOfTheLibrary() {
        for (World world : List.of(World.SEVEN_PERSONAS, World.USE_CASES)) {
            String name = world.name().toLowerCase(Locale.ROOT).replace('_', '-');
            assertThat(
                            OptionTree.resolve(
                                            SimulateOptions.defaults(),
                                            Preset.of(name, "data simulate").packaged(),
                                            null,
                                            Map.of())
                                    .options()
                                    .simulation())
                    .isEqualTo(SimulationOptions.of(world));
        }
    }

    @Test
    void presets_areValidForTheirCommands() {
        for (Preset preset : Preset.all()) {
            Record defaults = commands().get(preset.command());
            assertThat(
                            OptionTree.resolve(defaults, preset.packaged(), null, Map.of())
                                    .origins()
                                    .values())
                    .as(preset.name())
                    .contains("preset " + preset.name());
            assertThat(Preset.of(preset.name(), preset.command())).isEqualTo(preset);
        }
    }
}
