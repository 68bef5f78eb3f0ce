package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.options.Meaning;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionMeanings;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.RecipeOptions;

final class OptionTreeTest {
    @TempDir Path folder;

    enum Taste {
        FULL_BODIED,
        DRY
    }

    record Bottle(String name, @Nullable Object set) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Bottle of(Object written) {
            return written instanceof Map<?, ?> map
                    ? new Bottle(String.valueOf(map.get("name")), map.get("set"))
                    : new Bottle(String.valueOf(written), null);
        }
    }

    record Glass(@Meaning("size in ml") int size, @Meaning("what it suits") Taste taste) {
        Glass {
            if (size < 1) {
                throw new IllegalArgumentException("size = " + size + ": must be 1 or more");
            }
        }
    }

    record Cellar(
            @Meaning(value = "of the draw", essential = true) long seed,
            @Meaning("who keeps it") String keeper,
            @Meaning("the glasses") Glass glass,
            @Meaning("bottles, each a name or a map") List<Bottle> bottles,
            @Meaning("price by name") Map<String, Double> prices,
            @Meaning("tastes in stock") List<Taste> tastes) {
        static Cellar defaults() {
            return new Cellar(
                    1,
                    "nobody",
                    new Glass(200, Taste.DRY),
                    List.of(new Bottle("house", null)),
                    Map.of("house", 5.0),
                    List.of(Taste.DRY));
        }
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("my.yaml"), yaml);
    }

    private OptionTree<Cellar> read(String yaml) throws IOException {
        return OptionTree.resolve(Cellar.defaults(), List.of(OptionLayer.file(file(yaml))));
    }

    private static OptionTree<Cellar> set(String key, String value) {
        return OptionTree.resolve(
                Cellar.defaults(), List.of(OptionLayer.commandLine(Map.of(key, value))));
    }

    @Test
    void layers_winInTheirOrder_andOriginsSaySo() throws IOException {
        OptionTree<Cellar> tree =
                OptionTree.resolve(
                        Cellar.defaults(),
                        List.of(
                                OptionLayer.of("checkpoint", Map.of("keeper", "Ann", "seed", 3)),
                                OptionLayer.preset("big", "glass: {size: 300}\nseed: 4\n"),
                                OptionLayer.file(file("seed: 7\n")),
                                OptionLayer.commandLine(Map.of("glass.size", "400"))));
        assertThat(tree.options().seed()).isEqualTo(7);
        assertThat(tree.options().glass().size()).isEqualTo(400);
        assertThat(tree.options().keeper()).isEqualTo("Ann");
        assertThat(tree.origins())
                .containsEntry("seed", folder.resolve("my.yaml").toString())
                .containsEntry("glass.size", "command line")
                .containsEntry("keeper", "checkpoint")
                .containsEntry("glass.taste", "default");
        assertThat(tree.given()).containsOnlyKeys("seed", "glass.size", "keeper");
    }

    @Test
    void keysWithDots_standBesideNestedOnes() throws IOException {
        assertThat(read("glass.size: 50\nglass:\n  taste: dry\n").options().glass())
                .isEqualTo(new Glass(50, Taste.DRY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "glass.size: 50\nglass:\n  size: 60\n",
                "glass: {size: 60}\nglass.size: 50\n"
            })
    void oneKeyInBothForms_isRefused_withBoth(String yaml) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("my.yaml: glass.size is given twice")
                .hasMessageContaining("\"glass.size\"")
                .hasMessageContaining("\"glass: size\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "seed: 1\nseed: 2\n",
                "glass:\n  size: 1\n  size: 1\n",
                "glass: {size: 1}\nglass: {taste: dry}\n"
            })
    void aKeyGivenTwice_isRefused(String yaml) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("my.yaml line ")
                .hasMessageContaining("uplicate");
    }

    @Test
    void unknownKey_namesItsNeighbours() {
        assertThatThrownBy(() -> read("glass:\n  sise: 3\n"))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("my.yaml: unknown option glass.sise")
                .hasMessageContaining("size, taste");
        assertThatThrownBy(() -> set("glass.x.y", "3"))
                .hasMessageContaining("command line: unknown option glass.x.y")
                .hasMessageContaining("size, taste");
        assertThatThrownBy(() -> set("seed.x", "3"))
                .hasMessageContaining("unknown option seed.x")
                .hasMessageContaining("seed, keeper, glass");
    }

    @Test
    void commandLine_mayLeaveOutTheBeginningOfAKey_whereOneOptionAloneEndsLikeIt() {
        OptionTree<Cellar> tree = set("size", "400");
        assertThat(tree.options().glass().size()).isEqualTo(400);
        assertThat(tree.origins()).containsEntry("glass.size", "command line");
        assertThatThrownBy(
                        () ->
                                OptionTree.resolve(
                                        Cellar.defaults(),
                                        List.of(
                                                OptionLayer.commandLine(
                                                        Map.of("size", "1", "glass.size", "2")))))
                .hasMessageContaining("glass.size is given twice");
        assertThatThrownBy(
                        () ->
                                OptionTree.resolve(
                                        new Pair(Cellar.defaults(), Cellar.defaults()),
                                        List.of(OptionLayer.commandLine(Map.of("size", "1")))))
                .hasMessageContaining("size may be one.glass.size or other.glass.size")
                .hasMessageContaining("write the whole key");
    }

    record Pair(@Meaning("one") Cellar one, @Meaning("another") Cellar other) {}

    @Test
    void wrongTypeAndRefusedValue_nameTheKey() {
        assertThatThrownBy(() -> set("seed", "many"))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("command line: seed");
        assertThatThrownBy(() -> set("glass.size", "1.5")).hasMessageContaining("glass.size");
        assertThatThrownBy(() -> set("glass.size", "0")).hasMessageContaining("size = 0");
        assertThatThrownBy(() -> set("glass", "0"))
                .hasMessageContaining("command line: glass: found")
                .hasMessageContaining("size, taste");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full_bodied", "FULL_BODIED", "full-bodied", "Full-Bodied"})
    void valuesOfEnums_areReadInAnyCase_andWrittenInLowerCase(String written) throws IOException {
        assertThat(set("glass.taste", written).options().glass().taste())
                .isEqualTo(Taste.FULL_BODIED);
        assertThat(read("tastes: [" + written + "]\n").options().tastes())
                .containsExactly(Taste.FULL_BODIED);
        assertThat(OptionTree.yaml(set("glass.taste", written).options()))
                .contains("taste: full_bodied");
    }

    @Test
    void unknownValueOfAnEnum_namesTheKnownOnes() {
        for (String value : List.of("true", "sideways", "[1]")) {
            assertThatThrownBy(() -> set("glass.taste", value))
                    .isInstanceOf(OptionsException.class)
                    .hasMessageContaining("command line: glass.taste: ")
                    .hasMessageContaining("expected one of ")
                    .hasMessageContaining("full_bodied, dry");
        }
    }

    /** Every number of every command that may have a fraction, and elements of lists. */
    @Test
    void numbersThatAreNotFinite_areRefused_whereverAnOptionTakesOne() {
        int tried = 0;
        for (Record defaults : OptionReferenceTest.commands().values()) {
            for (Map.Entry<String, Class<?>> option : numbers("", defaults.getClass()).entrySet()) {
                for (double value : BAD) {
                    Object given = option.getValue() == List.class ? List.of(value) : value;
                    assertThatThrownBy(
                                    () ->
                                            OptionTree.resolve(
                                                    defaults,
                                                    List.of(
                                                            OptionLayer.of(
                                                                    "test",
                                                                    Map.of(
                                                                            option.getKey(),
                                                                            given)))))
                            .as("%s = %s", option.getKey(), given)
                            .isInstanceOf(OptionsException.class);
                    tried++;
                }
            }
        }
        assertThat(tried).isGreaterThan(100);
    }

    private static final double[] BAD = {
        Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };

    private static Map<String, Class<?>> numbers(String prefix, Class<?> type) {
        Map<String, Class<?>> numbers = new LinkedHashMap<>();
        OptionMeanings.components(type)
                .forEach(
                        (name, component) -> {
                            Class<?> of = component.getType();
                            if (OptionMeanings.isNested(of)) {
                                numbers.putAll(numbers(prefix + name + ".", of));
                            } else if (of == double.class
                                    || of == Double.class
                                    || component
                                            .getGenericType()
                                            .toString()
                                            .contains("<java.lang.Double>")) {
                                numbers.put(prefix + name, of);
                            }
                        });
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", ".nan", ".inf", "-.inf", "Infinity", "1e999"})
    void numbersThatAreNotFinite_nameTheKey(String written) throws IOException {
        assertThatThrownBy(() -> set("prices", "{house: " + written + "}"))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("command line: prices");
        String run = "reinforcement:\n  held_out_share: " + written + "\n";
        Path file = file(run);
        assertThatThrownBy(
                        () ->
                                OptionTree.resolve(
                                        RecipeOptions.defaults(), List.of(OptionLayer.file(file))))
                .isInstanceOf(OptionsException.class)
                // .nan is no number of JSON, which YAML is read as
                .hasMessageMatching("(?s).*(held_out_share|my.yaml line 2).*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"seed: 2\n---\nseed: 3\n", "---\nseed: 2\n---\n", "seed: 2\n...\n---\nx\n"})
    void aSecondDocument_isRefused(String yaml) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("my.yaml line ")
                .hasMessageContaining("second document");
    }

    @Test
    void oneDocument_mayHaveItsMarkers() throws IOException {
        assertThat(read("---\nseed: 2\n...\n").options().seed()).isEqualTo(2);
    }

    @Test
    void listsOfRecordsAndMaps_areValues() throws IOException {
        Cellar cellar =
                read("bottles:\n  - house\n  - {name: old, set: {year: 1990}}\n"
                                + "prices: {house: 4, old: 90.5}\n")
                        .options();
        assertThat(cellar.bottles())
                .containsExactly(
                        new Bottle("house", null), new Bottle("old", Map.of("year", 1990)));
        assertThat(cellar.prices()).isEqualTo(Map.of("house", 4.0, "old", 90.5));
        assertThat(set("bottles", "[house, {name: old, set: {year: 1990}}]").options().bottles())
                .isEqualTo(cellar.bottles());
    }

    @Test
    void textsOfTheCommandLine_stayTexts() {
        for (String text : List.of("Ann: the keeper", "[x]", "12", "true", "a # b", "{")) {
            assertThat(set("keeper", text).options().keeper()).isEqualTo(text);
        }
        assertThat(set("keeper", "'quoted'").options().keeper()).isEqualTo("quoted");
    }

    @Test
    void describe_isAConfigurationFile_withOriginsAndMeanings() throws IOException {
        List<String> keepers = List.of("yes", "a: b", "#x", "", "1e5", "two\nlines", "openai:u#m");
        for (String keeper : keepers) {
            OptionTree<Cellar> tree =
                    OptionTree.resolve(
                            Cellar.defaults(),
                            List.of(OptionLayer.of("test", Map.of("keeper", keeper))));
            assertThat(tree.describe())
                    .containsPattern("(?m)^seed: 1 +# \\* \\(default\\) of the draw$")
                    .contains("(test) who keeps it")
                    .contains("  size: 200")
                    .contains("tastes: [dry]");
            OptionTree<Cellar> again = read(tree.describe());
            assertThat(again.options().keeper()).isEqualTo(keeper);
            assertThat(again.options().glass()).isEqualTo(tree.options().glass());
            assertThat(again.given()).containsOnlyKeys("keeper"); // the rest is as by default
        }
    }

    @Test
    void refuse_namesKeyOriginAndReason_whateverTheValue() throws IOException {
        OptionTree<Cellar> given = set("glass.size", "200");
        assertThatThrownBy(() -> given.refuse("glass", "seed = 1; a seed above 1 reads it"))
                .isInstanceOf(OptionsException.class)
                .hasMessage(
                        "command line: glass.size is not read: seed = 1; a seed above 1 reads it;"
                                + " leave it out");
        OptionTree<Cellar> others = read("seed: 1\n").refuse("glass", "there is none");
        assertThat(others.origins()).containsEntry("glass.size", "not read: there is none");
        assertThat(others.given()).containsOnlyKeys("seed");
        assertThat(others.describe()).contains("(not read: there is none) size in ml");
        // a preset was written for many choices
        OptionTree<Cellar> packaged =
                OptionTree.resolve(
                                Cellar.defaults(),
                                List.of(OptionLayer.preset("large", "glass: {size: 200}")))
                        .refuse("glass", "there is none");
        assertThat(packaged.given()).isEmpty();
    }

    @Test
    void differences_nameKeyAndBothValues() {
        Cellar other = set("seed", "9").options();
        assertThat(OptionTree.differences(Cellar.defaults(), other))
                .isEqualTo(List.of("seed: 1 -> 9"));
        assertThat(OptionTree.differences(other, other)).isEmpty();
    }

    @Test
    void optionsOfEveryCommand_roundTripThroughYaml_andThroughPrintConfig() throws IOException {
        List<Record> all = new ArrayList<>(OptionReferenceTest.commands().values());
        for (Record defaults : all) {
            Path saved = file(OptionTree.yaml(defaults));
            assertThat((Record) OptionTree.load(saved, defaults.getClass())).isEqualTo(defaults);
            OptionTree<Record> tree = OptionTree.resolve(defaults, List.of());
            OptionTree<Record> again =
                    OptionTree.resolve(defaults, List.of(OptionLayer.file(file(tree.describe()))));
            assertThat(again.options()).isEqualTo(defaults);
            assertThat(again.given()).isEmpty();
        }
    }
}
