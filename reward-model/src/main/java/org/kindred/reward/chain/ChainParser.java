package org.kindred.reward.chain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kindred.reward.chain.JudgeReply.Unreadable;

/**
 * Reads what a language model wrote. Tolerant of wording, strict about verdicts: there is exactly
 * one, it is complete, and no number is used that the text does not state.
 *
 * <pre>
 * chain := PART 1 header, text, PART 2 header, START json END
 * START := "&lt;JSON_START&gt;" | "JSON_START"       END := "&lt;JSON_END&gt;" | "JSON_END"
 * json  := {"rationale": text, "better_response" | "scores": {"response_1": number, ...}}
 * </pre>
 *
 * What a reply may hold besides is said at {@link JudgeReply}. Markers and the names of responses
 * are read in upper and lower case; an end marker may be a closing tag. Keys of the object that are
 * not known are passed over, for example {@code "confidence": 0.9}, unless they give a verdict of
 * their own: a name of a response that is not the best by the totals, or other totals, make two
 * verdicts, which is no verdict. A chain with a full breakdown in its rationale gets recomputed
 * totals ({@link ChainTotals}); the stated ones stay beside them.
 *
 * @param totals which totals count
 */
public record ChainParser(Totals totals) {

    /** Which totals count. */
    public enum Totals {
        /** Recomputed where the breakdown is full and its weights sum to 90-110, else stated. */
        RECOMPUTED,
        /** Recomputed whatever the weights sum to: for checklists. */
        RECOMPUTED_ANY_SUM,
        /** As the model stated them, as published. */
        STATED
    }

    /** What was read. */
    public sealed interface Parsed {}

    /** A chain that can be used. */
    public record Read(EvaluationChain chain) implements Parsed {}

    /**
     * No usable chain.
     *
     * @param reason a few words without any text of the reply
     */
    public record Malformed(String reason) implements Parsed {
        /** As outcomes tell it: {@code MALFORMED(no block)}. */
        public String code() {
            return "MALFORMED(" + reason + ")";
        }
    }

    private static final double TIE = 1e-9;

    /** All runs are possessive or bounded: none is read twice. */
    private static final Pattern MARKER =
            Pattern.compile("<?+(/?+)\\bJSON_(START|END)\\b>?+", Pattern.CASE_INSENSITIVE);

    private static final Pattern PART =
            Pattern.compile(
                    "^[ \\t#*_>\\-]{0,8}PART[ \\t]*+([12])\\b([^\\n]*+)$",
                    Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);
    private static final Pattern VERDICT =
            Pattern.compile(
                    "better_response\\s*+[\"'\\\\]*+\\s*+[:=]|[\"'\\\\]response_[0-9]++[\"'\\\\]++\\s*+:",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern RESPONSE =
            Pattern.compile("(?:response|answer)[ _-]?([0-9]{1,3})", Pattern.CASE_INSENSITIVE);
    private static final Set<String> VERDICT_KEYS = Set.of("better_response", "scores");

    /**
     * Reads a reply in the marked format.
     *
     * @param responses number of responses that must have a total
     */
    public Parsed parse(String reply, int responses) {
        try {
            return new Read(marked(reply, responses));
        } catch (Unreadable e) {
            return new Malformed(e.reason());
        }
    }

    /** Reads a reply that follows the JSON schema of {@link ChainSchema}. */
    public Parsed parseSchema(String reply, int responses) {
        try {
            return new Read(schema(reply, responses));
        } catch (Unreadable e) {
            return new Malformed(e.reason());
        }
    }

    /** Part 1 of a reply in the marked format, and the object of its only block. */
    public record Parts(String persona, JsonNode object) {
        /** Redacted: a persona describes a person. */
        @Override
        public String toString() {
            return "Parts[redacted]";
        }
    }

    /**
     * Takes a reply in the marked format apart.
     *
     * @throws Unreadable with the reason if the reply has no such form
     */
    public static Parts parts(String reply) throws Unreadable {
        Block block = block(JudgeReply.answer(reply));
        return new Parts(persona(block.before()), JudgeReply.object(block.inside()));
    }

    private EvaluationChain marked(String reply, int responses) throws Unreadable {
        Parts parts = parts(reply);
        JsonNode root = parts.object();
        JsonNode rationale = root.get("rationale");
        if (rationale == null || !rationale.isTextual()) {
            throw new Unreadable(rationale == null ? "rationale missing" : "rationale is not text");
        }
        JsonNode verdict = null;
        List<JsonNode> others = new ArrayList<>();
        for (Iterator<String> keys = root.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (VERDICT_KEYS.contains(key)) {
                if (verdict != null) {
                    throw new Unreadable("several verdicts");
                }
                verdict = root.get(key);
            } else if (!key.equals("rationale")) {
                others.add(root.get(key));
            }
        }
        if (verdict == null || !verdict.isObject()) {
            throw new Unreadable(verdict == null ? "no verdict" : "verdict is not an object");
        }
        if (VERDICT.matcher(rationale.textValue()).find()) {
            throw new Unreadable("several verdicts");
        }
        List<Double> stated = totals(verdict, responses);
        for (JsonNode other : others) {
            requireAgreement(other, stated);
        }
        List<ChainCriterion> criteria = RationaleBreakdown.read(rationale.textValue(), responses);
        return chain(parts.persona(), criteria, stated);
    }

    /** An entry that nobody asked for may say anything but another verdict. */
    private static void requireAgreement(JsonNode other, List<Double> stated) throws Unreadable {
        double best = stated.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        if (other.isTextual() && other.textValue().length() < 64) {
            Matcher named = RESPONSE.matcher(other.textValue().strip());
            int response = named.matches() ? Integer.parseInt(named.group(1)) : 0;
            if (response > 0
                    && (response > stated.size() || stated.get(response - 1) < best - TIE)) {
                throw new Unreadable("several verdicts");
            }
        }
        if (other.isObject()) {
            Map<String, JsonNode> named = byResponse(other);
            for (int i = 1; i <= stated.size(); i++) {
                JsonNode entry = named.get("response_" + i);
                if (entry != null && !agrees(entry, stated.get(i - 1))) {
                    throw new Unreadable("several verdicts");
                }
            }
        }
    }

    /** Words about a response are no verdict; another number is. */
    private static boolean agrees(JsonNode entry, double stated) {
        try {
            return Math.abs(JudgeReply.number(entry) - stated) < TIE;
        } catch (Unreadable e) {
            return !VERDICT.matcher(entry.toString()).find();
        }
    }

    /** What stands before the only block, and inside. */
    private record Block(String before, String inside) {}

    private static Block block(String reply) throws Unreadable {
        Matcher markers = MARKER.matcher(reply);
        int from = -1;
        int start = -1;
        int end = -1;
        int after = -1;
        while (markers.find()) {
            boolean opens =
                    markers.group(1).isEmpty() && markers.group(2).equalsIgnoreCase("START");
            if (opens) {
                if (start >= 0) {
                    throw new Unreadable("several blocks");
                }
                from = markers.start();
                start = markers.end();
            } else {
                if (end >= 0) {
                    throw new Unreadable("several blocks");
                }
                if (start < 0) {
                    throw new Unreadable("no block");
                }
                end = markers.start();
                after = markers.end();
            }
        }
        if (start < 0 || end < 0) {
            throw new Unreadable(start < 0 ? "no block" : "cut off");
        }
        String before = reply.substring(0, from);
        if (VERDICT.matcher(before).find() || VERDICT.matcher(reply.substring(after)).find()) {
            throw new Unreadable("several verdicts");
        }
        return new Block(before, reply.substring(start, end));
    }

    private static String persona(String before) throws Unreadable {
        Matcher parts = PART.matcher(before);
        int textFrom = -1;
        int textTo = -1;
        String title = "";
        while (parts.find()) {
            if (parts.group(1).equals("1") && textFrom < 0) {
                textFrom = parts.end();
                title = parts.group(2);
            } else if (parts.group(1).equals("2")) {
                textTo = parts.start(); // the last one before the block
            }
        }
        if (textFrom < 0 || textTo < textFrom) {
            throw new Unreadable(textFrom < 0 ? "no part 1" : "no part 2");
        }
        String text = before.substring(textFrom, textTo).strip();
        if (text.isEmpty()) {
            text = bare(title);
        }
        if (text.isEmpty()) {
            throw new Unreadable("part 1 is empty");
        }
        return text;
    }

    /** A title without the marks around it. */
    private static String bare(String title) {
        int from = 0;
        int to = title.length();
        while (from < to && isMark(title.charAt(from), ":.-")) {
            from++;
        }
        while (to > from && isMark(title.charAt(to - 1), "")) {
            to--;
        }
        return title.substring(from, to);
    }

    private static boolean isMark(char c, String more) {
        return Character.isWhitespace(c) || c == '*' || c == '_' || more.indexOf(c) >= 0;
    }

    private EvaluationChain schema(String reply, int responses) throws Unreadable {
        JsonNode root = JudgeReply.object(JudgeReply.answer(reply));
        JsonNode persona = root.path("persona");
        if (!persona.isTextual() || persona.textValue().isBlank()) {
            throw new Unreadable("part 1 is empty");
        }
        if (!root.has("totals")) {
            throw new Unreadable("no verdict");
        }
        List<Double> totals = numbers(root.path("totals"), responses);
        for (Iterator<String> keys = root.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (!Set.of("persona", "criteria", "totals").contains(key)) {
                requireAgreement(root.get(key), totals);
            }
        }
        List<ChainCriterion> criteria = new ArrayList<>();
        for (JsonNode line : root.path("criteria")) {
            double weight = JudgeReply.number(line.path("weight"));
            if (!line.path("name").isTextual() || !(weight > 0)) {
                throw new Unreadable("criterion without name or weight");
            }
            criteria.add(
                    new ChainCriterion(
                            line.path("name").textValue(),
                            weight,
                            numbers(line.path("scores"), responses)));
        }
        return chain(persona.textValue().strip(), criteria, totals);
    }

    private static List<Double> numbers(JsonNode list, int size) throws Unreadable {
        if (!list.isArray() || list.size() != size) {
            throw new Unreadable("a list of scores has another length");
        }
        List<Double> numbers = new ArrayList<>();
        for (JsonNode entry : list) {
            numbers.add(JudgeReply.mark(entry));
        }
        return numbers;
    }

    private EvaluationChain chain(
            String persona, List<ChainCriterion> criteria, List<Double> stated) {
        List<Double> scores =
                switch (totals) {
                    case STATED -> stated;
                    case RECOMPUTED -> ChainTotals.of(criteria, stated).scores();
                    case RECOMPUTED_ANY_SUM -> ChainTotals.ofAnySum(criteria, stated).scores();
                };
        return new EvaluationChain(persona, criteria, List.copyOf(scores), List.copyOf(stated));
    }

    private static List<Double> totals(JsonNode verdict, int responses) throws Unreadable {
        Map<String, JsonNode> named = byResponse(verdict);
        if (named.size() != verdict.size()) {
            throw new Unreadable("duplicate key");
        }
        List<Double> totals = new ArrayList<>();
        for (int i = 1; i <= responses; i++) {
            JsonNode entry = named.get("response_" + i);
            if (entry == null) {
                throw new Unreadable("total missing");
            }
            totals.add(JudgeReply.mark(entry));
        }
        if (verdict.size() != responses) {
            throw new Unreadable("total of an unknown response");
        }
        return totals;
    }

    /** {@code Response 1} is {@code response_1}; of keys that are the same then, one is left. */
    private static Map<String, JsonNode> byResponse(JsonNode object) {
        Map<String, JsonNode> named = new HashMap<>();
        object.fields()
                .forEachRemaining(
                        field ->
                                named.put(
                                        field.getKey()
                                                .toLowerCase(Locale.ROOT)
                                                .replace(' ', '_')
                                                .replace('-', '_'),
                                        field.getValue()));
        return named;
    }
}
