package org.kindred.datasets.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;

/**
 * One record of a file is damaged at random; every record that would be accepted if the damaged one
 * were not there must be accepted, and reading must end in time and without an error. What a record
 * is known by is its keys.
 */
final class ReaderMutationsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path FIXTURES = DatasetFixturesTest.fixtures();

    /** A reader and the file whose records are damaged; the folder is read where files refer. */
    enum Target {
        SURVEY("prism", "prism/survey.jsonl"),
        CONVERSATIONS("prism", "prism/conversations.jsonl"),
        UTTERANCES("prism", "prism/utterances.jsonl"),
        PERSONAL_PAIRS(
                "personal-reward-bench", "personalrewardbench/prism_personalized/export.jsonl"),
        COMMUNITY("community-alignment", "community_alignment/community_alignment.csv"),
        LAMP("lamp-qa", "lamp_qa/data/Art_and_Entertainment/test/test.json"),
        PERSONALIZED(
                "personalized-reward-bench",
                "personalized_rewardbench/Art_and_Entertainment/test.jsonl"),
        REWARD_BENCH("reward-bench", "rewardbench/filtered.jsonl"),
        REWARD_BENCH_2("reward-bench", "rewardbench2/test.jsonl"),
        TRL_PLAIN("trl", "trl/explicit_standard.jsonl"),
        TRL_DIALOGUE("trl", "trl/explicit_conversational.jsonl.gz"),
        TRL_IMPLICIT("trl", "trl/implicit_conversational.jsonl"),
        TRL_UNPAIRED("trl", "trl/unpaired.jsonl"),
        USERS("movielens", "movielens/ml-1m/users.dat"),
        FILMS("movielens", "movielens/ml-1m/movies.dat"),
        RATINGS("movielens", "movielens/ml-1m/ratings.dat"),
        BOOKS("goodreads", "goodreads/books.json.gz"),
        REVIEWS("goodreads", "goodreads/reviews.json.gz"),
        CANONICAL("canonical", "");

        private final String format;
        private final String file;

        Target(String format, String file) {
            this.format = format;
            this.file = file;
        }
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs();
    }

    @Property(tries = 14, seed = "20261122")
    void damagedRecord_takesNoGoodRecordWithIt(@ForAll("seeds") long seed) throws IOException {
        for (Target target : Target.values()) {
            damageOne(target, seed ^ target.ordinal());
        }
    }

    private static void damageOne(Target target, long seed) throws IOException {
        Path folder = Files.createTempDirectory("mutation");
        try {
            Path file = copy(target, folder);
            byte[] clean = Files.readAllBytes(file);
            List<int[]> places = places(target, file, clean);
            SplittableRandom random = new SplittableRandom(seed);
            int hit = random.nextInt(places.size());
            Mutation mutation = Mutation.values()[random.nextInt(Mutation.values().length)];
            int[] place = places.get(hit);
            int lastTouched = Math.min(hit + mutation.reach, places.size() - 1);
            Files.write(file, without(clean, place[0], places.get(lastTouched)[1]));
            List<List<String>> good = keys(target, folder, file);
            byte[] damaged = mutation.apply(clean, place[0], place[1], random);
            Files.write(file, damaged);
            Set<String> after =
                    assertTimeoutPreemptively(LIMIT, () -> keys(target, folder, file)).stream()
                            .flatMap(List::stream)
                            .collect(Collectors.toSet());
            good.removeIf(keys -> keys.stream().anyMatch(after::contains));
            assertThat(good)
                    .as("good records lost by %s at record %d of %s", mutation, hit, target)
                    .isEmpty();
        } finally {
            delete(folder);
        }
    }

    /** Ways to damage a record; {@code reach} further records are touched too. */
    enum Mutation {
        FLIP_BYTES(0) {
            @Override
            byte[] damage(byte[] record, SplittableRandom random) {
                byte[] damaged = record.clone();
                for (int i = random.nextInt(1, 5); i > 0; i--) {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                }
                return damaged;
            }
        },
        CUT(0) {
            @Override
            byte[] damage(byte[] record, SplittableRandom random) {
                return Arrays.copyOf(record, random.nextInt(record.length));
            }
        },
        CUT_THROUGH_THE_NEXT(1) {
            @Override
            byte[] apply(byte[] file, int from, int to, SplittableRandom random) {
                int start = random.nextInt(from, to);
                int end = Math.min(file.length, to + random.nextInt(1, 3));
                return joined(
                        Arrays.copyOf(file, start), Arrays.copyOfRange(file, end, file.length));
            }
        },
        DROP_A_PIECE(0) {
            @Override
            byte[] damage(byte[] record, SplittableRandom random) {
                int start = random.nextInt(record.length);
                int end = random.nextInt(start, Math.min(record.length, start + 200));
                return joined(
                        Arrays.copyOf(record, start),
                        Arrays.copyOfRange(record, end, record.length));
            }
        },
        HUGE_STRING(0) {
            @Override
            byte[] damage(byte[] record, SplittableRandom random) {
                return insert(record, "x".repeat(3_000_000).getBytes(UTF_8), random);
            }
        },
        DEEP_NESTING(0) {
            @Override
            byte[] damage(byte[] record, SplittableRandom random) {
                String open = random.nextBoolean() ? "[" : "{\"a\":";
                return insert(record, open.repeat(20_000).getBytes(UTF_8), random);
            }
        },
        INVALID_UTF8(0) {
            @Override
            byte[] damage(byte[] record, SplittableRandom random) {
                return insert(record, new byte[] {(byte) 0xC3, (byte) 0x28, (byte) 0xFF}, random);
            }
        },
        STRAY_QUOTE(0) {
            @Override
            byte[] damage(byte[] record, SplittableRandom random) {
                return insert(record, "\"".getBytes(UTF_8), random);
            }
        };

        private final int reach;

        Mutation(int reach) {
            this.reach = reach;
        }

        byte[] damage(byte[] record, SplittableRandom random) {
            return record;
        }

        byte[] apply(byte[] file, int from, int to, SplittableRandom random) {
            byte[] damaged = damage(Arrays.copyOfRange(file, from, to), random);
            return joined(
                    joined(Arrays.copyOf(file, from), damaged),
                    Arrays.copyOfRange(file, to, file.length));
        }

        private static byte[] insert(byte[] into, byte[] what, SplittableRandom random) {
            int at = random.nextInt(into.length + 1);
            return joined(
                    joined(Arrays.copyOf(into, at), what),
                    Arrays.copyOfRange(into, at, into.length));
        }

        static byte[] joined(byte[] one, byte[] other) {
            ByteArrayOutputStream both = new ByteArrayOutputStream(one.length + other.length);
            both.writeBytes(one);
            both.writeBytes(other);
            return both.toByteArray();
        }
    }

    /**
     * The keys of each accepted record of the target's file. One of them is enough to know it by: a
     * record is rightly set aside if the damaged one still holds a key of it.
     */
    private static List<List<String>> keys(Target target, Path folder, Path file)
            throws IOException {
        boolean refers = target.format.equals("movielens") || target.format.equals("goodreads");
        Collected collected =
                Collected.read(target.format, Collected.ALL, List.of(refers ? folder : file));
        return collected.of(file).rows.stream()
                .filter(rows -> !rows.keys().isEmpty()) // others are made of several records
                .map(rows -> rows.keys().stream().map(Rows.Key::value).toList())
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** Where each record lies in the bytes of the file. */
    private static List<int[]> places(Target target, Path file, byte[] bytes) throws IOException {
        SourceFormat format = Formats.open(target.format, Collected.ALL);
        SourceFile source = SourceFiles.find(format, List.of(file)).files().get(0);
        List<int[]> places = new ArrayList<>();
        int at = 0;
        try (RawRecords records = source.layout().open(file)) {
            for (RawRecord record = records.next(); record != null; record = records.next()) {
                byte[] own = new byte[record.bytes().remaining()];
                record.bytes().duplicate().get(own);
                at = indexOf(bytes, own, at);
                int end = at + own.length;
                while (end > at && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
                    end--; // the line end belongs to no record
                }
                if (end > at) {
                    places.add(new int[] {at, end});
                }
                at += own.length;
            }
        }
        return places;
    }

    private static byte[] without(byte[] file, int from, int to) {
        return Mutation.joined(
                Arrays.copyOf(file, from), Arrays.copyOfRange(file, to, file.length));
    }

    private static int indexOf(byte[] bytes, byte[] part, int from) {
        for (int at = from; at + part.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new AssertionError("a record is not in its file");
    }

    /** The file as it is, decompressed, with the others of its folder where it refers to them. */
    private static Path copy(Target target, Path folder) throws IOException {
        if (target == Target.CANONICAL) {
            return CanonicalSample.write(folder.resolve("preferences.jsonl"));
        }
        Path from = FIXTURES.resolve(target.file);
        boolean refers = target.format.equals("movielens") || target.format.equals("goodreads");
        if (refers) {
            try (Stream<Path> others = Files.list(from.getParent())) {
                for (Path other :
                        others.filter(f -> !f.toString().endsWith("expected.json")).toList()) {
                    plainCopy(other, folder);
                }
            }
            return folder.resolve(plainName(from));
        }
        return plainCopy(from, folder);
    }

    private static Path plainCopy(Path from, Path folder) throws IOException {
        Path to = folder.resolve(plainName(from));
        byte[] bytes = Files.readAllBytes(from);
        if (from.toString().endsWith(".gz")) {
            try (var in = new GZIPInputStream(Files.newInputStream(from))) {
                bytes = in.readAllBytes();
            }
        }
        return Files.write(to, bytes);
    }

    private static String plainName(Path file) {
        return file.getFileName().toString().replace(".gz", "");
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
