package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.Recipe;
import org.kindred.pipeline.RecipeOptions;
import org.kindred.pipeline.RunFolder;
import org.kindred.pipeline.StartOptions;
import org.kindred.policy.run.TrainingListener;
import org.kindred.reward.judges.RewardOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A command that does stages of a recipe. All of them read one tree of options under the same keys;
 * each takes the sections of its own stages and refuses the others.
 */
abstract class RecipeCommand implements Callable<Integer> {
    static final String JUDGES =
            "rubric (default) | openai:URL#MODEL (key in KINDRED_API_KEY) | ollama:URL#MODEL |"
                    + " local:DIR | run:DIR, the judge of a finished run.";

    @Spec CommandSpec spec;
    @Mixin OptionSettings.Seeded settings;
    @Mixin OutputFolder.Resumable output;
    @Mixin EngineSettings engine;

    @Option(names = "--judge", paramLabel = "JUDGE", description = JUDGES)
    private @Nullable String judge;

    private final Recipe.Goal goal;
    private final Set<String> sections;

    /**
     * @param sections top-level keys that the command takes
     */
    RecipeCommand(Recipe.Goal goal, Set<String> sections) {
        this.goal = goal;
        this.sections = sections;
    }

    /** Puts the command's own flags among the settings. */
    abstract void flags();

    /** First word of the folder's name where none is given. */
    abstract String folderName();

    /** What the finished command tells people. */
    abstract void tell(Recipe recipe, PrintWriter out);

    /** Options that this command sees otherwise than a whole run; files and flags are stronger. */
    Map<String, ?> own() {
        return Map.of();
    }

    /** Who else hears of training steps. */
    TrainingListener log(Path folder, RecipeOptions options, Console console) {
        return TrainingListener.SILENT;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        engine.addTo(settings);
        settings.set("judge.spec", judge);
        flags();
        Path folder = output.folder(folderName());
        OptionTree<RecipeOptions> options = options(folder);
        if (settings.printed(options, out)) {
            return 0;
        }
        try (Console console = new Console(out)) {
            out.println("kindred " + commandName() + " -> " + folder);
            work(folder, options.options(), console, out);
        }
        return 0;
    }

    /** Makes the stages; a process that is interrupted says how to go on. */
    void work(Path folder, RecipeOptions options, Console console, PrintWriter out) {
        try (Recipe recipe =
                Recipe.open(
                        folder,
                        existing(),
                        options,
                        goal,
                        TypedCommand.words(spec),
                        log(folder, options, console),
                        console)) {
            boolean whole =
                    Stoppable.run(recipe::requestStop, resumeHint(folder), out, recipe::run);
            console.close();
            if (whole) {
                tell(recipe, out);
                out.flush();
            }
        }
    }

    RunFolder.Existing existing() {
        return output.existing();
    }

    /** What to type to go on after an interruption. */
    String resumeHint(Path folder) {
        return Stoppable.SAME_COMMAND + " --out " + folder;
    }

    final String commandName() {
        return spec.qualifiedName().replaceFirst("^kindred ", "");
    }

    /**
     * What was given now, over those of the run that the folder holds. A run that goes on keeps all
     * of them; one that is joined keeps what was chosen, and its defaults are this command's.
     */
    private OptionTree<RecipeOptions> options(Path folder) {
        RecipeOptions defaults = RecipeOptions.defaults();
        Path config = folder.resolve(RunFolder.CONFIG);
        boolean joined = Files.exists(config) && !output.force();
        List<OptionLayer> found = new ArrayList<>();
        if (joined && output.resume()) {
            found.add(OptionLayer.file(RunFolder.config(folder)));
            return settings.resolve(defaults, found.toArray(OptionLayer[]::new));
        }
        found.add(OptionLayer.of("kindred " + commandName(), own()));
        if (joined) {
            OptionLayer held = OptionLayer.file(RunFolder.config(folder));
            found.add(held.differingFrom(defaults));
            if (Files.exists(folder.resolve(StartOptions.FOLDER))) {
                found.add(held.only(Set.of("start"))); // its policy is what arms begin from
            }
        }
        String model = settings.peek(defaults, "start.model", found.toArray(OptionLayer[]::new));
        if (!model.equals(StartOptions.SCRATCH)) {
            found.add(0, Preset.of("checkpoint", "run").layer().only(sections));
        }
        OptionTree<RecipeOptions> options =
                settings.resolve(defaults, found.toArray(OptionLayer[]::new));
        return read(options, config.toString());
    }

    /**
     * Refuses what the command, or what was chosen, does not read.
     *
     * @param held origin of options that a joined run holds: they are for all of its commands
     */
    private OptionTree<RecipeOptions> read(OptionTree<RecipeOptions> options, String held) {
        Map<String, String> unread = new LinkedHashMap<>();
        for (String section : OptionTree.sections(RecipeOptions.class)) {
            if (!sections.contains(section)) {
                unread.put(section, "kindred " + commandName() + " has no such stage");
            }
        }
        unread(options.options())
                .forEach(
                        (key, why) -> {
                            if (sections.contains(key.split("\\.", 2)[0])) {
                                unread.put(key, why);
                            }
                        });
        OptionTree<RecipeOptions> read = options;
        for (Map.Entry<String, String> entry : unread.entrySet()) {
            read = read.refuse(entry.getKey(), entry.getValue(), held);
        }
        return read;
    }

    /** Keys that nothing reads with the choices made, and why. */
    static Map<String, String> unread(RecipeOptions options) {
        Map<String, String> unread = new LinkedHashMap<>();
        if (options.data().source().isEmpty()) {
            unread.put("data.placement", "simulated people have their places");
        } else {
            unread.put("data.simulation", "the data are " + options.data().source());
        }
        Map<String, String> judge = RewardOptions.unread(options.judge());
        judge.remove("rows_per_user"); // chains are written whoever judges
        if (options.evaluation().evaluatingJudge()) {
            judge.remove("rubric"); // the evaluating judge is fitted whoever rewards
        }
        judge.forEach((key, why) -> unread.put("judge." + key, why));
        StartOptions start = options.start();
        if (!start.scratch()) {
            unread.put("start.decoder", "start.model is a folder");
            unread.put("start.language", "start.model is a folder");
        }
        if (!options.rewardsByJudge()) {
            unread.put("reinforcement.judge_unit", "reinforcement.rewards names no judge");
        }
        if (!start.persona()) {
            unread.put("judge.persona", "start.persona is false");
            unread.put("start.criteria", "start.persona is false");
        }
        if (!start.persona() || !options.judge().embedded()) {
            String why =
                    start.persona()
                            ? "the judge is a language model, which would read each text; --judge"
                                    + " rubric picks them"
                            : "start.persona is false";
            unread.put("start.sft.picks", why);
            unread.put("start.sft.suited", why);
        }
        return unread;
    }
}
