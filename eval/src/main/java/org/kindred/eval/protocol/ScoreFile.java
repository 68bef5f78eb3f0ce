package org.kindred.eval.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.eval.metric.PairOutcome;

/**
 * Lines of scores or judge outputs by id of what was scored. The first line of an id counts; a line
 * that is not of the format is set aside with a reason.
 *
 * @param byId in the order of the file
 * @param quarantined lines that were set aside
 */
public record ScoreFile<T>(Map<String, T> byId, List<Quarantined> quarantined) {

    /**
     * Scores of the two answers of a pair; NaN where the file has none.
     *
     * @param chosen score of the answer that people chose
     */
    public record PairScore(double chosen, double rejected) {
        private static final PairScore NONE = new PairScore(Double.NaN, Double.NaN);

        PairOutcome outcome() {
            return PairOutcome.of(chosen, rejected);
        }
    }

    /**
     * Scores of a pair in both orders of showing it; NaN in an order that the file lacks.
     *
     * @param chosenFirst with the chosen answer shown first
     */
    public record Orders(PairScore chosenFirst, PairScore chosenSecond) {
        /** No line. */
        public static final Orders NONE = new Orders(PairScore.NONE, PairScore.NONE);

        /** By the mean of both orders. */
        PairOutcome mean() {
            return PairOutcome.of(
                    (chosenFirst.chosen() + chosenSecond.chosen()) / 2,
                    (chosenFirst.rejected() + chosenSecond.rejected()) / 2);
        }
    }

    /**
     * What a judge wrote about a pair.
     *
     * @param chosenFirst whether the chosen answer was shown as A
     */
    public record Verdict(boolean chosenFirst, String output) {

        /** False also if the output states no result. */
        boolean isRight() {
            return PersonalizedRewardBench.result(output) == (chosenFirst ? 'A' : 'B');
        }
    }

    /**
     * Scores of several systems for one question, once by the reference and once by the reward
     * model.
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers in, numbers out; never compared as a whole
    public record Ranking(String config, double[] reference, double[] reward) {}

    /** What a judge wrote about one aspect of an answer. */
    public record AspectVerdict(String id, String aspect, String output) {}

    /** Verdicts in the order of the file; an id has one for each aspect. */
    public record AspectFile(List<AspectVerdict> verdicts, List<Quarantined> quarantined) {}

    private interface Parser<T> {
        T parse(RecordFields fields) throws RejectedRecordException;
    }

    /** {@code {"id", "chosen", "rejected"}}, or {@code chosen_score} and {@code rejected_score}. */
    public static ScoreFile<PairScore> pairs(Path file) {
        return read(file, ScoreFile::pair);
    }

    private static PairScore pair(RecordFields fields) throws RejectedRecordException {
        String suffix = fields.find("chosen") == null ? "_score" : "";
        return new PairScore(orNaN(fields, "chosen" + suffix), orNaN(fields, "rejected" + suffix));
    }

    /**
     * {@code {"id", "first": "chosen" | "rejected", "chosen", "rejected"}}, a line for each order;
     * one without {@code first} is of a judge that reads answers one by one, and counts for both.
     */
    public static ScoreFile<Orders> orders(Path file) {
        Map<String, Orders> byId = new LinkedHashMap<>();
        Set<List<String>> met = new HashSet<>();
        List<Quarantined> quarantined = new ArrayList<>();
        JsonLines.read(
                file,
                (record, line) -> {
                    RecordFields fields = new RecordFields(record);
                    String id = fields.id("id");
                    PairScore score = pair(fields);
                    String first = fields.optionalText("first", Set.of("chosen", "rejected"));
                    List<String> orders =
                            first == null ? List.of("chosen", "rejected") : List.of(first);
                    if (orders.stream().anyMatch(order -> met.contains(List.of(id, order)))) {
                        throw new RejectedRecordException("duplicate_id");
                    }
                    for (String order : orders) {
                        met.add(List.of(id, order));
                        Orders before = byId.getOrDefault(id, Orders.NONE);
                        byId.put(
                                id,
                                order.equals("chosen")
                                        ? new Orders(score, before.chosenSecond())
                                        : new Orders(before.chosenFirst(), score));
                    }
                },
                quarantined::add);
        requireSome(byId.values(), quarantined, file);
        return new ScoreFile<>(byId, quarantined);
    }

    /** {@code {"id", "scores"}}: right answers first, then wrong ones. */
    public static ScoreFile<double[]> lists(Path file) {
        return read(file, fields -> numbers(fields, "scores"));
    }

    /** {@code {"id", "first": "chosen" | "rejected", "judge_output"}}. */
    public static ScoreFile<Verdict> verdicts(Path file) {
        return read(
                file,
                fields ->
                        new Verdict(
                                fields.text("first", Set.of("chosen", "rejected")).equals("chosen"),
                                output(fields)));
    }

    /** {@code {"id", "config", "reference", "reward"}}. */
    public static ScoreFile<Ranking> rankings(Path file) {
        return read(
                file,
                fields -> {
                    double[] reference = numbers(fields, "reference");
                    double[] reward = numbers(fields, "reward");
                    if (reference.length != reward.length) {
                        throw new RejectedRecordException("wrong_columns");
                    }
                    return new Ranking(fields.text("config"), reference, reward);
                });
    }

    /**
     * {@code {"id", "aspect", "judge_output"}}; an id has one line for each aspect. An aspect
     * without a usable line counts 0.
     */
    public static AspectFile aspects(Path file) {
        List<AspectVerdict> verdicts = new ArrayList<>();
        List<Quarantined> quarantined = new ArrayList<>();
        JsonLines.read(
                file,
                (record, line) -> {
                    RecordFields fields = new RecordFields(record);
                    verdicts.add(
                            new AspectVerdict(
                                    fields.id("id"), fields.text("aspect"), output(fields)));
                },
                quarantined::add);
        return new AspectFile(requireSome(verdicts, quarantined, file), quarantined);
    }

    private static <T> ScoreFile<T> read(Path file, Parser<T> parser) {
        Map<String, T> byId = new LinkedHashMap<>();
        List<Quarantined> quarantined = new ArrayList<>();
        JsonLines.read(
                file,
                (record, line) -> {
                    RecordFields fields = new RecordFields(record);
                    String id = fields.id("id");
                    if (byId.containsKey(id)) {
                        throw new RejectedRecordException("duplicate_id");
                    }
                    byId.put(id, parser.parse(fields));
                },
                quarantined::add);
        requireSome(byId.values(), quarantined, file);
        return new ScoreFile<>(byId, quarantined);
    }

    private static <C extends Collection<?>> C requireSome(
            C found, List<Quarantined> quarantined, Path file) {
        if (found.isEmpty()) {
            String first =
                    quarantined.isEmpty()
                            ? "it is empty"
                            : quarantined.size()
                                    + " were set aside, the first is "
                                    + quarantined.get(0).file()
                                    + " line "
                                    + quarantined.get(0).line()
                                    + ": "
                                    + quarantined.get(0).reason();
            throw new KindredException(
                    file
                            + " holds no usable line ("
                            + first
                            + "); expected JSON lines as eval/docs/use-it-with.md shows");
        }
        return found;
    }

    private static String output(RecordFields fields) throws RejectedRecordException {
        return fields.find("judge_output") == null ? "" : fields.anyText("judge_output");
    }

    private static double orNaN(RecordFields fields, String field) throws RejectedRecordException {
        Double number = fields.optionalNumber(field);
        return number == null ? Double.NaN : number;
    }

    /** A list of numbers; null, as bare NaN is read, stays NaN. */
    private static double[] numbers(RecordFields fields, String field)
            throws RejectedRecordException {
        JsonNode array = fields.array(field);
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            JsonNode number = array.get(i);
            if (!number.isNumber() && !number.isNull()) {
                throw new RejectedRecordException("wrong_type:" + field);
            }
            numbers[i] = number.isNull() ? Double.NaN : number.doubleValue();
        }
        return numbers;
    }
}
