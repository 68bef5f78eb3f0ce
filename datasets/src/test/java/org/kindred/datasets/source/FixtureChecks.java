package org.kindred.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kindred.datasets.ByteSource;
import org.kindred.datasets.Task;
import org.kindred.datasets.User;

/** One expectation of a fixture file after the other; an unknown one fails. */
final class FixtureChecks {
    private final String layout;
    private final Path file;
    private final Collected.OfFile found;

    FixtureChecks(String layout, Path file, Collected all) {
        this.layout = layout;
        this.file = file;
        this.found = all.of(file);
    }

    void check(String key, JsonNode want) {
        switch (key) {
            case "lines_total", "rows_total", "array_items", "records_total" ->
                    same(key, found.records, want.asLong());
            case "records_ok", "records" -> same(key, found.accepted, want.asLong());
            case "blank_lines" -> same(key, found.blankLines, longs(want));
            case "quarantined" -> quarantined(want);
            case "dropped" -> dropped(want);
            case "users" -> same(key, found.users(), want.asLong());
            case "users_with_preferences" ->
                    same(key, (long) found.pairsByUser().size(), want.asLong());
            case "preferences", "preferences_all_pairs" -> same(key, pairs(), want.asLong());
            case "per_user" -> perUser(want);
            case "per_user_split" -> perUserSplit(want);
            case "users_below_min_pairs" -> belowMinimum(want);
            case "per_subset", "by_column_id" -> same(key, found.tallies(), ints(want));
            case "samples" -> want.forEach(this::sample);
            case "bom" -> same(key, ByteSource.markLength(head()) > 0, want.asBoolean());
            case "header_columns" -> same(key, csvColumns(), want.asInt());
            case "lines_with_bare_nan" -> bareNan(want);
            case "users_survey_only" -> surveyOnly(want);
            case "labels_true" -> same(key, labelled(1), want.asLong());
            case "labels_false" -> same(key, labelled(0), want.asLong());
            case "ratings_per_user" ->
                    same(key, countFacts(MovieLensFormat.Rating.class), ints(want));
            case "users_without_pairs" -> usersWithoutPairs(want);
            case "reviews_by_rating" -> same(key, reviewsByRating(), ints(want));
            case "rating_zero_means_no_rating" ->
                    sameIds(key, found.tasks().stream().filter(t -> t.group() == null), want);
            case "empty_review_text" ->
                    sameIds(key, found.tasks().stream().filter(t -> t.reference() == null), want);
            case "spoiler_marked" ->
                    sameIds(key, found.tasks().stream().filter(this::spoils), want);
            case "per_user_profile" -> same(key, profiles(), ints(want));
            case "dropped_profile_entries" -> droppedEntries(want);
            case "unscorable_empty_rubric" ->
                    sameIds(
                            key,
                            found.tasks().stream().filter(t -> sizeOf(t.aspects()) == 0),
                            want);
            // words about the file, not about what is in it
            case "file",
                    "policy",
                    "format",
                    "note",
                    "shape",
                    "row_numbers",
                    "record_numbers",
                    "pair_rule",
                    "parse_rule",
                    "encoding",
                    "gzip_members" -> {}
            default -> fail("no check for the expectation " + key + " of " + file);
        }
    }

    static void responses(Path file, JsonNode want) throws IOException {
        Collected questions =
                Collected.read(
                        "lamp-qa", Collected.ALL, List.of(file.toAbsolutePath().getParent()));
        List<String> ids =
                questions.byFile.values().stream()
                        .flatMap(one -> one.tasks().stream())
                        .filter(task -> "test".equals(task.meta().get("split")))
                        .map(Task::id)
                        .toList();
        LampQaResponses responses = LampQaResponses.read(file);
        assertThat(responses.byQuestion()).hasSize(want.get("responses").asInt());
        assertThat(responses.missing(ids)).isEqualTo(texts(want.get("missing_ids")));
        assertThat(responses.unknown(ids)).isEqualTo(texts(want.get("unknown_ids")));
    }

    private void quarantined(JsonNode want) {
        List<String> expected = new ArrayList<>();
        Map<Long, String> ids = new TreeMap<>();
        for (JsonNode entry : want) {
            long place =
                    Stream.of("line", "row", "index", "record")
                            .filter(entry::has)
                            .findFirst()
                            .map(name -> entry.get(name).asLong())
                            .orElseThrow();
            expected.add(place + " " + entry.get("reason").asText());
            if (!entry.get("id").isNull()) {
                ids.put(place, entry.get("id").asText());
            }
        }
        assertThat(found.setAside.stream().map(q -> q.line() + " " + q.reason()))
                .as("quarantined")
                .containsExactlyElementsOf(expected);
        found.setAside.stream()
                .filter(q -> q.id() != null && ids.containsKey(q.line()))
                .forEach(q -> same("id of line " + q.line(), q.id(), ids.get(q.line())));
    }

    private void dropped(JsonNode want) {
        List<String> expected = new ArrayList<>();
        for (JsonNode entry : want) {
            JsonNode part =
                    entry.has("response") ? entry.get("response") : entry.path("within_turn_id");
            expected.add(
                    String.join(
                            " ",
                            entry.get("conversation_id").asText(),
                            entry.path("turn").asText(""),
                            part.asText("-").isEmpty() ? "-" : part.asText("-"),
                            entry.get("reason").asText()));
        }
        assertThat(
                        found.dropped().stream()
                                .map(
                                        d ->
                                                String.join(
                                                        " ",
                                                        d.record(),
                                                        String.valueOf(d.turn()),
                                                        d.part() == null ? "-" : d.part(),
                                                        d.reason())))
                .as("dropped")
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private void droppedEntries(JsonNode want) {
        List<String> expected = new ArrayList<>();
        want.forEach(
                e ->
                        expected.add(
                                e.get("id").asText()
                                        + " "
                                        + e.get("entry").asText()
                                        + " "
                                        + e.get("reason").asText()));
        assertThat(
                        found.dropped().stream()
                                .map(d -> d.record() + " " + d.part() + " " + d.reason()))
                .as("dropped profile entries")
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /** Pairs, and for tasks with labelled candidates every right one with every wrong one. */
    private long pairs() {
        long pairs = found.preferences().size();
        if (layout.startsWith("rewardbench")) {
            for (Task task : found.tasks()) {
                long right = task.candidates().stream().filter(c -> c.label() == 1).count();
                pairs += right * (task.candidates().size() - right);
            }
        }
        return pairs;
    }

    private void perUser(JsonNode want) {
        Map<String, Integer> counts = found.pairsByUser();
        if (layout.equals("trl-unpaired")) {
            found.tasks().forEach(task -> counts.merge(task.userId(), 1, Integer::sum));
        }
        same("per_user", counts, ints(want));
    }

    private void perUserSplit(JsonNode want) {
        Map<String, Integer> expected = new TreeMap<>();
        want.properties()
                .forEach(
                        user ->
                                ints(user.getValue())
                                        .forEach(
                                                (split, n) ->
                                                        expected.put(
                                                                user.getKey() + " " + split, n)));
        Map<String, Integer> counts = new TreeMap<>();
        found.preferences()
                .forEach(row -> counts.merge(row.userId() + " " + row.split(), 1, Integer::sum));
        same("per_user_split", counts, expected);
    }

    private void belowMinimum(JsonNode want) {
        int minimum = want.get("min_pairs").asInt();
        List<String> few =
                found.pairsByUser().entrySet().stream()
                        .filter(user -> user.getValue() < minimum)
                        .map(Map.Entry::getKey)
                        .toList();
        assertThat(few).containsExactlyInAnyOrderElementsOf(texts(want.get("users")));
    }

    private void bareNan(JsonNode want) {
        for (long line : longs(want)) {
            assertThat(found.setAside)
                    .as("line %d holds NaN, which is no fault", line)
                    .noneMatch(q -> q.line() == line && q.reason().equals("bad_json"));
        }
    }

    private void surveyOnly(JsonNode want) {
        assertThat(
                        found.rows.stream()
                                .flatMap(rows -> rows.users().stream())
                                .filter(u -> Boolean.TRUE.equals(u.attributes().get("survey_only")))
                                .map(User::id))
                .containsExactlyInAnyOrderElementsOf(texts(want));
    }

    private void usersWithoutPairs(JsonNode want) {
        List<String> none =
                found.rows.stream()
                        .map(Rows::userId)
                        .distinct()
                        .filter(user -> !found.pairsByUser().containsKey(user))
                        .toList();
        assertThat(none).containsExactlyInAnyOrderElementsOf(texts(want));
    }

    private Map<String, Integer> countFacts(Class<?> type) {
        Map<String, Integer> counts = new TreeMap<>();
        found.rows.stream()
                .filter(rows -> type.isInstance(rows.fact()))
                .forEach(rows -> counts.merge(rows.userId(), 1, Integer::sum));
        return counts;
    }

    private Map<String, Integer> reviewsByRating() {
        Map<String, Integer> counts = new TreeMap<>();
        found.tasks()
                .forEach(t -> counts.merge(t.meta().get("rating").toString(), 1, Integer::sum));
        return counts;
    }

    private Map<String, Integer> profiles() {
        Map<String, Integer> sizes = new TreeMap<>();
        found.tasks().forEach(task -> sizes.put(task.id(), sizeOf(task.history())));
        return sizes;
    }

    private boolean spoils(Task review) {
        return review.reference() != null && review.reference().contains("** spoiler alert **");
    }

    private long labelled(double label) {
        return found.tasks().stream()
                .filter(task -> task.candidates().get(0).label() == label)
                .count();
    }

    private void sample(JsonNode want) {
        new FixtureSamples(layout, found).check(want);
    }

    private int csvColumns() {
        try (CsvRecords records = CsvRecords.open(file)) {
            return records.header().size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] head() {
        try (ByteSource in = ByteSource.open(file)) {
            return in.readNBytes(3);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sameIds(String key, Stream<Task> tasks, JsonNode want) {
        assertThat(tasks.map(Task::id)).as(key).containsExactlyInAnyOrderElementsOf(texts(want));
    }

    private static void same(String key, Object actual, Object expected) {
        assertThat(actual).as(key).isEqualTo(expected);
    }

    private static int sizeOf(List<String> list) {
        return list == null ? 0 : list.size();
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(node -> texts.add(node.asText()));
        return texts;
    }

    private static List<Long> longs(JsonNode array) {
        List<Long> numbers = new ArrayList<>();
        array.forEach(node -> numbers.add(node.asLong()));
        return numbers;
    }

    private static Map<String, Integer> ints(JsonNode object) {
        Map<String, Integer> numbers = new TreeMap<>();
        object.properties().forEach(e -> numbers.put(e.getKey(), e.getValue().asInt()));
        return numbers;
    }
}
