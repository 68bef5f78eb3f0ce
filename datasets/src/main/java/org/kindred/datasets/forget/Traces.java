package org.kindred.datasets.forget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.ByteSource;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;

/**
 * Texts by which a person can still be found: the id, and texts of the person's rows that stand in
 * no other person's.
 *
 * <p>A file is searched for the first characters of each text, as they are and as JSON, HTML,
 * scripts, CSV and Markdown write them; for an id of fewer than five characters only where it
 * stands as a whole value.
 */
final class Traces {
    private static final int LEAST_TEXT_CHARS = 16;
    private static final int PROBE_CHARS = 64;
    private static final int BLOCK_BYTES = 1 << 20;

    private final String userId;
    private final byte[] idBytes;
    private final Set<String> own = new HashSet<>();
    private final Set<Long> others = new HashSet<>();
    private List<byte[]> probes = List.of();

    Traces(String userId) {
        this.userId = userId;
        this.idBytes = userId.getBytes(StandardCharsets.UTF_8);
    }

    void own(ObjectNode record) {
        visit(record, own);
    }

    void others(ObjectNode record) {
        Set<String> texts = new HashSet<>();
        visit(record, texts);
        texts.forEach(text -> others.add(fingerprint(text)));
    }

    /** Call after all lines were seen. */
    void keepOwnTexts() {
        Set<String> needles = new HashSet<>();
        for (String text : own) {
            if (!others.contains(fingerprint(text))) {
                String json = Json.line(text);
                needles.add(text);
                needles.add(json.substring(1, json.length() - 1));
                needles.addAll(asWritten(text));
            }
        }
        if (Person.isTelling(userId)) {
            needles.add(userId);
        } else if (userId.length() > 1 && userId.chars().anyMatch(Character::isLetter)) {
            needles.addAll(List.of('"' + userId + '"', '>' + userId + '<', "," + userId + ","));
        } // a short number means something else in most places: only lines are looked at
        probes = needles.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
        own.clear();
        others.clear();
    }

    /** A text as pages and scripts write it. */
    private static Set<String> asWritten(String text) {
        String html = text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
        String more = html.replace(">", "&gt;");
        String json = Json.line(text);
        String script =
                json.substring(1, json.length() - 1)
                        .replace("&", "\\u0026")
                        .replace("<", "\\u003c")
                        .replace(">", "\\u003e");
        return new HashSet<>(
                List.of(
                        html,
                        more,
                        more.replace("'", "&#39;"),
                        more.replace("'", "&#39;").replace("`", "&#x60;").replace("=", "&#x3D;"),
                        more.replace("'", "&#x27;"),
                        script,
                        script.replace("'", "\\u0027"),
                        text.replace("\"", "\"\""),
                        text.replace("|", "\\|")));
    }

    boolean isIn(Path file) throws IOException {
        if (probes.isEmpty()) {
            return false;
        }
        int longest = probes.stream().mapToInt(probe -> probe.length).max().orElse(0);
        int shortest = probes.stream().mapToInt(probe -> probe.length).min().orElse(0);
        Map<Integer, List<byte[]>> byHead = new HashMap<>();
        probes.forEach(
                probe -> byHead.computeIfAbsent(head(probe, 0), h -> new ArrayList<>()).add(probe));
        try (ByteSource in = ByteSource.open(file)) {
            byte[] block = new byte[BLOCK_BYTES + longest];
            int kept = 0;
            for (int read = in.readNBytes(block, 0, BLOCK_BYTES); read > 0; ) {
                int end = kept + read;
                if (isIn(block, end, shortest, byHead)) {
                    return true;
                }
                kept = Math.min(longest, end);
                System.arraycopy(block, end - kept, block, 0, kept);
                read = in.readNBytes(block, kept, BLOCK_BYTES);
            }
        }
        return false;
    }

    private boolean isIn(byte[] block, int end, int shortest, Map<Integer, List<byte[]>> byHead) {
        for (int at = 0; at + shortest <= end; at++) {
            for (byte[] probe : byHead.getOrDefault(head(block, at), List.of())) {
                int behind = at + probe.length;
                if (behind <= end
                        && Arrays.equals(block, at, behind, probe, 0, probe.length)
                        && (!Arrays.equals(probe, idBytes) || isWhole(block, at, behind, end))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** An id inside a longer word is somebody else's. */
    private static boolean isWhole(byte[] block, int from, int behind, int end) {
        boolean before = from > 0 && Character.isLetterOrDigit(block[from - 1]);
        boolean after = behind < end && Character.isLetterOrDigit(block[behind]);
        return !before && !after;
    }

    private static int head(byte[] bytes, int at) {
        return (bytes[at] & 0xFF)
                | (bytes[at + 1] & 0xFF) << 8
                | (bytes[at + 2] & 0xFF) << 16
                | (bytes[at + 3] & 0xFF) << 24;
    }

    private static String probe(String text) {
        int end = Math.min(PROBE_CHARS, text.length());
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    /** Texts that can tell a person: every longer one of a record, at any depth. */
    private static void visit(JsonNode node, Set<String> texts) {
        if (node.isTextual() && node.textValue().length() >= LEAST_TEXT_CHARS) {
            texts.add(probe(node.textValue()));
        }
        for (JsonNode child : node) {
            visit(child, texts);
        }
    }

    private static long fingerprint(String text) {
        return SeedTree.root(0).child(text).seed();
    }
}
