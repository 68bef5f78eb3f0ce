package org.kindred.pipeline;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.PersonaLevel;

/**
 * {@code reward/}: the judge, fitted to the choices that training may read where it is the embedded
 * one; and {@code personas.jsonl}, what it says of users before any prompt, where that costs
 * nothing or is what policies read.
 */
final class JudgeStage implements Stage {
    static final String NAME = "judge";
    static final String PERSONAS = "reward/personas.jsonl";

    private final RunContext context;

    JudgeStage(RunContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String note() {
        return context.options().judge().spec();
    }

    @Override
    public Map<String, String> reads(RecipeOptions options) {
        Map<String, String> read = RunContext.leaves(options, "seed", "judge.");
        read.keySet()
                .removeIf(
                        key ->
                                key.startsWith("judge.scaling.")
                                        || key.startsWith("judge.neighbours")
                                        || key.startsWith("judge.prototypes.")
                                        || key.startsWith("judge.scenarios."));
        return read;
    }

    @Override
    public List<String> after() {
        return List.of(DataStage.NAME);
    }

    @Override
    public List<String> outputs() {
        return List.of(PERSONAS, "reward/judge.yaml", "reward/judge.json"); // answers are kept
    }

    @Override
    public boolean run() {
        JudgeSpec spec = JudgeSpec.parse(context.options().judge().spec());
        if (spec instanceof JudgeSpec.Run other) { // its answers are ours as well
            context.copyIfAbsent(other.folder().resolve("reward"), JudgeCache.FILE);
        }
        try (OpenJudge fresh = context.freshJudge()) {
            fresh.probe(OpenJudge.Form.RUBRICS);
            if (fresh.embedded()) {
                fresh.fitted().ratings().ifPresent(this::tellSlips);
            }
            fresh.save(context.path(""));
        }
        OpenJudge judge = context.judge();
        if (judge.embedded() || context.options().judge().persona() == PersonaLevel.USER) {
            writePersonas();
        }
        return true;
    }

    private void tellSlips(RubricJudge.Ratings ratings) {
        if (ratings.outside() > 0) {
            context.note(
                    ratings.outside()
                            + " of "
                            + ratings.given()
                            + " ratings are outside the scale from "
                            + ratings.range()
                            + " and were not read; another scale: judge.rubric.rating_range");
        }
    }

    private void writePersonas() {
        List<UserContext> users = List.copyOf(context.users().values());
        List<RubricOutcome> rubrics =
                context.rewardModel()
                        .rubrics(users.stream().map(user -> new UserPrompt(user, "")).toList());
        Map<String, Integer> failures = new TreeMap<>();
        for (RubricOutcome outcome : rubrics) {
            if (outcome instanceof RubricOutcome.Failed failed) {
                failures.merge(failed.reason(), 1, Integer::sum);
            }
        }
        AtomicFiles.write(
                context.path(PERSONAS),
                out -> {
                    for (int i = 0; i < users.size(); i++) {
                        Json.writeLine(out, line(users.get(i), rubrics.get(i)));
                    }
                });
        if (!failures.isEmpty()) {
            int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
            context.note(
                    "no persona could be written of "
                            + failed
                            + " of "
                            + users.size()
                            + " users "
                            + failures);
        }
    }

    private static Map<String, Object> line(UserContext user, RubricOutcome outcome) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("user_id", user.userId());
        if (outcome instanceof RubricOutcome.Written written) {
            line.put("persona", written.rubric().persona());
            line.put("criteria", written.rubric().criteria());
        } else {
            line.put("failed", ((RubricOutcome.Failed) outcome).reason());
        }
        return line;
    }
}
