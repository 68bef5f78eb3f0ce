package org.kindred.datasets.source;

import java.util.Map;

/**
 * What became of one file.
 *
 * @param records lines, rows or entries, blank lines included
 * @param accepted records that gave what they hold
 * @param setAside records in quarantine, by reason
 * @param dropped parts of accepted records that gave no row, by reason
 * @param duplicates records set aside because their id or content was there before
 * @param conflicts those of them whose content differs from the first
 * @param tallies counts of the format, for example pages by subset
 */
public record FileReport(
        String name,
        String layout,
        String sha256,
        long bytes,
        long records,
        long blankLines,
        long accepted,
        Map<String, Long> setAside,
        Map<String, Long> dropped,
        long duplicates,
        long conflicts,
        Map<String, Long> tallies) {}
