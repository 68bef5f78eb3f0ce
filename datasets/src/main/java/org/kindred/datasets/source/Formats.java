package org.kindred.datasets.source;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.kindred.datasets.KindredException;

/** The formats that can be imported, by name. */
public final class Formats {
    private static final Map<String, Function<ReadOptions, SourceFormat>> BY_NAME = byName();

    private Formats() {}

    /** Names in the order of the documentation. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * A reader for one import.
     *
     * @throws KindredException if there is no such format
     */
    public static SourceFormat open(String name, ReadOptions options) {
        Function<ReadOptions, SourceFormat> format = BY_NAME.get(name);
        if (format == null) {
            throw new KindredException(
                    "there is no format \"" + name + "\"; choose one of " + names());
        }
        return format.apply(options);
    }

    private static Map<String, Function<ReadOptions, SourceFormat>> byName() {
        Map<String, Function<ReadOptions, SourceFormat>> formats = new LinkedHashMap<>();
        formats.put("prism", options -> new PrismFormat());
        formats.put("personal-reward-bench", options -> new PersonalRewardBenchFormat());
        formats.put("community-alignment", options -> new CommunityAlignmentFormat());
        formats.put("lamp-qa", options -> new LampQaFormat());
        formats.put("personalized-reward-bench", options -> new PersonalizedRewardBenchFormat());
        formats.put("reward-bench", options -> new RewardBenchFormat());
        formats.put("trl", TrlFormat::new);
        formats.put("movielens", options -> new MovieLensFormat());
        formats.put("goodreads", options -> new GoodreadsFormat());
        formats.put("canonical", options -> new CanonicalFormat());
        return formats;
    }
}
