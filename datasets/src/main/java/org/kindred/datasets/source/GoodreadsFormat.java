package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.Task;

/**
 * Goodreads reviews (UCSD Book Graph). Every review becomes a task, to write it, with the rating as
 * the preference group; books that one user rated 2 or more apart become pairs of titles. Rating 0
 * means not rated: no group and no pair.
 */
final class GoodreadsFormat implements SourceFormat {
    private static final String NAME = "goodreads";
    private static final int MOST_RATING = 5;
    private static final Message WHICH =
            Message.user("Which of these two books does this person rate higher?");

    /** A book. */
    record Book(String id, String title) {}

    /** A review as far as pairs need it. */
    record Review(String user, String book, int rating) {
        byte[] bytes() {
            return (rating + book).getBytes(StandardCharsets.UTF_8);
        }

        static RatedPairs.Rated rated(byte[] bytes) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            return new RatedPairs.Rated(text.substring(1), text.charAt(0) - '0');
        }
    }

    private final Map<String, String> titles = new HashMap<>();
    private final Layout books =
            new JsonLayout(
                    "goodreads-books",
                    "book_id",
                    object -> object.has("book_id") && object.has("title"),
                    (record, place) -> book(record));
    private final Layout reviews =
            new JsonLayout(
                    "goodreads-reviews",
                    "review_id",
                    JsonLayout.havingAny("review_id", "review_text"),
                    (record, place) -> review(record));

    @Override
    public SourceCard card() {
        return new SourceCard(
                NAME,
                "Goodreads reviews, UCSD Book Graph",
                "reward of written reviews per rating group; pair accuracy on titles",
                List.of("academic use only; no redistribution; no commercial use"),
                List.of("unmoderated reviews; spoilers"));
    }

    @Override
    public List<Layout> layouts() {
        return List.of(books, reviews);
    }

    @Override
    public void read(List<SourceFile> files, Intake intake) throws IOException {
        boolean reviewed = files.stream().anyMatch(file -> file.layout() == reviews);
        if (reviewed && files.stream().noneMatch(file -> file.layout() == books)) {
            throw new KindredException(
                    "reviews without books: give the folder, so that the file of books is read for"
                            + " the titles");
        }
        for (SourceFile file : files) {
            if (file.layout() == reviews) {
                readReviews(file, intake);
            } else {
                intake.read(
                        file,
                        rows -> {
                            if (rows.fact() instanceof Book book) {
                                titles.put(book.id(), book.title());
                            }
                        });
            }
        }
    }

    private void readReviews(SourceFile file, Intake intake) throws IOException {
        try (GroupedSpill spill = intake.spill()) {
            intake.read(
                    file,
                    rows -> {
                        if (rows.fact() instanceof Review review && review.rating() > 0) {
                            spill.add(review.user(), review.bytes());
                        }
                    });
            spill.forEachGroup(
                    (user, records) ->
                            intake.derive(
                                    file,
                                    Rows.made(user)
                                            .withPreferences(
                                                    pairs(
                                                            user,
                                                            records.stream()
                                                                    .map(Review::rated)
                                                                    .toList(),
                                                            intake.options()),
                                                    List.of())));
        }
    }

    private List<Preference> pairs(String user, List<RatedPairs.Rated> rated, ReadOptions options) {
        List<Preference> pairs = new ArrayList<>();
        for (RatedPairs.Pair pair :
                RatedPairs.of(
                        rated,
                        Comparator.naturalOrder(),
                        options.pairsPerUser(),
                        options.seeds().child(NAME).child(user))) {
            String chosen = pair.chosen().id();
            String rejected = pair.rejected().id();
            if (titles.get(chosen).equals(titles.get(rejected))) {
                continue; // two editions under one title: a text is never better than itself
            }
            pairs.add(
                    PairBuilder.of(
                                    "gr-" + user + ":" + chosen + "-" + rejected,
                                    user,
                                    List.of(WHICH))
                            .answers(titles.get(chosen), titles.get(rejected))
                            .scores(
                                    (double) pair.chosen().rating(),
                                    (double) pair.rejected().rating())
                            .items(List.of(chosen, rejected))
                            .source(NAME)
                            .build());
        }
        return pairs;
    }

    private static Rows book(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = fields.id("book_id");
        String title = fields.text("title");
        return Rows.of(Rows.Key.id(NAME + "-book", id), null).withFact(new Book(id, title));
    }

    private Rows review(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = fields.id("review_id");
        String user = fields.id("user_id");
        String book = fields.id("book_id");
        int rating = fields.integer("rating", 0, MOST_RATING);
        String text = fields.anyText("review_text");
        String title = titles.get(book);
        if (title == null) {
            throw new RejectedRecordException("unknown_reference:book_id");
        }
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("book_id", book);
        meta.put("rating", rating);
        boolean blank = text.isBlank();
        if (blank) {
            meta.put("review_text", text); // a reference may not be blank
        }
        Task task =
                new Task(
                        id,
                        user,
                        List.of(
                                Message.user(
                                        "Write the review that this person gives of the book \""
                                                + title
                                                + "\".")),
                        null,
                        null,
                        blank ? null : text,
                        null,
                        rating == 0 ? null : "rating-" + rating,
                        null,
                        NAME,
                        meta);
        return Rows.of(Rows.Key.id(NAME + "-review", id), user)
                .withKey(new Rows.Key(NAME + "-pair", user + "\u0000" + book, "duplicate_pair"))
                .withTask(task, List.of())
                .withFact(new Review(user, book, rating));
    }
}
