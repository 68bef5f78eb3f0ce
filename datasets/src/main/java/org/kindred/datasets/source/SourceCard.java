package org.kindred.datasets.source;

import java.util.List;

/**
 * What people must know about a source before they use it.
 *
 * @param name on the command line
 * @param title in words, with the paper
 * @param metric what it is usually measured by
 */
public record SourceCard(
        String name,
        String title,
        String metric,
        List<String> licences,
        List<String> contentWarnings) {

    public SourceCard {
        licences = List.copyOf(licences);
        contentWarnings = List.copyOf(contentWarnings);
    }
}
