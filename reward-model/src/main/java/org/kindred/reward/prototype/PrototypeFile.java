package org.kindred.reward.prototype;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.reward.judge.GaussianMixturePrior;

/**
 * {@code prototypes.json}: cells with their members, and the point of each training user; since
 * version 2 with the clouds of taste that members were drawn from, in the order of the cells.
 */
record PrototypeFile(
        int formatVersion,
        PrototypeOptions.Features features,
        double weightScale,
        double textScale,
        List<PrototypeSpace.Prototype> prototypes,
        @Nullable GaussianMixturePrior clouds,
        Map<String, double[]> points) {

    static final int VERSION = 2;

    static PrototypeFile read(Path file) {
        PrototypeFile read = Json.read(file, PrototypeFile.class, "the prototypes");
        if (read.formatVersion < 1 || read.formatVersion > VERSION) {
            throw new KindredException(
                    "the prototypes in "
                            + file
                            + " cannot be used: format_version is "
                            + read.formatVersion
                            + ", expected 1 to "
                            + VERSION
                            + "; find the prototypes again");
        }
        return read;
    }
}
