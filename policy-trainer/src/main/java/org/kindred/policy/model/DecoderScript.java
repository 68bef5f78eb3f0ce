package org.kindred.policy.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The text of the {@code .script} resources for one model: numbers take the place of names in
 * capitals, and a line that ends in {@code #? feature} stays only where the model has all features
 * named.
 */
final class DecoderScript {
    static final String CLASS_NAME = "Decoder";

    private static final List<String> TEXTS =
            List.of("layers.script", "training.script", "adapters.script", "decoding.script");
    private static final String MARK = "#? ";

    private final Map<String, Object> constants = new TreeMap<>();
    private final Set<String> features = new HashSet<>();

    private DecoderScript() {}

    /**
     * Writes the text.
     *
     * @param low passes in bfloat16
     * @param packed decode with matrices in the processor's own order (oneDNN)
     * @param lora adapters that are trained instead of the weights, or null
     */
    static String forModel(
            ModelConfig config, boolean low, boolean packed, @Nullable LoraOptions lora) {
        DecoderScript script = new DecoderScript();
        script.addFeature("low", low);
        script.addFeature("packed", packed);
        script.addFeature("bias", config.attentionBias());
        script.addFeature("head_norm", config.qkNorm());
        script.addFeature("grouped", config.heads() != config.keyValueHeads());
        script.addFeature("tied", config.tieWordEmbeddings());
        script.addFeature("lora", lora != null);
        script.addModel(config);
        if (lora != null) {
            script.addAdapters(config, lora);
        }
        return script.fill(
                TEXTS.stream().map(DecoderScript::resource).collect(Collectors.joining()));
    }

    private void addFeature(String name, boolean present) {
        features.add(present ? name : "!" + name);
    }

    private void addModel(ModelConfig config) {
        int heads = config.heads();
        int groups = config.keyValueHeads();
        constants.put("EPS", config.rmsNormEps());
        constants.put("HIDDEN", config.hiddenSize());
        constants.put("INNER", config.intermediateSize());
        constants.put("LAYERS", config.layers());
        constants.put("PER_LAYER", WeightLayout.layer(config, 0).size());
        constants.put("KEPT", config.qkNorm() ? 6 : 4);
        constants.put("HEADS", heads);
        constants.put("GROUPS", groups);
        constants.put("SHARE", heads / groups);
        constants.put("TURNED", heads + groups);
        constants.put("ALL_HEADS", heads + 2 * groups);
        constants.put("HEAD", config.headDim());
        constants.put("HALF", config.headDim() / 2);
        constants.put("WIDTH", heads * config.headDim());
        constants.put("FINAL_NORM", config.tieWordEmbeddings() ? -1 : -2);
        constants.put("OUTPUT", config.tieWordEmbeddings() ? 0 : -1);
    }

    private void addAdapters(ModelConfig config, LoraOptions lora) {
        List<LoraAdapter.Place> places =
                lora.targets().stream().map(target -> LoraAdapter.place(config, target)).toList();
        constants.put("TRAINED", 2 * places.size());
        constants.put("SCALE", lora.scaling());
        constants.put("SLOTS", places.stream().map(LoraAdapter.Place::slot).toList());
        constants.put("FROM", places.stream().map(LoraAdapter.Place::from).toList());
        constants.put("TO", places.stream().map(LoraAdapter.Place::to).toList());
    }

    private String fill(String text) {
        String kept = text.lines().filter(this::stays).collect(Collectors.joining("\n", "", "\n"));
        Pattern names = Pattern.compile("\\b(" + String.join("|", constants.keySet()) + ")\\b");
        return names.matcher(kept).replaceAll(match -> constants.get(match.group(1)).toString());
    }

    private boolean stays(String line) {
        int mark = line.lastIndexOf(MARK);
        boolean comment = line.strip().startsWith("#");
        return !comment
                && (mark < 0
                        || Arrays.stream(line.substring(mark + MARK.length()).split(" "))
                                .allMatch(features::contains));
    }

    private static String resource(String name) {
        try (InputStream in = DecoderScript.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
