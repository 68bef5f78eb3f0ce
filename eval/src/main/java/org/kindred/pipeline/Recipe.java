package org.kindred.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Progress;
import org.kindred.datasets.Sha256;
import org.kindred.options.OptionTree;
import org.kindred.policy.run.TrainingListener;

/**
 * The whole way from people's choices to policies that were trained on them and a report that says
 * what came of it: data, judge, groups, start, arms, evaluation, report.
 *
 * <p>Every stage reads files of the run folder and leaves its own there; whoever made a file, the
 * next stage finds it. {@link #run} is the composition, and the only one.
 */
public final class Recipe implements AutoCloseable {
    private final RunFolder run;
    private final RunContext context;
    private final List<Stage> stages;
    private final List<Stage> planned;
    private volatile @Nullable Stage running;
    private volatile boolean stopRequested;

    /** How far a command goes. */
    public enum Goal {
        /** Until the judge is fitted or reached, and has written chains about training choices. */
        CHAINS,
        /** Until preference groups are found. */
        GROUPS,
        /** Until the policy that arms start from is there. */
        START,
        /** Until all arms are trained. */
        ARMS,
        /** All of it. */
        REPORT
    }

    /**
     * Opens the run folder and plans what is to be done.
     *
     * @param command as typed, for the results
     * @param log hears of every step of the arms besides {@code progress}, for example MLflow
     */
    public static Recipe open(
            Path folder,
            RunFolder.Existing existing,
            RecipeOptions options,
            Goal goal,
            List<String> command,
            TrainingListener log,
            Progress progress) {
        RunFolder run = RunFolder.join(folder, existing, own(options, goal));
        List<String> words = run.command(command, existing == RunFolder.Existing.RESUME);
        return new Recipe(run, new RunContext(options, run, words, log, progress), goal);
    }

    private Recipe(RunFolder run, RunContext context, Goal goal) {
        this.run = run;
        this.context = context;
        stages = stages(context, Goal.REPORT);
        planned = stages(context, goal);
    }

    /** What a command makes itself; the stages before may be somebody else's. */
    private static Set<String> own(RecipeOptions options, Goal goal) {
        return switch (goal) {
            case CHAINS -> Set.of(ChainStage.NAME);
            case GROUPS -> Set.of(GroupStage.NAME);
            case START -> Set.of(StartStage.NAME);
            case ARMS, REPORT -> {
                Set<String> names = new TreeSet<>();
                options.arms().forEach(arm -> names.add(arm.name()));
                if (goal == Goal.REPORT) {
                    names.add(EvaluationStage.NAME);
                }
                yield names;
            }
        };
    }

    private static List<Stage> stages(RunContext context, Goal goal) {
        List<Stage> stages = new ArrayList<>();
        stages.add(new DataStage(context));
        StartOptions start = context.options().start();
        boolean picks = context.options().picks();
        if (goal != Goal.START || start.persona() || picks) {
            stages.add(new JudgeStage(context));
        }
        if (goal == Goal.CHAINS) {
            stages.add(new ChainStage(context));
        }
        if (goal.compareTo(Goal.GROUPS) >= 0 && (goal != Goal.START || picks)) {
            stages.add(new GroupStage(context));
        }
        if (goal.compareTo(Goal.START) >= 0) {
            stages.add(new StartStage(context));
        }
        if (goal.compareTo(Goal.ARMS) >= 0) {
            stages.add(new PersonaStage(context));
            context.options().arms().forEach(arm -> stages.add(new ArmStage(context, arm)));
        }
        if (goal == Goal.REPORT) {
            stages.add(new EvaluationStage(context));
            stages.add(new ReportStage(context));
        }
        return stages;
    }

    /**
     * Makes what is not there yet, in order.
     *
     * @return false if it was asked to stop before its end
     */
    public boolean run() {
        refuseOtherOptions();
        new Preflight(context).check();
        run.writeConfig(context.options());
        Provenance.now(context.options().seed(), context.options().engine())
                .write(run.path("provenance.json"));
        for (Stage stage : planned) {
            if (stopRequested || !run(stage)) {
                return false;
            }
        }
        return true;
    }

    private boolean run(Stage stage) {
        String key = key(stage);
        boolean same = run.keyOf(stage.name()).filter(key::equals).isPresent();
        if (run.isFinished(stage.name()) && same) {
            context.progress().stage(stage.name(), "finished before");
            return true;
        }
        context.progress().stage(stage.name(), stage.note());
        stage.outputs().forEach(run::clear);
        run.begin(stage.name(), key);
        running = stage;
        boolean whole = stage.run();
        running = null;
        if (whole) {
            run.protect(stage.outputs());
            run.finish(stage.name(), context.takeNotes());
        }
        return whole;
    }

    /**
     * Asks {@link #run} to save and return as soon as it can. Safe from any thread.
     *
     * @return whether it is worth waiting for: other stages are made anew when the run goes on
     */
    public boolean requestStop() {
        stopRequested = true;
        Stage stage = running;
        return stage != null && stage.requestStop();
    }

    /** A stage that was begun with other options must not go on, nor be lost. */
    private void refuseOtherOptions() {
        if (!Files.exists(run.path(RunFolder.CONFIG))) {
            return;
        }
        RecipeOptions before = OptionTree.load(RunFolder.config(run.root()), RecipeOptions.class);
        List<String> changed = new ArrayList<>();
        for (Stage stage : planned) {
            if (run.keyOf(stage.name()).isPresent() && !stage.repeats()) {
                Map<String, String> now = stage.reads(context.options());
                Map<String, String> then = stage.reads(before);
                Map<String, String> all = new LinkedHashMap<>(then);
                all.putAll(now);
                for (String option : all.keySet()) {
                    String was = then.getOrDefault(option, "(absent)");
                    String is = now.getOrDefault(option, "(absent)");
                    if (!was.equals(is) && !stage.goesOn(option, was, is)) {
                        changed.add(option + ": " + was + " -> " + is);
                    }
                }
            }
        }
        if (!changed.isEmpty()) {
            throw RunFolder.otherOptions(run.root(), changed.stream().distinct().toList());
        }
    }

    private String key(Stage stage) {
        StringBuilder text = new StringBuilder(stage.name()).append('\n');
        text.append(stage.reads(context.options())).append('\n').append(stage.inputs());
        for (String before : stage.after()) {
            stages.stream()
                    .filter(other -> other.name().equals(before))
                    .forEach(other -> text.append('\n').append(key(other)));
        }
        return Sha256.of(text.toString());
    }

    /** What a finished run found, in ten lines for the terminal. */
    public String summary() {
        return Summary.of(run.root());
    }

    public Path root() {
        return run.root();
    }

    /** The model that arms start from. */
    public Path start() {
        return StartStage.model(context);
    }

    /** The model of every arm, by its name. */
    public Map<String, Path> arms() {
        Map<String, Path> models = new LinkedHashMap<>();
        context.options().arms().forEach(arm -> models.put(arm.name(), context.policy(arm.name())));
        return models;
    }

    /** How many chains are there and how many could not be written, in words. */
    public String chains() {
        return ChainStage.counts(run.path(ChainStage.FILE));
    }

    /** The preference groups, a line each. */
    public List<String> groups() {
        return new FoundGroups(context).lines();
    }

    @Override
    public void close() {
        context.close();
        run.close();
    }
}
