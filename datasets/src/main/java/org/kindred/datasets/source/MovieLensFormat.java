package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;
import org.kindred.datasets.User;

/**
 * MovieLens-1M: users, films and ratings in three text files. Gives pairs of films that one user
 * rated 2 or more apart, and one next-film task a user: all ratings but the last in time are the
 * history, and the last film stands (label 1) among films that the user never rated (label 0).
 */
final class MovieLensFormat implements SourceFormat {
    private static final String NAME = "movielens";
    private static final Message WHICH_LIKED =
            Message.user("Which of these two films does this person rate higher?");
    private static final Message WHICH_NEXT =
            Message.user("Which of these films does this person watch next?");
    private static final Set<String> AGES = Set.of("1", "18", "25", "35", "45", "50", "56");
    private static final int MOST_OCCUPATION = 20;
    private static final Comparator<String> BY_NUMBER = Comparator.comparingLong(Long::parseLong);

    /** A film. */
    record Film(String id, String title) {}

    /** A rating as it is kept until all of the user's are there. */
    record Rating(String user, String film, int rating, long time) {
        byte[] bytes() {
            return ByteBuffer.allocate(2 * Long.BYTES + Byte.BYTES)
                    .putLong(Long.parseLong(film))
                    .putLong(time)
                    .put((byte) rating)
                    .array();
        }

        static Rating of(String user, byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            String film = Long.toString(buffer.getLong());
            long time = buffer.getLong();
            return new Rating(user, film, buffer.get(), time);
        }
    }

    private final Map<String, String> titles = new HashMap<>();
    private final Set<String> people = new HashSet<>();
    private boolean peopleKnown;
    private final Layout users =
            new SeparatedLayout("movielens-users", this::looksLikeUser, this::user);
    private final Layout films =
            new SeparatedLayout("movielens-movies", this::looksLikeFilm, this::film);
    private final Layout ratings =
            new SeparatedLayout("movielens-ratings", this::looksLikeRating, this::rating);

    @Override
    public SourceCard card() {
        return new SourceCard(
                NAME,
                "MovieLens-1M, GroupLens",
                "hit rate of the next film among the candidates; pair accuracy",
                List.of(
                        "research use; no redistribution; no commercial use without permission of"
                                + " the University of Minnesota"),
                List.of());
    }

    @Override
    public List<Layout> layouts() {
        return List.of(users, films, ratings);
    }

    @Override
    public void read(List<SourceFile> files, Intake intake) throws IOException {
        boolean rated = files.stream().anyMatch(file -> file.layout() == ratings);
        if (rated && files.stream().noneMatch(file -> file.layout() == films)) {
            throw new KindredException(
                    "ratings without films: give the folder, so that movies.dat is read for the"
                            + " titles");
        }
        for (SourceFile file : files) {
            if (file.layout() == ratings) {
                readRatings(file, intake);
            } else {
                peopleKnown |= file.layout() == users;
                intake.read(file, this::remember);
            }
        }
    }

    private void remember(Rows rows) {
        if (rows.fact() instanceof Film film) {
            titles.put(film.id(), film.title());
        } else if (rows.userId() != null) {
            people.add(rows.userId());
        }
    }

    private void readRatings(SourceFile file, Intake intake) throws IOException {
        try (GroupedSpill spill = intake.spill()) {
            intake.read(
                    file,
                    rows -> {
                        if (rows.fact() instanceof Rating rating) {
                            spill.add(rating.user(), rating.bytes());
                        }
                    });
            List<String> filmIds = titles.keySet().stream().sorted(BY_NUMBER).toList();
            spill.forEachGroup(
                    (user, records) -> {
                        List<Rating> own = new ArrayList<>();
                        records.forEach(bytes -> own.add(Rating.of(user, bytes)));
                        intake.derive(file, taste(user, own, filmIds, intake.options()));
                    });
        }
    }

    private Rows taste(String user, List<Rating> own, List<String> filmIds, ReadOptions options) {
        SeedTree seeds = options.seeds().child(NAME).child(user);
        List<RatedPairs.Rated> rated =
                own.stream().map(r -> new RatedPairs.Rated(r.film(), r.rating())).toList();
        List<Preference> pairs = new ArrayList<>();
        for (RatedPairs.Pair pair :
                RatedPairs.of(rated, BY_NUMBER, options.pairsPerUser(), seeds.child("pairs"))) {
            String chosen = pair.chosen().id();
            String rejected = pair.rejected().id();
            pairs.add(
                    PairBuilder.of(
                                    "ml-" + user + ":" + chosen + "-" + rejected,
                                    user,
                                    List.of(WHICH_LIKED))
                            .answers(title(chosen), title(rejected))
                            .scores(
                                    (double) pair.chosen().rating(),
                                    (double) pair.rejected().rating())
                            .items(List.of(chosen, rejected))
                            .source(NAME)
                            .build());
        }
        Rows rows = Rows.made(user).withPreferences(pairs, List.of());
        return own.size() < 2
                ? rows
                : rows.withTask(next(user, own, filmIds, options, seeds), List.of());
    }

    private Task next(
            String user,
            List<Rating> own,
            List<String> filmIds,
            ReadOptions options,
            SeedTree seeds) {
        List<Rating> inTime = new ArrayList<>(own);
        inTime.sort(
                Comparator.comparingLong(Rating::time)
                        .thenComparing(Rating::film, BY_NUMBER)); // one basket, one time stamp
        Rating last = inTime.remove(inTime.size() - 1);
        Set<String> rated = new HashSet<>();
        own.forEach(rating -> rated.add(rating.film()));
        List<String> others = new ArrayList<>(filmIds);
        others.removeIf(rated::contains);
        SplittableRandom random = seeds.child("candidates").random();
        Map<Integer, String> drawn = new TreeMap<>();
        int wanted = Math.min(options.candidates() - 1, others.size());
        while (drawn.size() < wanted) {
            int i = random.nextInt(others.size());
            drawn.put(i, others.get(i));
        }
        List<String> list = new ArrayList<>(drawn.values());
        list.add(random.nextInt(list.size() + 1), last.film());
        List<Task.Candidate> candidates = new ArrayList<>();
        for (String film : list) {
            candidates.add(
                    new Task.Candidate(film, title(film), film.equals(last.film()) ? 1.0 : 0.0));
        }
        List<String> history =
                inTime.stream().map(r -> r.rating() + "/5 " + title(r.film())).toList();
        return new Task(
                "next-" + user,
                user,
                List.of(WHICH_NEXT),
                history,
                candidates,
                null,
                null,
                null,
                null,
                NAME,
                Map.of("films", inTime.stream().map(Rating::film).toList()));
    }

    private String title(String film) {
        return titles.getOrDefault(film, film);
    }

    private boolean looksLikeUser(List<String> fields) {
        return fields.size() == 5 && Set.of("F", "M").contains(fields.get(1));
    }

    private boolean looksLikeFilm(List<String> fields) {
        return fields.size() >= 3
                && isNumber(fields.get(0))
                && !isNumber(fields.get(1))
                && !looksLikeUser(fields);
    }

    private boolean looksLikeRating(List<String> fields) {
        return fields.size() == 4 && fields.stream().allMatch(MovieLensFormat::isNumber);
    }

    private Rows user(List<String> fields) throws RejectedRecordException {
        requireColumns(fields, 5);
        String id = number(fields.get(0), "user_id");
        if (!Set.of("F", "M").contains(fields.get(1))) {
            throw new RejectedRecordException("unknown_value:gender");
        }
        if (!AGES.contains(fields.get(2))) {
            throw new RejectedRecordException("unknown_value:age");
        }
        int occupation = Integer.parseInt(number(fields.get(3), "occupation"));
        if (occupation > MOST_OCCUPATION) {
            throw new RejectedRecordException("out_of_range:occupation");
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("gender", fields.get(1));
        attributes.put("age", Integer.valueOf(fields.get(2)));
        attributes.put("occupation", occupation);
        attributes.put("zip", fields.get(4));
        return Rows.of(Rows.Key.id(NAME + "-user", id), id)
                .withUsers(List.of(new User(id, attributes, null, null)));
    }

    private Rows film(List<String> fields) throws RejectedRecordException {
        if (fields.size() < 3) {
            throw new RejectedRecordException("wrong_columns");
        }
        String id = number(fields.get(0), "movie_id");
        String title = String.join("::", fields.subList(1, fields.size() - 1));
        if (title.isBlank()) {
            throw new RejectedRecordException("empty_text:title");
        }
        return Rows.of(Rows.Key.id(NAME + "-film", id), null).withFact(new Film(id, title));
    }

    private Rows rating(List<String> fields) throws RejectedRecordException {
        requireColumns(fields, 4);
        String user = number(fields.get(0), "user_id");
        String film = number(fields.get(1), "movie_id");
        String rating = number(fields.get(2), "rating");
        String time = number(fields.get(3), "timestamp");
        if (rating.length() > 1 || rating.charAt(0) < '1' || rating.charAt(0) > '5') {
            throw new RejectedRecordException("out_of_range:rating");
        }
        if (!titles.containsKey(film)) {
            throw new RejectedRecordException("unknown_reference:movie_id");
        }
        if (peopleKnown && !people.contains(user)) {
            throw new RejectedRecordException("unknown_reference:user_id");
        }
        return Rows.of(Rows.Key.id(NAME + "-rating", user + "/" + film), user)
                .withFact(new Rating(user, film, rating.charAt(0) - '0', Long.parseLong(time)));
    }

    private static void requireColumns(List<String> fields, int count)
            throws RejectedRecordException {
        if (fields.size() != count) {
            throw new RejectedRecordException("wrong_columns");
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.length() <= 9
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Digits only, without leading zeros, so that an id has one spelling. */
    private static String number(String text, String field) throws RejectedRecordException {
        if (text.isBlank()) {
            throw new RejectedRecordException("missing_field:" + field);
        }
        if (!isNumber(text)) {
            throw new RejectedRecordException("wrong_type:" + field);
        }
        return Integer.toString(Integer.parseInt(text));
    }
}
