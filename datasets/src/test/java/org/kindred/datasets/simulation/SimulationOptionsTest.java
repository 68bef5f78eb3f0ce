package org.kindred.datasets.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kindred.datasets.Json;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;

final class SimulationOptionsTest {

    /** Small, so that the many worlds of this test are quick. */
    private static final SimulationOptions BASE =
            new SimulationOptions(
                    World.EVERYDAY,
                    SimulationOptions.defaults().withUsers(20).people(),
                    new SimulationOptions.Texts(5, 3, 8, 4, 6, 0.1),
                    SimulationOptions.Pairs.defaults(),
                    SimulationOptions.Ratings.defaults());

    private static final List<Preference> BEFORE = world(BASE).dataset().preferences();

    private static SimulationOptions with(String part, String field, String value) {
        try {
            ObjectNode tree = Json.mapper().valueToTree(BASE);
            JsonNode node = Json.mapper().readTree(value);
            ((ObjectNode) tree.get(part)).set(field, node);
            return Json.mapper().treeToValue(tree, SimulationOptions.class);
        } catch (JsonProcessingException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new IllegalStateException(e);
        }
    }

    private static SimulatedPopulation world(SimulationOptions options) {
        return SimulatedPopulation.generate(options, SeedTree.root(5));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "people|users|21",
                "people|group_shares|[0.5,0.5]",
                "people|unseen_share|0.5",
                "people|deviation|0.1",
                "people|domain_shift|0",
                "people|overlap|0.4",
                "people|drift|0.5",
                "texts|domains|6",
                "texts|out_of_distribution_domains|2",
                "texts|known_prompts|7",
                "texts|new_prompts|3",
                "texts|responses|5",
                "texts|difficulty|0",
                "pairs|fit|23",
                "pairs|eval_known|7",
                "pairs|eval_new|7",
                "pairs|eval_out_of_distribution|5",
                "ratings|scales|\"EQUAL\"",
                "ratings|scales|\"MINORITY_FIFTH\"",
                "ratings|noise|0",
                "ratings|temperature|0.5",
            })
    void everyOption_changesTheRows(String part, String field, String value) {
        assertThat(world(with(part, field, value)).dataset().preferences()).isNotEqualTo(BEFORE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "people|users|3",
                "people|users|5",
                "people|group_shares|[1.0]",
                "people|group_shares|[0.4,0.6]",
                "people|group_shares|[0.5,0.4]",
                "people|group_shares|[0.5,0.1,0.1,0.1,0.1,0.05,0.05]",
                "people|unseen_share|1",
                "people|deviation|-1",
                "people|domain_shift|3",
                "people|overlap|0.6",
                "people|drift|-0.1",
                "texts|domains|9",
                "texts|out_of_distribution_domains|4",
                "texts|known_prompts|0",
                "texts|new_prompts|9",
                "texts|responses|1",
                "texts|difficulty|0.3",
                "pairs|fit|0",
                "pairs|fit|57",
                "pairs|eval_known|41",
                "pairs|eval_new|33",
                "pairs|eval_out_of_distribution|37",
                "ratings|noise|-1",
                "ratings|temperature|0",
            })
    void badValue_isRefusedByName(String part, String field, String value) {
        assertThatThrownBy(() -> with(part, field, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(field)
                .hasMessageContaining("must be");
    }

    @Test
    void defaults_surviveTheRoundTripThroughJson() throws Exception {
        SimulationOptions options =
                SimulationOptions.defaults().withScales(RewardScales.MINORITY_FIFTH);

        assertThat(Json.mapper().readValue(Json.line(options), SimulationOptions.class))
                .isEqualTo(options);
    }

    @Test
    void groups_ofBothGeneralWorlds_areSixAndDiffer() {
        assertThat(World.PASTIMES.groups()).hasSameSizeAs(World.EVERYDAY.groups()).hasSize(6);
        assertThat(World.PASTIMES.groups())
                .extracting(Taste.Group::name)
                .doesNotContainAnyElementsOf(
                        World.EVERYDAY.groups().stream().map(Taste.Group::name).toList());
        assertThat(World.PASTIMES.groups())
                .extracting(Taste.Group::weights)
                .doesNotContainAnyElementsOf(
                        World.EVERYDAY.groups().stream().map(Taste.Group::weights).toList());
        assertThat(SimulationOptions.of(World.PASTIMES).people())
                .isEqualTo(SimulationOptions.defaults().people());
    }

    @Test
    void scales_equal_areOneForAll() {
        LatentTruth truth = world(BASE.withUsers(25).withScales(RewardScales.EQUAL)).truth();

        assertThat(truth.users().values())
                .extracting(LatentTruth.Person::scale)
                .containsOnly(new Scale(55, 70));
    }

    @Test
    void scales_minorityFifth_narrowTheSmallestGroupAlone() {
        LatentTruth truth =
                world(
                                SimulationOptions.defaults()
                                        .withUsers(25)
                                        .withScales(RewardScales.MINORITY_FIFTH))
                        .truth();

        assertThat(truth.users().values())
                .allMatch(
                        person ->
                                person.scale().width()
                                        == (person.group().equals("drifter") ? 14 : 70));
    }

    @Test
    void scales_doNotChangeChoices() {
        List<Preference> equal =
                world(BASE.withUsers(20).withScales(RewardScales.EQUAL)).dataset().preferences();

        assertThat(equal)
                .extracting(Preference::chosenText)
                .isEqualTo(BEFORE.stream().map(Preference::chosenText).toList());
    }

    @Test
    void responses_sixtyAPrompt_areAllDifferent() {
        SimulatedPopulation world = world(with("texts", "responses", "60"));

        assertThat(world.dataset().preferences())
                .extracting(Preference::chosenText)
                .doesNotContain("");
        assertThat(world.dataset().preferences())
                .noneMatch(row -> row.chosenText().equals(row.rejectedText()));
    }

    @Test
    void rating_ofAScale_staysWithinOneToHundred() {
        assertThat(new Scale(75, 45).rating(0.5)).isEqualTo(75);
        assertThat(new Scale(75, 45).rating(0.9)).isEqualTo(93);
        assertThat(new Scale(40, 200).rating(1)).isEqualTo(100);
        assertThat(new Scale(40, 200).rating(0)).isEqualTo(1);
    }
}
