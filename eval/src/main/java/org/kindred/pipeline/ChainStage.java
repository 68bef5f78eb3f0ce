package org.kindred.pipeline;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.Preference;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;

/**
 * {@code reward/chains.jsonl}: an evaluation chain about the first training choices of each
 * training user, written from the user's other ones.
 */
final class ChainStage implements Stage {
    static final String NAME = "chains";
    static final String FILE = "reward/chains.jsonl";

    private final RunContext context;
    private int written;
    private final Map<String, Integer> failures = new TreeMap<>();

    ChainStage(RunContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String note() {
        return "evaluation chains about training choices";
    }

    @Override
    public Map<String, String> reads(RecipeOptions options) {
        return RunContext.leaves(options, "judge.rows_per_user");
    }

    @Override
    public List<String> after() {
        return List.of(DataStage.NAME, JudgeStage.NAME);
    }

    @Override
    public List<String> outputs() {
        return List.of(FILE);
    }

    /** A choice and the other ones of its user. */
    private record Choice(UserContext others, Preference target) {
        ChainRequest request() {
            return new ChainRequest(
                    others,
                    target.promptText(),
                    List.of(target.chosenText(), target.rejectedText()));
        }
    }

    private static List<Choice> choices(UserContext user) {
        return user.history().stream()
                .map(
                        target ->
                                new Choice(
                                        new UserContext(
                                                user.userId(),
                                                user.history().stream()
                                                        .filter(
                                                                row ->
                                                                        !row.id()
                                                                                .equals(
                                                                                        target
                                                                                                .id()))
                                                        .toList()),
                                        target))
                .toList();
    }

    @Override
    public boolean run() {
        RewardData data = RewardData.forTraining(context.data().dataset());
        List<Choice> choices =
                data.trainingUsers(context.options().judge().rowsPerUser()).values().stream()
                        .flatMap(user -> choices(user).stream())
                        .toList();
        ChainWriter writer = context.judge().oneOrder();
        AtomicFiles.write(
                context.path(FILE),
                out ->
                        OrderedWork.<Choice, Map<String, Object>>runInBatches(
                                choices.iterator(),
                                writer.batch(),
                                writer.threads(),
                                some -> chains(some, writer),
                                line -> {
                                    if (line.get("failed") instanceof String reason) {
                                        failures.merge(reason, 1, Integer::sum);
                                    }
                                    write(out, line);
                                    context.progress().step(++written, choices.size(), "chains");
                                }));
        int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
        if (failed > 0) {
            context.note(
                    failed + " of " + choices.size() + " chains could not be written " + failures);
        }
        if (failed > 0 && failed == choices.size()) {
            throw new KindredException(
                    "reward/chains.jsonl: the judge wrote none of "
                            + failed
                            + " chains "
                            + failures
                            + "; see reward/"
                            + OpenJudge.FAILURES
                            + ", mend the judge, then go on with --resume");
        }
        return true;
    }

    private static void write(OutputStream out, Map<String, Object> line) {
        try {
            Json.writeLine(out, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Map<String, Object>> chains(List<Choice> some, ChainWriter writer) {
        List<List<ChainOutcome>> outcomes =
                writer.writeAll(some.stream().map(Choice::request).toList(), Samples.of(1));
        List<Map<String, Object>> lines = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            ChainOutcome outcome = outcomes.get(i).get(0);
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("user_id", some.get(i).target().userId());
            line.put("row_id", some.get(i).target().id());
            if (outcome instanceof ChainOutcome.Written chain) {
                line.put("persona", chain.chain().persona());
                line.put("criteria", chain.chain().criteria());
                line.put("scores", chain.chain().scores());
                line.put("stated_scores", chain.chain().statedScores());
            } else {
                line.put("failed", ((ChainOutcome.Failed) outcome).reason());
            }
            line.put("tokens", outcome.tokens());
            lines.add(line);
        }
        return lines;
    }

    /** How many chains a file holds and how many could not be written, in words. */
    static String counts(Path file) {
        int[] counts = new int[2];
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                counts[Json.mapper().readTree(line).has("failed") ? 1 : 0]++;
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
        return counts[0] + " chains, " + counts[1] + " failed";
    }
}
