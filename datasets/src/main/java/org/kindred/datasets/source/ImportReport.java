package org.kindred.datasets.source;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an import read and made; {@code import.json} in its folder. Equal input and options give an
 * equal report.
 *
 * @param card licence and warnings of the source
 * @param options as they were in effect, threads apart
 * @param unread files below the named folders that gave nothing, and why
 * @param users people with at least one accepted record
 * @param userConflicts people described twice in different ways; the first description stays
 * @param usersByReason people reported, by reason: {@code below_min_pairs}, {@code no_pairs},
 *     {@code no_records}
 */
public record ImportReport(
        String format,
        SourceCard card,
        Map<String, Object> options,
        List<FileReport> files,
        List<Unread> unread,
        long users,
        long usersWithPreferences,
        long preferences,
        long tasks,
        long userConflicts,
        Map<String, Long> usersByReason,
        long usersRemoved) {

    /** Records set aside, by reason, over all files. */
    public Map<String, Long> setAside() {
        return sum(files.stream().map(FileReport::setAside).toList());
    }

    /** Parts of accepted records without a row, by reason, over all files. */
    public Map<String, Long> dropped() {
        return sum(files.stream().map(FileReport::dropped).toList());
    }

    private static Map<String, Long> sum(List<Map<String, Long>> counts) {
        Map<String, Long> sum = new TreeMap<>();
        counts.forEach(one -> one.forEach((reason, n) -> sum.merge(reason, n, Long::sum)));
        return sum;
    }
}
