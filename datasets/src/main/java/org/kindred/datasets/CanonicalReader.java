package org.kindred.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a canonical folder ({@code preferences.jsonl}, and {@code users.jsonl}, {@code
 * tasks.jsonl}, {@code manifest.json} where they are there; lines may be gzip) or one file of
 * preferences.
 *
 * <p>A record is accepted or set aside whole with one reason, in the order of {@link JsonLines},
 * {@link RecordFields}, {@code identical_texts}, {@code duplicate_id}. A line that was set aside
 * does not reserve its id. A prompt that the answers repeat is taken off them ({@link
 * PromptedPair}). Text is never trimmed or normalised. Fields that are not canonical go to {@code
 * meta}.
 */
public final class CanonicalReader {

    public static final String PREFERENCES = "preferences.jsonl";
    public static final String USERS = "users.jsonl";
    public static final String TASKS = "tasks.jsonl";
    public static final String MANIFEST = "manifest.json";

    private static final Set<String> PREFERENCE_FIELDS =
            Set.of(
                    "id",
                    "user_id",
                    "prompt",
                    "chosen",
                    "rejected",
                    "domain",
                    "item_ids",
                    "split",
                    "user_split",
                    "item_split",
                    "part",
                    "slot",
                    "chosen_score",
                    "rejected_score",
                    "source");
    private static final Set<String> TASK_FIELDS =
            Set.of(
                    "id",
                    "user_id",
                    "prompt",
                    "history",
                    "candidates",
                    "reference",
                    "aspects",
                    "group",
                    "domain",
                    "source");

    private CanonicalReader() {}

    /**
     * What a folder or file holds.
     *
     * @param manifest null if there is no {@code manifest.json}
     * @param quarantined records that were set aside, in the order of the files
     */
    public record Loaded(
            PreferenceDataset dataset,
            List<Task> tasks,
            @Nullable Manifest manifest,
            List<Quarantined> quarantined) {

        public Loaded {
            tasks = List.copyOf(tasks);
            quarantined = List.copyOf(quarantined);
        }

        /** One line for people. */
        public String summary() {
            long people = dataset.preferences().stream().map(Preference::userId).distinct().count();
            return dataset.preferences().size()
                    + " preferences of "
                    + people
                    + " users"
                    + (tasks.isEmpty() ? "" : ", " + tasks.size() + " tasks")
                    + "; "
                    + Quarantined.summary(quarantined);
        }
    }

    /**
     * Reads everything into memory.
     *
     * @throws KindredException if there is nothing to read or not one good row
     */
    public static Loaded read(Path folderOrFile) {
        List<Quarantined> quarantined = new ArrayList<>();
        if (Files.isRegularFile(folderOrFile)) {
            List<Preference> preferences = new ArrayList<>();
            readPreferences(folderOrFile, preferences::add, quarantined::add);
            return loaded(folderOrFile, List.of(), preferences, List.of(), null, quarantined);
        }
        Path preferenceFile = find(folder(folderOrFile), PREFERENCES);
        Path taskFile = find(folderOrFile, TASKS);
        Path userFile = find(folderOrFile, USERS);
        if (preferenceFile == null && taskFile == null) {
            throw new KindredException(
                    "the folder "
                            + folderOrFile
                            + " is not a dataset: it holds no "
                            + PREFERENCES
                            + " (or .gz); name a canonical folder, or import other formats first");
        }
        Path manifestFile = folderOrFile.resolve(MANIFEST);
        Manifest manifest =
                Files.exists(manifestFile)
                        ? Json.read(manifestFile, Manifest.class, "the manifest")
                        : null;
        List<User> users = new ArrayList<>();
        List<Preference> preferences = new ArrayList<>();
        List<Task> tasks = new ArrayList<>();
        if (userFile != null) {
            readUsers(userFile, users::add, quarantined::add);
        }
        if (preferenceFile != null) {
            readPreferences(preferenceFile, preferences::add, quarantined::add);
        }
        if (taskFile != null) {
            readTasks(taskFile, tasks::add, quarantined::add);
        }
        return loaded(folderOrFile, users, preferences, tasks, manifest, quarantined);
    }

    /**
     * Streams preferences; memory holds one row and the ids.
     *
     * @param folderOrFile a canonical folder or one file
     * @return the number of accepted rows
     * @throws KindredException if there is nothing to read
     */
    public static long readPreferences(
            Path folderOrFile, Consumer<Preference> accepted, Consumer<Quarantined> setAside) {
        Path file = folderOrFile;
        if (!Files.isRegularFile(folderOrFile)) {
            file = find(folder(folderOrFile), PREFERENCES);
            if (file == null) {
                throw new KindredException(
                        "the folder "
                                + folderOrFile
                                + " holds no "
                                + PREFERENCES
                                + " (or .gz); name a canonical folder");
            }
        }
        Set<String> ids = new HashSet<>();
        JsonLines.read(
                file,
                (record, line) -> {
                    Preference preference = preference(record);
                    refuseSecond(ids, preference.id());
                    accepted.accept(preference);
                },
                setAside);
        return ids.size();
    }

    private static void readUsers(
            Path file, Consumer<User> accepted, Consumer<Quarantined> setAside) {
        Set<String> ids = new HashSet<>();
        JsonLines.read(
                file,
                (record, line) -> {
                    User user = user(record);
                    refuseSecond(ids, user.id());
                    accepted.accept(user);
                },
                setAside);
    }

    private static void readTasks(
            Path file, Consumer<Task> accepted, Consumer<Quarantined> setAside) {
        Set<String> ids = new HashSet<>();
        JsonLines.read(
                file,
                (record, line) -> {
                    Task task = task(record);
                    refuseSecond(ids, task.id());
                    accepted.accept(task);
                },
                setAside);
    }

    /** One row from its record; pure. */
    public static Preference preference(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = fields.text("id");
        String user = fields.text("user_id");
        PromptedPair pair =
                PromptedPair.of(
                        fields.prompt("prompt"),
                        fields.messages("chosen"),
                        fields.messages("rejected"));
        Preference preference =
                new Preference(
                        id,
                        user,
                        pair.prompt(),
                        pair.chosen(),
                        pair.rejected(),
                        fields.optionalText("domain"),
                        fields.optionalTexts("item_ids"),
                        fields.optionalText("split"),
                        fields.optionalText("user_split", SplitCell.USER_SPLITS),
                        fields.optionalText("item_split", SplitCell.ITEM_SPLITS),
                        fields.optionalText("part", Splits.PARTS),
                        fields.optionalInteger("slot", 1, Integer.MAX_VALUE),
                        fields.optionalNumber("chosen_score"),
                        fields.optionalNumber("rejected_score"),
                        fields.optionalText("source"),
                        fields.meta(PREFERENCE_FIELDS));
        if (preference.chosenText().equals(preference.rejectedText())) {
            throw new RejectedRecordException("identical_texts");
        }
        return preference;
    }

    /** One user from its record; pure. */
    public static User user(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        return new User(
                fields.text("id"),
                fields.optionalObject("attributes"),
                fields.optionalObject("stated_preferences"),
                fields.optionalText("group"));
    }

    /** One task from its record; pure. */
    public static Task task(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        return new Task(
                fields.text("id"),
                fields.optionalText("user_id"),
                fields.prompt("prompt"),
                fields.optionalTexts("history"),
                candidates(fields),
                fields.optionalText("reference"),
                fields.optionalTexts("aspects"),
                fields.optionalText("group"),
                fields.optionalText("domain"),
                fields.optionalText("source"),
                fields.meta(TASK_FIELDS));
    }

    private static @Nullable List<Task.Candidate> candidates(RecordFields fields)
            throws RejectedRecordException {
        JsonNode array = fields.optionalArray("candidates");
        if (array == null) {
            return null;
        }
        List<Task.Candidate> candidates = new ArrayList<>();
        for (JsonNode entry : array) {
            if (!(entry instanceof ObjectNode object)) {
                throw new RejectedRecordException("wrong_type:candidates");
            }
            RecordFields candidate = new RecordFields(object);
            candidates.add(
                    new Task.Candidate(
                            candidate.text("id"),
                            candidate.text("content"),
                            candidate.optionalNumber("label")));
        }
        return candidates;
    }

    private static void refuseSecond(Set<String> ids, String id) throws RejectedRecordException {
        if (!ids.add(id)) {
            throw new RejectedRecordException("duplicate_id");
        }
    }

    private static Path folder(Path path) {
        if (!Files.exists(path)) {
            throw new KindredException(
                    "there is no dataset at " + path + ": the path does not exist; check it");
        }
        return path;
    }

    /** The file or its compressed form; two of them leave open which one counts. */
    private static @Nullable Path find(Path folder, String name) {
        Path plain = folder.resolve(name);
        Path compressed = folder.resolve(name + ".gz");
        if (Files.exists(plain) && Files.exists(compressed)) {
            throw new KindredException(
                    "the folder "
                            + folder
                            + " holds both "
                            + name
                            + " and "
                            + name
                            + ".gz: remove the one that does not count");
        }
        return Files.exists(plain) ? plain : Files.exists(compressed) ? compressed : null;
    }

    private static Loaded loaded(
            Path from,
            List<User> users,
            List<Preference> preferences,
            List<Task> tasks,
            @Nullable Manifest manifest,
            List<Quarantined> quarantined) {
        if (preferences.isEmpty() && tasks.isEmpty()) {
            throw new KindredException(
                    from
                            + " holds no usable row ("
                            + Quarantined.summary(quarantined)
                            + "): check that it is in the canonical format, or import it first");
        }
        return new Loaded(new PreferenceDataset(users, preferences), tasks, manifest, quarantined);
    }
}
