package org.kindred.datasets.simulation;

import com.fasterxml.jackson.core.type.TypeReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalWriter;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.datasets.Manifest;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.User;

/**
 * A population with known taste: everybody chooses between answers of one shared pool. Users carry
 * no group; that is in the truth alone.
 *
 * <p>Rows of out-of-distribution domains have {@code split = "ood"}, {@code part = "eval"} and
 * {@code item_split = "test"}; they are in no {@link org.kindred.datasets.SplitCell}.
 */
public record SimulatedPopulation(PreferenceDataset dataset, LatentTruth truth, Manifest manifest) {

    /** Name of the truth beside the canonical files. */
    public static final String TRUTH_FILE = "truth.json";

    /** Whether no row is a real person's. */
    public static boolean isSource(PreferenceDataset dataset) {
        return !dataset.preferences().isEmpty()
                && dataset.preferences().stream()
                        .allMatch(row -> Choices.SOURCE.equals(row.source()));
    }

    /**
     * Equal options and seeds give equal populations; the manifest's seed goes into {@link
     * SeedTree#at}.
     */
    public static SimulatedPopulation generate(SimulationOptions options, SeedTree seeds) {
        TextPool pool = TextPool.write(options.texts(), options.world(), seeds.child("texts"));
        List<Language.Domain> domains =
                pool.prompts().stream().map(TextPool.Entry::domain).distinct().toList();
        Inhabitants inhabitants =
                Inhabitants.settle(
                        options.world(),
                        options.people(),
                        options.ratings().scales(),
                        domains,
                        seeds.child("people"));
        Map<String, LatentTruth.Prompt> prompts = new TreeMap<>();
        for (TextPool.Entry prompt : pool.prompts()) {
            prompts.put(
                    prompt.text(),
                    new LatentTruth.Prompt(
                            prompt.id(),
                            prompt.domain().name(),
                            prompt.topic(),
                            prompt.ease(),
                            prompt.domain().outOfDistribution()));
        }
        LatentTruth truth =
                LatentTruth.of(options.world(), inhabitants.groups(), inhabitants.users(), prompts);
        Choices choices = new Choices(options, pool, truth);
        List<User> users = new ArrayList<>();
        List<Preference> preferences = new ArrayList<>();
        for (String id : truth.users().keySet()) {
            users.add(new User(id, null, null, null));
            boolean unseen = inhabitants.unseen().contains(id);
            preferences.addAll(choices.of(id, unseen, seeds.child("choices").child(id)));
        }
        Manifest manifest =
                Manifest.named(Choices.SOURCE)
                        .withSource(
                                "written by this program; nobody in it exists",
                                List.of("Apache-2.0"),
                                List.of())
                        .withSeed(seeds.seed())
                        .withOutOfDistributionDomains(
                                domains.stream()
                                        .filter(Language.Domain::outOfDistribution)
                                        .map(Language.Domain::name)
                                        .toList())
                        .withMeta(
                                Map.of(
                                        "language",
                                        truth.language(),
                                        "options",
                                        Json.mapper()
                                                .convertValue(
                                                        options,
                                                        new TypeReference<
                                                                Map<String, Object>>() {})));
        return new SimulatedPopulation(new PreferenceDataset(users, preferences), truth, manifest);
    }

    /** Writes the canonical folder with the truth in it, in place of an older one. */
    public void write(Path folder) {
        AtomicFiles.replaceFolder(
                folder,
                inside -> {
                    CanonicalWriter.writeInto(inside, dataset, List.of(), manifest);
                    truth.save(inside.resolve(TRUTH_FILE));
                    Checksums.addAll(inside);
                });
    }
}
