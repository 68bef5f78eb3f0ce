package org.kindred.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Task;
import org.kindred.datasets.User;

/** The records that an expectation spells out, with their exact texts. */
final class FixtureSamples {
    private final String layout;
    private final Collected.OfFile found;

    FixtureSamples(String layout, Collected.OfFile found) {
        this.layout = layout;
        this.found = found;
    }

    void check(JsonNode want) {
        switch (layout) {
            case "prism-survey" -> person(want);
            case "prism-models" ->
                    assertThat(found.tallies())
                            .containsKey(
                                    text(want, "model_provider") + "/" + text(want, "short_name"));
            case "movielens-users" -> zip(want);
            case "movielens-movies" ->
                    assertThat(facts())
                            .contains(
                                    new MovieLensFormat.Film(
                                            text(want, "movie_id"), text(want, "title")));
            case "goodreads-books" ->
                    assertThat(facts())
                            .contains(
                                    new GoodreadsFormat.Book(
                                            text(want, "book_id"), text(want, "title")));
            case "lamp-qa" -> question(want);
            case "trl-unpaired" -> unpaired(want);
            default -> {
                if (layout.startsWith("rewardbench")) {
                    ranked(want);
                } else {
                    pair(want);
                }
            }
        }
    }

    private void pair(JsonNode want) {
        List<Preference> fitting =
                found.preferences().stream()
                        .filter(row -> row.userId().equals(text(want, "user_id")))
                        .filter(locates(want.get("locator")))
                        .toList();
        assertThat(fitting)
                .as("pairs at %s", want.get("locator"))
                .anySatisfy(
                        row -> {
                            assertThat(row.chosenText()).isEqualTo(text(want, "chosen"));
                            assertThat(row.rejectedText()).isEqualTo(text(want, "rejected"));
                            if (want.has("prompt")) {
                                assertThat(row.prompt()).isEqualTo(messages(want.get("prompt")));
                            }
                            if (want.has("chosen_score")) {
                                score(row.chosenScore(), want.get("chosen_score"));
                                score(row.rejectedScore(), want.get("rejected_score"));
                            }
                        });
        if (want.has("chosen_review")) {
            review(want, "chosen_book", "chosen_review");
            review(want, "rejected_book", "rejected_review");
        }
    }

    /** The names that the layouts use for what a row is found by. */
    private static Predicate<Preference> locates(JsonNode locator) {
        return row -> {
            Map<String, Object> meta = row.meta() == null ? Map.of() : row.meta();
            return locator.properties().stream()
                    .allMatch(
                            entry -> {
                                JsonNode value = entry.getValue();
                                String wanted = value.asText();
                                return switch (entry.getKey()) {
                                    case "id" -> row.id().equals(wanted);
                                    case "conversation_id" -> row.itemIds().contains(wanted);
                                    case "split" -> wanted.equals(row.split());
                                    case "turn", "turns", "chosen", "rejected" ->
                                            wanted.equals(String.valueOf(meta.get(entry.getKey())));
                                    case "chosen_within_turn_id" ->
                                            wanted.equals(meta.get("chosen_id"));
                                    case "rejected_within_turn_id" ->
                                            wanted.equals(meta.get("rejected_id"));
                                    case "chosen_movie", "chosen_book" ->
                                            row.itemIds().get(0).equals(wanted);
                                    case "rejected_movie", "rejected_book" ->
                                            row.itemIds().get(1).equals(wanted);
                                    case "ratings" ->
                                            row.chosenScore() == value.get(0).asDouble()
                                                    && row.rejectedScore()
                                                            == value.get(1).asDouble();
                                    default ->
                                            throw new AssertionError(
                                                    "unknown locator " + entry.getKey());
                                };
                            });
        };
    }

    private void review(JsonNode want, String book, String text) {
        Task task =
                found.tasks().stream()
                        .filter(t -> Objects.equals(t.userId(), text(want, "user_id")))
                        .filter(
                                t ->
                                        want.get("locator")
                                                .get(book)
                                                .asText()
                                                .equals(t.meta().get("book_id")))
                        .findFirst()
                        .orElseThrow();
        Object stored =
                task.reference() == null ? task.meta().get("review_text") : task.reference();
        assertThat(stored).isEqualTo(text(want, text));
    }

    private void ranked(JsonNode want) {
        Task task =
                found.tasks().stream()
                        .filter(t -> t.id().equals(want.get("locator").get("id").asText()))
                        .findFirst()
                        .orElseThrow();
        assertThat(task.domain()).isEqualTo(want.get("locator").get("subset").asText());
        assertThat(task.prompt()).isEqualTo(messages(want.get("prompt")));
        assertThat(contents(task, 1)).isEqualTo(listOf(want.get("chosen")));
        assertThat(contents(task, 0)).isEqualTo(listOf(want.get("rejected")));
    }

    private static List<String> contents(Task task, double label) {
        return task.candidates().stream()
                .filter(c -> c.label() == label)
                .map(Task.Candidate::content)
                .toList();
    }

    private static List<String> listOf(JsonNode node) {
        return node.isArray() ? FixtureChecks.texts(node) : List.of(node.asText());
    }

    private void question(JsonNode want) {
        Task task =
                found.tasks().stream()
                        .filter(t -> t.id().equals(text(want, "id")))
                        .findFirst()
                        .orElseThrow();
        assertThat(Message.text(task.prompt())).isEqualTo(text(want, "question"));
        assertThat(task.history().isEmpty() ? null : task.history().get(0))
                .isEqualTo(want.get("profile_first_text").textValue());
        assertThat(task.aspects()).hasSize(want.get("n_aspects").asInt());
    }

    private void unpaired(JsonNode want) {
        Task task =
                found.tasks().stream()
                        .filter(t -> t.id().equals(want.get("locator").get("id").asText()))
                        .findFirst()
                        .orElseThrow();
        assertThat(task.userId()).isEqualTo(text(want, "user_id"));
        assertThat(task.prompt()).isEqualTo(messages(want.get("prompt")));
        assertThat(task.candidates().get(0).content()).isEqualTo(text(want, "completion"));
        assertThat(task.candidates().get(0).label())
                .isEqualTo(want.get("label").asBoolean() ? 1.0 : 0.0);
    }

    private void person(JsonNode want) {
        User user = user(text(want, "user_id"));
        assertThat(user.statedPreferences().get("system_string"))
                .isEqualTo(text(want, "system_string"));
        assertThat(user.attributes()).containsKey("lm_frequency_use");
        assertThat(user.attributes().get("lm_frequency_use"))
                .isEqualTo(want.get("lm_frequency_use").textValue());
        assertThat(user.statedPreferences().get("other_text"))
                .isEqualTo(want.get("stated_prefs.other_text").textValue());
    }

    private void zip(JsonNode want) {
        assertThat(user(text(want, "user_id")).attributes())
                .containsEntry("zip", text(want, "zip"));
    }

    private User user(String id) {
        return found.rows.stream()
                .flatMap(rows -> rows.users().stream())
                .filter(u -> u.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private Stream<Object> facts() {
        return found.rows.stream().map(Rows::fact);
    }

    private static void score(Double actual, JsonNode want) {
        if (want.isNull()) {
            assertThat(actual).isNull();
        } else {
            assertThat(actual).isEqualTo(want.asDouble());
        }
    }

    private static List<Message> messages(JsonNode array) {
        return Stream.of(new ObjectMapper().convertValue(array, Message[].class)).toList();
    }

    private static String text(JsonNode node, String field) {
        return node.get(field).asText();
    }
}
