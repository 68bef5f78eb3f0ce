package org.kindred.datasets.forget;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Every kind of file that the program writes, and how a person is taken out of it. Whoever adds an
 * artefact adds it here: a test walks a whole run and fails at a file that is not listed.
 */
public final class Artefacts {

    /** What forgetting does to a file. */
    public enum Handling {
        /** Lines that are the person's, or name a row of the person's, go. */
        LINES,
        /** Entries that are the person's go, and counts of a manifest are made true. */
        DOCUMENT,
        /** The file goes if it holds the person's id or text; it can be made again. */
        PAGE,
        /** As an {@link ArtefactEraser} does; without one the file goes. */
        CACHE,
        /** Numbers learned from texts stay, and are named. */
        WEIGHTS,
        /** Holds nobody: options, counts, words of a tokenizer. It is searched all the same. */
        NOBODY
    }

    /**
     * One kind.
     *
     * @param people fields of a document that hold people, as keys or as elements
     */
    private record Artefact(Pattern path, Handling handling, Set<String> people) {}

    private static final List<Artefact> LIST =
            List.of(
                    // weights and what belongs to them
                    artefact(".*\\.safetensors", Handling.WEIGHTS),
                    artefact(
                            "(.*/)?(config|generation_config|adapter_config|tokenizer|tokenizer_config"
                                    + "|special_tokens_map|added_tokens|vocab"
                                    + "|model\\.safetensors\\.index)\\.json",
                            Handling.NOBODY),
                    artefact("(.*/)?(chat_template\\.jinja|merges\\.txt)", Handling.NOBODY),
                    artefact("(.*/)?events\\.out\\.tfevents\\..*", Handling.NOBODY),
                    // histories of a reward service: sums and hashes
                    artefact("serve/[^/]+/journal\\.jsonl", Handling.WEIGHTS),
                    artefact("serve/[^/]+/step-[^/]+\\.jsonl", Handling.NOBODY),
                    // people
                    artefact("(.*/)?truth\\.json", Handling.DOCUMENT, "users"),
                    artefact("(.*/)?judge\\.json", Handling.DOCUMENT, "coordinates"),
                    artefact("(.*/)?prototypes\\.json", Handling.DOCUMENT, "members", "points"),
                    artefact("(.*/)?scenario-prototypes\\.json", Handling.DOCUMENT, "members"),
                    artefact("(.*/)?groups\\.json", Handling.DOCUMENT, "groups", "scenarios"),
                    artefact("(.*/)?manifest\\.json", Handling.DOCUMENT),
                    artefact(
                            "(.*/)?(preferences|users|tasks|quarantine|dropped|users-reported|ids"
                                    + "|personas|chains|samples|validation|verdicts|scores|held-out"
                                    + "|answers|completions|train|eval)\\.jsonl(\\.gz)?",
                            Handling.LINES),
                    artefact("(.*/)?(metrics|timings|persona-effect)\\.jsonl", Handling.LINES),
                    artefact("(.*/)?[a-z-]*cache\\.sqlite(-wal|-shm|-journal)?", Handling.CACHE),
                    artefact("(.*/)?[^/]+\\.parquet", Handling.CACHE),
                    // results and pages
                    artefact(
                            "(.*/)?(results|comparison|inspect|import|split|bench|selection|tuning"
                                    + "|provenance|progress|rollout|history|options|test|mlflow"
                                    + "|rates|pass-rates|export)\\.json",
                            Handling.DOCUMENT),
                    artefact("(.*/)?(command|state)\\.json", Handling.NOBODY),
                    artefact("(.*/)?[^/]+\\.(html|csv|md|tex|svg|txt)", Handling.PAGE),
                    artefact("(.*/)?[^/]+\\.(yaml|yml|lock|sha256)", Handling.NOBODY),
                    artefact("(.*/)?\\.lock", Handling.NOBODY));

    /** People of documents that are not listed, for example of another program. */
    private static final Set<String> USUAL_PEOPLE =
            Set.of("users", "members", "points", "coordinates");

    private Artefacts() {}

    private static Artefact artefact(String path, Handling handling, String... people) {
        return new Artefact(Pattern.compile(path), handling, Set.of(people));
    }

    /**
     * What is done to a file.
     *
     * @param relative path below the folder, with slashes
     * @return empty if the file is not listed: it is handled by its ending, and searched
     */
    public static Optional<Handling> of(String relative) {
        return find(relative).map(Artefact::handling);
    }

    static Handling handling(String relative) {
        return of(relative)
                .orElseGet(
                        () ->
                                relative.endsWith(".jsonl") || relative.endsWith(".jsonl.gz")
                                        ? Handling.LINES
                                        : relative.endsWith(".json")
                                                ? Handling.DOCUMENT
                                                : relative.matches(
                                                                ".*\\.sqlite(-wal|-shm|-journal)?")
                                                        ? Handling.CACHE
                                                        : Handling.NOBODY);
    }

    /** Fields of a document that hold people. */
    static Set<String> people(String relative) {
        return find(relative)
                .map(Artefact::people)
                .filter(named -> !named.isEmpty())
                .orElse(USUAL_PEOPLE);
    }

    private static Optional<Artefact> find(String relative) {
        return LIST.stream()
                .filter(artefact -> artefact.path().matcher(relative).matches())
                .findFirst();
    }
}
