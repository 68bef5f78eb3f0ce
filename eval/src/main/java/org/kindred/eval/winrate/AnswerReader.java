package org.kindred.eval.winrate;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.Samples;

/**
 * Reads completions: {@code eval/samples.jsonl} of a run, whose lines name their prompts by id, and
 * lines {@code {"id", "user", "prompt", "completion"}} with an optional {@code group}, {@code
 * policy} and {@code index}; {@code prompt} is a text or a list of messages. The id names the
 * prompt: lines of two policies with one id and index are a pair.
 */
final class AnswerReader {
    private static final int MOST_COMPLETIONS = 1_000_000;

    /** What an id stands for, in all files alike. */
    private record Asked(String user, String text) {}

    /** A line, before all groups are known. */
    private record Line(String policy, String prompt, int index, String completion) {}

    private final Map<String, Asked> asked = new LinkedHashMap<>();
    private final Map<String, String> groups = new LinkedHashMap<>();
    private final Set<List<Object>> seen = new HashSet<>();
    private final List<Line> lines = new ArrayList<>();
    private final Set<String> policies = new LinkedHashSet<>();
    private final List<Quarantined> quarantined = new ArrayList<>();

    /**
     * @param data where prompts of runs are found, in place of the runs' own data
     * @param groupOfUser labels of the data set, for lines without a group
     */
    static Answers read(
            List<AnswerSource> sources, @Nullable Path data, Map<String, String> groupOfUser) {
        AnswerReader reader = new AnswerReader();
        Set<String> names = new HashSet<>();
        for (AnswerSource source : sources) {
            if (!names.add(source.name())) {
                throw new KindredException(
                        "two files are named "
                                + source.name()
                                + ": tell them apart with NAME="
                                + source.file());
            }
            reader.read(source, data, sources.size() > 1 || source.named());
        }
        return reader.answers(groupOfUser);
    }

    private void read(AnswerSource source, @Nullable Path data, boolean prefixed) {
        Map<String, String> texts = new LinkedHashMap<>();
        JsonLines.read(
                source.file(),
                (record, line) -> {
                    RecordFields fields = new RecordFields(record);
                    String own = fields.optionalText("policy");
                    String policy =
                            own == null
                                    ? source.name()
                                    : prefixed ? source.name() + "/" + own : own;
                    boolean ofRun = fields.find("id") == null;
                    if (ofRun && texts.isEmpty()) {
                        texts.putAll(promptTexts(source, data, line));
                    }
                    String id = fields.id(ofRun ? "prompt" : "id");
                    Asked question =
                            new Asked(user(fields), ofRun ? texts.get(id) : prompt(fields));
                    if (question.text() == null) {
                        throw new RejectedRecordException("unknown_value:prompt");
                    }
                    int index = index(fields);
                    String completion = fields.anyText("completion");
                    String group = fields.optionalText("group");
                    if (!seen.add(List.of(policy, id, index))) {
                        throw new RejectedRecordException("duplicate_id");
                    }
                    require(id, question, group, source, line);
                    policies.add(policy);
                    lines.add(new Line(policy, id, index, completion));
                },
                quarantined::add);
    }

    private static Map<String, String> promptTexts(
            AnswerSource source, @Nullable Path data, long line) {
        Path where = data != null ? data : source.data().orElse(null);
        if (where == null) {
            throw new KindredException(
                    source.file()
                            + " line "
                            + line
                            + ": has no id, so it names its prompt as a run does, and no data are"
                            + " known; give the run's folder, or its data with --data");
        }
        return Samples.promptTexts(CanonicalReader.read(where).dataset());
    }

    private static String user(RecordFields fields) throws RejectedRecordException {
        return fields.id(fields.find("user") == null ? "user_id" : "user");
    }

    private static String prompt(RecordFields fields) throws RejectedRecordException {
        JsonNode prompt = fields.find("prompt");
        return prompt != null && prompt.isArray()
                ? Message.text(fields.prompt("prompt"))
                : fields.text("prompt");
    }

    private static int index(RecordFields fields) throws RejectedRecordException {
        Integer index = fields.optionalInteger("index", 0, MOST_COMPLETIONS);
        return index == null ? 0 : index;
    }

    /** One id is one user's prompt in one group, whoever answers. */
    private void require(
            String id, Asked question, @Nullable String group, AnswerSource source, long line) {
        Asked before = asked.putIfAbsent(id, question);
        String groupBefore = group == null ? null : groups.putIfAbsent(id, group);
        if ((before != null && !before.equals(question))
                || (groupBefore != null && !groupBefore.equals(group))) {
            throw new KindredException(
                    source.file()
                            + " line "
                            + line
                            + ": its id was met before with another user, prompt or group; an id"
                            + " must name the same prompt in all files");
        }
    }

    private Answers answers(Map<String, String> groupOfUser) {
        List<Sample> samples = new ArrayList<>();
        for (Line line : lines) {
            String user = asked.get(line.prompt()).user();
            String group =
                    groups.getOrDefault(
                            line.prompt(), groupOfUser.getOrDefault(user, Alignment.ALL));
            samples.add(
                    new Sample(
                            line.policy(),
                            user,
                            true,
                            true,
                            group,
                            Alignment.ALL,
                            line.prompt(),
                            line.index(),
                            Double.NaN,
                            Double.NaN,
                            Double.NaN,
                            words(line.completion()),
                            line.completion()));
        }
        Map<String, String> prompts = new LinkedHashMap<>();
        asked.forEach((id, question) -> prompts.put(id, question.text()));
        return new Answers(samples, prompts, List.copyOf(policies), quarantined);
    }

    private static int words(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }
}
