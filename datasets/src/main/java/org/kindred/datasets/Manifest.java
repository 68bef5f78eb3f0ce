package org.kindred.datasets;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a canonical folder holds and where it comes from; {@code manifest.json}.
 *
 * @param format always {@link #FORMAT}
 * @param version of the layout, at most {@link #VERSION}
 * @param name of the data set
 * @param source where it comes from, in words
 * @param licences of the texts, one for each part that differs
 * @param contentWarnings what a reader may not want to meet
 * @param seed of the run that made it, if one did
 * @param counts rows by file
 * @param inputHashes SHA-256 of each file that was read, by name
 * @param outOfDistributionDomains domains that training never shows
 * @param meta anything else worth keeping
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Manifest(
        String format,
        int version,
        String name,
        @Nullable String source,
        List<String> licences,
        List<String> contentWarnings,
        @Nullable Long seed,
        Map<String, Long> counts,
        Map<String, String> inputHashes,
        List<String> outOfDistributionDomains,
        @Nullable Map<String, Object> meta) {

    public static final String FORMAT = "kindred-dataset";
    public static final int VERSION = 1;

    public Manifest {
        if (!FORMAT.equals(format)) {
            throw new IllegalArgumentException("format: expected " + FORMAT);
        }
        if (version < 1 || version > VERSION) {
            throw new IllegalArgumentException(
                    "version = "
                            + version
                            + ": this program reads versions 1 to "
                            + VERSION
                            + "; use a newer program");
        }
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("name is missing");
        }
        licences = licences == null ? List.of() : List.copyOf(licences);
        contentWarnings = contentWarnings == null ? List.of() : List.copyOf(contentWarnings);
        counts = counts == null ? Map.of() : Map.copyOf(counts);
        inputHashes = inputHashes == null ? Map.of() : Map.copyOf(inputHashes);
        outOfDistributionDomains =
                outOfDistributionDomains == null
                        ? List.of()
                        : List.copyOf(outOfDistributionDomains);
    }

    /** A manifest of the current version that states only a name. */
    public static Manifest named(String name) {
        return new Manifest(
                FORMAT, VERSION, name, null, List.of(), List.of(), null, Map.of(), Map.of(),
                List.of(), null);
    }

    public Manifest withSource(String newSource, List<String> newLicences, List<String> warnings) {
        return new Manifest(
                format,
                version,
                name,
                newSource,
                newLicences,
                warnings,
                seed,
                counts,
                inputHashes,
                outOfDistributionDomains,
                meta);
    }

    public Manifest withSeed(long newSeed) {
        return new Manifest(
                format,
                version,
                name,
                source,
                licences,
                contentWarnings,
                newSeed,
                counts,
                inputHashes,
                outOfDistributionDomains,
                meta);
    }

    public Manifest withCounts(Map<String, Long> newCounts) {
        return new Manifest(
                format,
                version,
                name,
                source,
                licences,
                contentWarnings,
                seed,
                newCounts,
                inputHashes,
                outOfDistributionDomains,
                meta);
    }

    public Manifest withInputHashes(Map<String, String> newHashes) {
        return new Manifest(
                format,
                version,
                name,
                source,
                licences,
                contentWarnings,
                seed,
                counts,
                newHashes,
                outOfDistributionDomains,
                meta);
    }

    public Manifest withOutOfDistributionDomains(List<String> domains) {
        return new Manifest(
                format,
                version,
                name,
                source,
                licences,
                contentWarnings,
                seed,
                counts,
                inputHashes,
                domains,
                meta);
    }

    public Manifest withMeta(Map<String, Object> newMeta) {
        return new Manifest(
                format,
                version,
                name,
                source,
                licences,
                contentWarnings,
                seed,
                counts,
                inputHashes,
                outOfDistributionDomains,
                newMeta);
    }
}
