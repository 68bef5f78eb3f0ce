package org.kindred.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Manifest;
import org.kindred.datasets.Placement;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.export.TrainerFiles;
import org.kindred.datasets.export.TrainerFormat;
import org.kindred.datasets.export.TrainerPrompt;
import org.kindred.datasets.source.DataSource;
import org.kindred.policy.sft.PromptForm;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.PersonaLevel;
import org.kindred.reward.judges.RewardData;

/**
 * {@code kindred data export}: the prompts of a data set as another project's trainer reads them.
 * {@code train} holds prompts of rows that training may read, {@code eval} those of evaluation
 * targets; what a user asks more than once in a split stands once.
 */
public final class PromptExport {
    /** What was exported, how, and under which terms. */
    private static final String FILE = "export.json";

    private final Path folder;
    private final TrainerFormat format;
    private final ExportOptions options;
    private final Progress progress;
    private final SeedTree seeds;

    public PromptExport(
            Path folder, TrainerFormat format, ExportOptions options, Progress progress) {
        this.folder = folder;
        this.format = format;
        this.options = options;
        this.progress = progress;
        this.seeds = SeedTree.root(options.seed());
    }

    /**
     * What was written; {@code export.json}.
     *
     * @param trainer whose columns
     * @param judge who wrote personas, null if nobody did
     * @param users with a prompt
     * @param withoutPersona prompts left out since no persona could be written, by reason
     * @param rows by split
     * @param licences of the texts
     * @param contentWarnings what a reader may not want to meet
     * @param warning that people's texts and ids are in it
     */
    public record Exported(
            String trainer,
            @Nullable String judge,
            int users,
            Map<String, Integer> withoutPersona,
            Map<String, Integer> rows,
            List<String> licences,
            List<String> contentWarnings,
            String warning) {}

    private static final String WARNING =
            "holds texts and ids of people, and what a judge concluded of them; kindred data forget"
                    + " takes a person out of this folder, not out of copies of it";

    public Exported write(DataSource source) {
        Path work = folder.resolve("data");
        CanonicalReader.Loaded loaded = source.read(work, progress);
        Placement placement = Placement.of(loaded.dataset(), options.placement(), seeds);
        if (!placement.how().isEmpty()) {
            progress.stage("places", placement.how());
        }
        PreferenceDataset dataset = placement.dataset();
        Map<String, List<Preference>> splits = new LinkedHashMap<>();
        splits.put(TrainerPrompt.TRAIN, once(dataset.training()));
        splits.put(TrainerPrompt.EVAL, once(dataset.targets()));
        if (splits.get(TrainerPrompt.TRAIN).isEmpty()) {
            throw new KindredException(
                    "no prompt to train on: the data set has "
                            + dataset.preferences().size()
                            + " preferences and "
                            + loaded.tasks().size()
                            + " tasks, and none of the preferences is for training. Expected rows"
                            + " with part = fit of users and items that are not held back");
        }
        Map<String, Integer> withoutPersona = new TreeMap<>();
        Map<String, List<TrainerPrompt>> made =
                options.persona()
                        ? withPersonas(splits, dataset, withoutPersona)
                        : plain(splits, Map.of());
        Set<String> users = new HashSet<>();
        Map<String, Integer> rows = new LinkedHashMap<>();
        made.forEach(
                (split, prompts) -> {
                    TrainerFiles.write(folder, format, split, prompts);
                    rows.put(split, prompts.size());
                    prompts.forEach(prompt -> users.add(prompt.userId()));
                });
        @Nullable Manifest manifest = loaded.manifest();
        Exported exported =
                new Exported(
                        format.spelling(),
                        options.persona() ? options.judge().spec() : null,
                        users.size(),
                        withoutPersona,
                        rows,
                        manifest == null ? List.of() : manifest.licences(),
                        manifest == null ? List.of() : manifest.contentWarnings(),
                        WARNING);
        Json.write(folder.resolve(FILE), exported);
        return exported;
    }

    private static List<Preference> once(List<Preference> rows) {
        Set<List<Object>> seen = new HashSet<>();
        return rows.stream().filter(row -> seen.add(List.of(row.userId(), row.prompt()))).toList();
    }

    private Map<String, List<TrainerPrompt>> withPersonas(
            Map<String, List<Preference>> splits,
            PreferenceDataset dataset,
            Map<String, Integer> failures) {
        RewardData data = RewardData.forJudging(dataset);
        Path cache = folder.resolve("reward").resolve(JudgeCache.FILE);
        JudgeSpec spec = JudgeSpec.parse(options.judge().spec());
        try (OpenJudge judge =
                new OpenJudge(spec, data, options.judge(), cache, seeds, options.engine())) {
            judge.telling(progress).probe(OpenJudge.Form.RUBRICS);
            Personas personas =
                    new Personas(
                            judge.rewarding(progress),
                            data.contextsOf(options.judge().mostShots()),
                            options.judge().persona() == PersonaLevel.PROMPT,
                            options.criteria());
            List<Personas.Asked> asked = new ArrayList<>();
            splits.values()
                    .forEach(
                            rows ->
                                    rows.forEach(
                                            row ->
                                                    asked.add(
                                                            new Personas.Asked(
                                                                    row.userId(),
                                                                    row.promptText()))));
            progress.stage("personas", asked.size() + " prompts");
            personas.ask(asked, progress);
            Map<Personas.Asked, Optional<String>> found = new LinkedHashMap<>();
            asked.forEach(one -> found.put(one, personas.of(one.userId(), one.prompt())));
            failures.putAll(personas.failures());
            return plain(splits, found);
        }
    }

    /** A prompt without its persona would teach that nobody in particular asks: it is left out. */
    private static Map<String, List<TrainerPrompt>> plain(
            Map<String, List<Preference>> splits, Map<Personas.Asked, Optional<String>> personas) {
        Map<String, List<TrainerPrompt>> made = new LinkedHashMap<>();
        splits.forEach(
                (split, rows) -> {
                    List<TrainerPrompt> prompts = new ArrayList<>();
                    for (Preference row : rows) {
                        Optional<String> persona =
                                personas.getOrDefault(
                                        new Personas.Asked(row.userId(), row.promptText()),
                                        Optional.of(""));
                        persona.ifPresent(words -> prompts.add(prompt(row, words, split)));
                    }
                    made.put(split, prompts);
                });
        return made;
    }

    private static TrainerPrompt prompt(Preference row, String persona, String split) {
        return new TrainerPrompt(
                row.userId(),
                row.id(),
                PromptForm.withPersona(persona, row.prompt()),
                row.promptText(),
                persona,
                split);
    }
}
