package org.kindred.policy.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The text of {@code decoder.script} for one architecture. */
final class DecoderScript {
    static final String CLASS_NAME = "Decoder";

    private DecoderScript() {}

    /**
     * @param packed decode with matrices in the processor's own order (oneDNN)
     */
    static String forModel(ModelConfig config, boolean low, boolean packed) {
        int heads = config.heads();
        int groups = config.keyValueHeads();
        Map<String, Boolean> features =
                Map.of(
                        "bias",
                        config.attentionBias(),
                        "head_norm",
                        config.qkNorm(),
                        "grouped",
                        heads != groups,
                        "tied",
                        config.tieWordEmbeddings(),
                        "packed",
                        packed,
                        "low",
                        low);
        Map<String, String> constants = new TreeMap<>();
        constants.put("EPS", Double.toString(config.rmsNormEps()));
        constants.put("HIDDEN", Integer.toString(config.hiddenSize()));
        constants.put("LAYERS", Integer.toString(config.layers()));
        constants.put("PER_LAYER", Integer.toString(WeightLayout.perLayer(config)));
        constants.put("HEADS", Integer.toString(heads));
        constants.put("GROUPS", Integer.toString(groups));
        constants.put("SHARE", Integer.toString(heads / groups));
        constants.put("TURNED", Integer.toString(heads + groups));
        constants.put("ALL_HEADS", Integer.toString(heads + 2 * groups));
        constants.put("HEAD", Integer.toString(config.headDim()));
        constants.put("HALF", Integer.toString(config.headDim() / 2));
        constants.put("WIDTH", Integer.toString(heads * config.headDim()));
        constants.put("INNER", Integer.toString(config.intermediateSize()));
        constants.put("KEPT", config.qkNorm() ? "6" : "4");
        constants.put("FINAL_NORM", config.tieWordEmbeddings() ? "-1" : "-2");
        constants.put("OUTPUT", config.tieWordEmbeddings() ? "0" : "-1");
        return fill(resource("decoder.script"), features, constants);
    }

    private static String fill(
            String text, Map<String, Boolean> features, Map<String, String> constants) {
        String kept =
                text.lines()
                        .filter(line -> stays(line, features))
                        .collect(Collectors.joining("\n", "", "\n"));
        Pattern word = Pattern.compile("\\b(" + String.join("|", constants.keySet()) + ")\\b");
        return word.matcher(kept).replaceAll(match -> constants.get(match.group(1)));
    }

    private static boolean stays(String line, Map<String, Boolean> features) {
        if (line.strip().startsWith("#")) {
            return false; // a comment
        }
        int mark = line.lastIndexOf("#? ");
        if (mark < 0) {
            return true;
        }
        String condition = line.substring(mark + 3).strip();
        boolean negated = condition.startsWith("!");
        return features.get(negated ? condition.substring(1) : condition) != negated;
    }

    static String resource(String name) {
        try (InputStream in = DecoderScript.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
