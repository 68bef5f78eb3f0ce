package org.kindred.reward.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kindred.datasets.Json;

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
 * Numbers may be in quotes. A chain with a full breakdown in its rationale gets recomputed totals
 * ({@link ChainTotals}); the stated ones stay beside them.
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

    private static final int LONGEST = 200_000;
    private static final double LEAST = 0;
    private static final double MOST = 10;
    private static final Pattern MARKER = Pattern.compile("<?\\bJSON_(START|END)\\b>?");
    private static final Pattern PART =
            Pattern.compile(
                    "^[ \\t#*_>\\-]{0,8}PART[ \\t]*([12])\\b([^\\n]*)$",
                    Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);
    private static final Pattern VERDICT =
            Pattern.compile(
                    "better_response\\s*[\"'\\\\]*\\s*[:=]|[\"'\\\\]response_[0-9]+[\"'\\\\]+\\s*:",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern CODE_FENCE =
            Pattern.compile("^```[a-zA-Z]*\\s*\\n?(.*?)\\n?\\s*```$", Pattern.DOTALL);
    private static final Pattern NUMBER =
            Pattern.compile(
                    "[+-]?(?:\\d{1,15}(?:\\.\\d{0,15})?|\\.\\d{1,15})(?:[eE][+-]?\\d{1,3})?");
    private static final Set<String> VERDICT_KEYS = Set.of("better_response", "scores");

    /** Thrown inside this class only. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String reason) {
            super(reason, null, false, false);
        }
    }

    /**
     * Reads a reply in the marked format.
     *
     * @param responses number of responses that must have a total
     */
    public Parsed parse(String reply, int responses) {
        try {
            return new Read(marked(reply, responses));
        } catch (Refused e) {
            return new Malformed(String.valueOf(e.getMessage()));
        }
    }

    /** Reads a reply that follows the JSON schema of {@link ChainSchema}. */
    public Parsed parseSchema(String reply, int responses) {
        try {
            return new Read(schema(reply, responses));
        } catch (Refused e) {
            return new Malformed(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Text of part 1 and JSON text of the only block, in this order.
     *
     * @throws IllegalArgumentException with the reason if the reply has no such form
     */
    public static List<String> parts(String reply) {
        try {
            return split(reply);
        } catch (Refused e) {
            throw new IllegalArgumentException(e.getMessage());
        }
    }

    private EvaluationChain marked(String reply, int responses) throws Refused {
        List<String> parts = split(reply);
        JsonNode root = object(parts.get(1));
        JsonNode rationale = root.get("rationale");
        if (rationale == null || !rationale.isTextual()) {
            throw new Refused(rationale == null ? "rationale missing" : "rationale is not text");
        }
        JsonNode verdict = null;
        for (Iterator<String> keys = root.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (VERDICT_KEYS.contains(key)) {
                if (verdict != null) {
                    throw new Refused("several verdicts");
                }
                verdict = root.get(key);
            } else if (!key.equals("rationale")) {
                throw new Refused("unknown key");
            }
        }
        if (verdict == null || !verdict.isObject()) {
            throw new Refused(verdict == null ? "no verdict" : "verdict is not an object");
        }
        if (VERDICT.matcher(rationale.textValue()).find()) {
            throw new Refused("several verdicts");
        }
        List<Double> stated = totals(verdict, responses);
        List<ChainCriterion> criteria = RationaleBreakdown.read(rationale.textValue(), responses);
        return chain(parts.get(0), criteria, stated);
    }

    private static List<String> split(String reply) throws Refused {
        if (reply.isBlank()) {
            throw new Refused("empty");
        }
        if (reply.length() > LONGEST) {
            throw new Refused("too long");
        }
        Matcher markers = MARKER.matcher(reply);
        int from = -1;
        int start = -1;
        int end = -1;
        int after = -1;
        while (markers.find()) {
            if (markers.group(1).equals("START")) {
                if (start >= 0) {
                    throw new Refused("several blocks");
                }
                from = markers.start();
                start = markers.end();
            } else {
                if (end >= 0) {
                    throw new Refused("several blocks");
                }
                if (start < 0) {
                    throw new Refused("no block");
                }
                end = markers.start();
                after = markers.end();
            }
        }
        if (start < 0 || end < 0) {
            throw new Refused(start < 0 ? "no block" : "cut off");
        }
        String before = reply.substring(0, from);
        if (VERDICT.matcher(before).find() || VERDICT.matcher(reply.substring(after)).find()) {
            throw new Refused("several verdicts");
        }
        return List.of(persona(before), unfenced(reply.substring(start, end)));
    }

    private static String persona(String before) throws Refused {
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
            throw new Refused(textFrom < 0 ? "no part 1" : "no part 2");
        }
        String text = before.substring(textFrom, textTo).strip();
        if (text.isEmpty()) {
            text = title.replaceAll("^[\\s:*_.\\-]+|[\\s*_]+$", "");
        }
        if (text.isEmpty()) {
            throw new Refused("part 1 is empty");
        }
        return text;
    }

    private static String unfenced(String block) {
        String text = block.strip();
        Matcher fenced = CODE_FENCE.matcher(text);
        return fenced.matches() ? fenced.group(1).strip() : text;
    }

    private EvaluationChain schema(String reply, int responses) throws Refused {
        if (reply.length() > LONGEST) {
            throw new Refused("too long");
        }
        JsonNode root = object(unfenced(reply));
        for (Iterator<String> keys = root.fieldNames(); keys.hasNext(); ) {
            if (!Set.of("persona", "criteria", "totals").contains(keys.next())) {
                throw new Refused("unknown key");
            }
        }
        JsonNode persona = root.path("persona");
        if (!persona.isTextual() || persona.textValue().isBlank()) {
            throw new Refused("part 1 is empty");
        }
        List<ChainCriterion> criteria = new ArrayList<>();
        for (JsonNode line : root.path("criteria")) {
            double weight = number(line.path("weight"));
            if (!line.path("name").isTextual() || !(weight > 0)) {
                throw new Refused("criterion without name or weight");
            }
            criteria.add(
                    new ChainCriterion(
                            line.path("name").textValue(),
                            weight,
                            numbers(line.path("scores"), responses)));
        }
        return chain(
                persona.textValue().strip(), criteria, numbers(root.path("totals"), responses));
    }

    private static List<Double> numbers(JsonNode list, int size) throws Refused {
        if (!list.isArray() || list.size() != size) {
            throw new Refused("a list of scores has another length");
        }
        List<Double> numbers = new ArrayList<>();
        for (JsonNode entry : list) {
            numbers.add(inRange(number(entry)));
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

    private static JsonNode object(String text) throws Refused {
        try {
            JsonNode root = Json.mapper().readTree(text);
            if (root == null || !root.isObject()) {
                throw new Refused("not a JSON object");
            }
            return root;
        } catch (JsonProcessingException e) {
            boolean twice = String.valueOf(e.getOriginalMessage()).startsWith("Duplicate");
            throw new Refused(twice ? "duplicate key" : "bad JSON");
        }
    }

    private static List<Double> totals(JsonNode verdict, int responses) throws Refused {
        List<Double> totals = new ArrayList<>();
        for (int i = 1; i <= responses; i++) {
            JsonNode entry = verdict.get("response_" + i);
            if (entry == null) {
                throw new Refused("total missing");
            }
            totals.add(inRange(number(entry)));
        }
        if (verdict.size() != responses) {
            throw new Refused("total of an unknown response");
        }
        return totals;
    }

    private static double number(JsonNode entry) throws Refused {
        String text =
                entry.isNumber()
                        ? entry.asText()
                        : entry.isTextual() ? entry.textValue().strip() : "";
        if (!NUMBER.matcher(text).matches()) {
            throw new Refused("not a number");
        }
        return Double.parseDouble(text);
    }

    private static double inRange(double value) throws Refused {
        if (!(value >= LEAST && value <= MOST)) {
            throw new Refused("out of range");
        }
        return value;
    }
}
